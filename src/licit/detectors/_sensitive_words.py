"""Words that reveal something sensitive once a sentence ties them to a person; French and English, plain form.

Each family has terms, told after a frame such as "je suis", "my wife has"; and ``alone``, turns of phrase in the first
person (or about a relative) that reveal it by themselves. All are re2 syntax without groups that capture.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of sensitive facts: what a person is, what a person has, what says it alone."""

    name: str
    reason: str
    being: str = ""
    having: str = ""
    alone: str = ""


_ILLS = (
    "diabete|cancer|leucemie|lymphome|melanome|tumeurs?|sida|vih|hiv|aids|hepatite|tuberculose|epilepsie|sclerose en plaques|asthme|"
    "schizophrenie|depression|trouble bipolaire|troubles? (?:bipolaires?|alimentaires?|anxieux|du comportement alimentaire|de l'attention|psychiatriques?)|"
    "bipolarite|anorexie|boulimie|autisme|tdah|adhd|parkinson|alzheimer|endometriose|fibromyalgie|maladie de [a-z]+|maladie (?:chronique|auto-immune|genetique|rare)|"
    "insuffisance (?:renale|cardiaque|respiratoire)|avc|infarctus|handicap|addiction|syphilis|chlamydia|gonorrhee|herpes|mst|ist|burn-?out|fausse couche|"
    "diabetes|leukemia|lymphoma|melanoma|tumou?rs?|hepatitis [abc]|tuberculosis|epilepsy|multiple sclerosis|asthma|schizophrenia|bipolar disorder|"
    "anorexia|bulimia|autism|alzheimer's|parkinson's|dementia|endometriosis|fibromyalgia|crohn's|lupus|"
    "(?:an |a )?(?:eating|anxiety|panic|personality|attention deficit|mood|mental) (?:disorder|illness|attacks?)|ptsd|ocd|heart (?:disease|failure|attack)|"
    "kidney (?:disease|failure)|stroke|std|sti|miscarriage|abortion|disability|suicidal thoughts|idees suicidaires|pensees suicidaires")

FAMILIES: tuple[Family, ...] = (
    Family(
        name="health", reason="special-category",
        being=("diabetique|cancereux|cancereuse|seropositi(?:f|ve)|depressi(?:f|ve)|bipolaire|schizophrene|epileptique|asthmatique|autiste|"
               "anorexique|boulimique|alcoolique|toxicomane|handicapee?|hemophile|paraplegique|suicidaire|enceinte|invalide|sourde?|malentendante?|"
               "en (?:depression|burn-?out|arret maladie|chimiotherapie|chimio|cure|affection longue duree|ald)|"
               "suivie? (?:en psychiatrie|par un (?:psychiatre|oncologue|cancerologue|addictologue))|hospitalisee?|sous (?:antidepresseurs|antipsychotiques|lithium|methadone|insuline|chimio)|"
               "diabetic|hiv[- ]positive|depressed|bipolar|schizophrenic|epileptic|asthmatic|autistic|anorexic|bulimic|(?:an )?(?:alcoholic|addict)|disabled|"
               "suicidal|pregnant|paraplegic|deaf|infertile|on (?:antidepressants|chemo(?:therapy)?|insulin|methadone|lithium|sick leave|disability)|in rehab|in remission|"
               "atteinte? (?:d'un|d'une|de|du) [a-z]+"),
        having=_ILLS,
        alone=("(?:on m'a|le medecin m'a|les medecins m'ont|mon medecin m'a) (?:diagnostique|detecte|decouvert|trouve)|(?:je|j') ?(?:prends|suis sous|viens de commencer) "
               "(?:des |du |un )?(?:antidepresseurs?|anxiolytiques?|lithium|antipsychotiques?|trithera?pie|insuline|methadone|ritaline|xanax|prozac)|"
               "j'ai (?:avorte|fait une (?:fausse couche|tentative de suicide|depression|ivg))|j'ai ete (?:hospitalisee?|operee?|internee?)|"
               "(?:i was|i've been|i have been|i got|i am|i'm|she was|he was|mom was|dad was) (?:recently |just |also |finally |being )?(?:diagnosed with|hospitali[sz]ed|treated for|tested positive for)|"
               "my (?:psychiatrist|oncologist|chemo(?:therapy)?|antidepressants?|diagnosis|insulin|therapist (?:says|said|thinks))|i (?:take|am on|'m on) "
               "(?:antidepressants?|lithium|insulin|prozac|zoloft|lexapro|xanax|adderall|ritalin|methadone)|i had an abortion|i want to (?:kill myself|die)|"
               "je veux (?:mourir|me suicider)|mon (?:psychiatre|oncologue|cancer|diabete|traitement contre)|ma (?:depression|chimio(?:therapie)?|sclerose|maladie|sero?positivite)")),
    Family(
        name="religion", reason="special-category",
        being=("musulmane?|catholique|chretien(?:ne)?|protestante?|evangelique|orthodoxe|juif|juive|bouddhiste|hindoue?|athee|agnostique|temoin de jehovah|mormone?|sikh|"
               "croyante?|pratiquante?|convertie? a l'islam|(?:a |an )?(?:devout |practi[cs]ing |secular )?(?:muslim|catholic|christian|protestant|evangelical|jewish|jew|"
               "buddhist|hindu|atheist|agnostic|mormon|jehovah's witness|sikh|believer)"),
        alone=("je (?:fais|fait|respecte|suis) le ramadan|je (?:prie|vais a (?:la messe|la mosquee|l'eglise|la synagogue|confesse))|ma (?:paroisse|foi|conversion a)|mon (?:bapteme|imam|rabbin)|"
               "my (?:parish|faith|imam|rabbi|priest|conversion to|baptism)|i (?:pray|fast for ramadan|go to (?:church|mosque|mass|synagogue)|converted to (?:islam|judaism|christianity|catholicism|buddhism))|"
               "as a (?:muslim|christian|catholic|jew|hindu|buddhist|jewish (?:man|woman))|en tant que (?:musulmane?|chretien(?:ne)?|catholique|juif|juive|croyante?)")),
    Family(
        name="politics", reason="special-category",
        being=("de (?:gauche|droite|extreme gauche|extreme droite)|socialiste|communiste|anarchiste|macroniste|lepeniste|melenchoniste|gaulliste|royaliste|"
               "(?:militante?|adherente?|encartee?|sympathisante?) (?:au|a la|a|du|de la|chez|des|d'un parti|pour le parti|lfi|rn|ps|lr|eelv)|(?:a )?(?:registered |lifelong |staunch )?(?:republican|democrat|"
               "tory|labour voter|communist|socialist|anarchist|libertarian|trump supporter|member of the (?:labour|conservative|democratic|republican|green|communist) party)"),
        alone=("j'ai vote (?:pour|contre|macron|le pen|melenchon|rn|lfi|blanc)|je vote (?:pour|rn|lfi|ps|a (?:gauche|droite)|macron|le pen|melenchon)|je milite (?:pour|au|a|chez)|mon vote (?:ira|va)|mes opinions politiques|"
               "i (?:voted|vote|will vote|am voting|'m voting) (?:for|against|republican|democrat|labour|tory|conservative|green|remain|leave)|my political (?:views|opinions|beliefs)|my party membership")),
    Family(
        name="union", reason="special-category",
        being=("syndiquee?|deleguee? syndicale?|(?:adherente?|membre|militante?|elue?) (?:a la |de la |de |a |chez |au |du )?(?:cgt|cfdt|fo|sud|unsa|cftc|cfe-cgc|syndicat)|"
               "(?:a )?(?:shop steward|union (?:member|rep|representative|organi[sz]er)|unioni[sz]ed|member of (?:a|the|my) (?:trade )?union)"),
        alone=("ma carte (?:de la cgt|cfdt|syndicale)|mon (?:syndicat|adhesion au syndicat)|my (?:trade )?union (?:rep|membership|card|dues)|i (?:joined|belong to) (?:a|the|my) (?:trade )?union|"
               "j'ai (?:adhere|rejoint) (?:a |au |la |le )?(?:un |ce )?(?:syndicat|cgt|cfdt|fo)")),
    Family(
        name="origin", reason="special-category",
        being=("noire?s?|(?:un|une) (?:homme|femme|personne) (?:noire?|arabe|asiatique|metisse?|rom|tzigane|gitane?|kabyle|kurde)|arabe|kabyle|berbere|rom|tzigane|gitane?|metisse?|maghrebin(?:e)?|"
               "d'origine (?:algerienne|marocaine|tunisienne|malienne|senegalaise|congolaise|camerounaise|africaine|arabe|turque|kurde|chinoise|vietnamienne|asiatique|maghrebine|rom|antillaise|ivoirienne|berbere|kabyle|comorienne|haitienne)|"
               "(?:a )?(?:black|african[- ]american|hispanic|latin[oa]|asian|arab|roma|mixed[- ]race|biracial|indigenous|native american) (?:man|woman|person|guy|girl|male|female|immigrant|student)|"
               "black|hispanic|latin[oa]|arab|biracial|mixed[- ]race|"
               "of (?:african|arab|asian|jewish|roma|turkish|kurdish|caribbean|indian|pakistani|chinese) (?:descent|origin|heritage)|sans[- ]papiers?|(?:an )?(?:undocumented|illegal immigrant)"),
        alone=("ma couleur de peau|mes origines (?:algeriennes|marocaines|africaines|arabes|juives|ethniques)|my (?:skin colou?r|ethnicity|race|ethnic background)|"
               "as a (?:black|hispanic|latin[oa]|arab|roma|asian)(?: american)? (?:man|woman|person)|en tant que (?:noire?|arabe|femme noire|homme noir|personne racisee)")),
    Family(
        name="sex", reason="special-category",
        being=("homosexuel(?:le)?|gays?|lesbienne|bisexuel(?:le)?|pansexuel(?:le)?|asexuel(?:le)?|transgenre|trans|transsexuel(?:le)?|non[- ]binaire|queer|"
               "(?:a )?(?:homosexual|lesbian|bisexual|bi|pansexual|asexual|transgender|transsexual|non-?binary|trans (?:man|woman)|closeted)|impuissante?|impotent"),
        alone=("j'ai fait mon coming[- ]out|mon coming[- ]out|(?:ma|notre) vie sexuelle|mon orientation sexuelle|ma (?:transition de genre|premiere fois sexuelle)|"
               "i (?:came|am coming) out (?:as|to)|my (?:sex life|sexual orientation|sexuality|coming out|gender transition)|our sex life|i (?:cheated on|slept with) my|j'ai trompe (?:ma|mon)|"
               "as a (?:gay|lesbian|bisexual|trans(?:gender)?|queer) (?:man|woman|person)")),
    Family(
        name="biometric-genetic", reason="special-category",
        being="porteu(?:r|se) (?:du gene|de la mutation|d'une mutation)|(?:a )?carrier of (?:the|a) (?:[a-z0-9]+ )?(?:gene|mutation)",
        having="mutation (?:du gene )?brca[12]?|(?:la |the |a )?brca[12]? (?:gene|mutation)|trisomie|down syndrome|cystic fibrosis|mucoviscidose",
        alone=("(?:mon|mes resultats de|mes) (?:adn|test adn|tests? genetiques?|genome|empreintes digitales|caryotype)|my (?:dna (?:test|results?|profile)|genetic test|genome|fingerprints?|"
               "23andme|face ?id data|iris scan|voiceprint)")),
    Family(
        name="offence", reason="offence-data",
        being=("(?:un |une )?(?:ancien(?:ne)? )?(?:detenue?|repris de justice|ex-taulard)|fichee? (?:s|au)|(?:en|sorti de|sortie de) (?:prison|detention|garde a vue)|sous (?:bracelet electronique|controle judiciaire)|"
               "(?:mise?|mis) en examen|condamnee? (?:a|pour|en|par)|accusee? (?:de|d')|(?:a |an )?(?:convicted|ex-con|felon|sex offender|on (?:parole|probation|bail))|in (?:prison|jail)|"
               "(?:charged|convicted|arrested|indicted|incarcerated|sentenced|accused) (?:with|of|for|to|in)"),
        having="(?:un )?casier judiciaire|(?:a )?criminal record|(?:a |two |three )?prior convictions?|(?:une )?condamnation",
        alone=("j'ai (?:ete (?:condamnee?|arretee?|incarceree?|mise? en examen|juge pour)|fait de la prison|vole |agresse|deale|fraude|conduit (?:ivre|sans permis))|mon (?:casier|proces penal|bracelet electronique)|"
               "ma (?:condamnation|garde a vue|peine de prison)|my (?:criminal record|conviction|parole|probation officer|arrest|jail time)|i (?:was|got|have been|'ve been) (?:arrested|convicted|jailed|sentenced|indicted|charged with)|"
               "i (?:stole|shoplifted|went to (?:jail|prison)|served (?:time|\\w+ years))")),
)

_AGE_ENDS = (r"(?: et demi)?(?:[ ]?(?:$|[.,;:!?)\n\x00])| (?:et|mais|je|j'|donc|alors|depuis|car|parce|cette|demain|bientot|passes?|and|but|so|from|in my|in middle)\b)")

MINOR = (
    rf"\b(?:j'ai|jai|j ai) (?:[4-9]|1[0-7]|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|dix-sept) ?ans{_AGE_ENDS}|"
    r"\bje (?:suis|rentre|passe|vais|entre) (?:en|au) (?:cp|ce[12]|cm[12]|6 ?e(?:me)?|5 ?e(?:me)?|4 ?e(?:me)?|3 ?e(?:me)?|"
    r"sixieme|cinquieme|quatrieme|troisieme|classe de seconde|college|maternelle)\b|\bje suis (?:mineure?|collegien(?:ne)?|(?:un|une) (?:enfant|ado))\b|"
    r"\b(?:i'm|im|i am|i just turned|i turned) (?:only |just |almost |a )?(?:[4-9]|1[0-7]|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    rf"sixteen|seventeen)(?:(?: |-)?(?:years?(?: |-)olds?|yrs? old|yo|y/o)\b|{_AGE_ENDS})|"
    r"\bi(?:'m| am) (?:a minor|in (?:the )?(?:[1-9]|1[01])(?:st|nd|rd|th) grade|in (?:middle|elementary|primary) school|a (?:freshman|sophomore) in high school|underage|under 18)\b")
