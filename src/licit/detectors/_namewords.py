"""Words around names: titles, cues, particles, and capitalised words that start no name.

All are in plain form (lower case, no accents). A cue is re2 syntax and ends where the name begins.
"""

TITLES = frozenset((
    "m", "mm", "mr", "mrs", "ms", "miss", "mme", "mmes", "mlle", "mlles", "monsieur", "madame", "mademoiselle", "dr",
    "docteur", "doctor", "pr", "prof", "professeur", "professor", "me", "maitre", "sir", "herr", "frau", "senor",
    "senora", "sr", "sra", "sig", "signor", "signora", "dhr", "mevr", "messieurs", "mesdames", "drs", "judge",
    "juge", "lord", "lady", "captain", "capitaine", "lieutenant", "sergent", "sergeant", "commandant", "colonel", "docteure", "prs"))

PLURAL_TITLES = frozenset(("mm", "messieurs", "mmes", "mesdames", "mlles", "drs", "prs"))

PARTICLES = frozenset((
    "de", "du", "des", "d", "la", "le", "van", "von", "der", "den", "ten", "ter", "el", "al", "ben", "bin", "ibn", "da",
    "do", "dos", "das", "di", "della", "del", "dell", "zu", "ould", "abou", "mac", "mc", "o", "st"))

RELATIONS = (
    "(?:fils|fille|mari|femme|epouse|epoux|compagne|compagnon|conjointe?|copain|copine|freres?|soeurs?|s\xe0urs?|mere|"
    "pere|maman|papa|cousine?s?|oncle|tante|neveu|niece|grand-mere|grand-pere|amie?s?|pote|collegues?|chef|cheffe|patron|"
    "patronne|manager|voisine?s?|medecin|avocate?|prof|professeur|ex|bebe|belle-mere|beau-pere|tuteur|assistante?|"
    "son|daughter|husband|wife|brothers?|sisters?|mother|father|mom|mum|dad|cousins?|uncle|aunt|nephew|niece|friends?|"
    "boyfriend|girlfriend|colleagues?|co-?workers?|boss|neighbou?rs?|doctor|lawyer|teacher|partner|fiancee?|"
    "grandmother|grandfather|grandma|grandpa|roommate|flatmate|therapist|landlord|baby)")

#: (cue, how sure): "decisive" takes lower-case names too, "capital" any capitalised word, "known" listed first names, "greeting"
#: those in lower case too, "title" a surname.
CUES: tuple[tuple[str, str], ...] = (
    (r"(?:je m'appelle|je me nomme|moi c'est|mon nom (?:est|c'est)|mon prenom (?:est|c'est)|appelez-moi|appelle-moi|"
     r"my name is|my name's|my names|name's|call me|people call me|ich heisse|ich hei\xe0e|mein name ist|me llamo|"
     r"mi nombre es|mi chiamo|il mio nome e|chamo-me|meu nome e|ik heet|mijn naam is|nazywam sie|"
     r"(?:il|elle|qui) s'appelle|(?:his|her|their) name is|(?:he|she) is called|named|prenomme[es]?|nomme[es]?|"
     r"denomme[es]?|surnomme[es]?) ", "decisive"),
    (r"(?:nom et prenom|prenoms? et nom|nom de famille|nom de naissance|nom de jeune fille|noms?|prenoms?|patient[e]?|"
     r"full name|first name|last name|given name|family name|surname|name|contact|nombre|apellidos?|cognome|vorname|"
     r"nachname|signataire|titulaire|beneficiaire|destinataire|expediteur|from|sender|recipient|attn|author|auteur)"
     r"[ \t]?:[ \t]{0,3}", "capital"),
    (r"(?:bonjour|bonsoir|salut|coucou|chere?s?|hello|hi|hey|dear|hola|hallo|ciao|liebe[r]?|merci|thanks|thank you|"
     r"good morning|good evening|rebonjour|re-bonjour|yo|slt|bjr)[, ]{1,2}", "greeting"),
    (r"(?:cordialement|bien a vous|sincerement|amicalement|bien cordialement|respectueusement|bises|bisous|a bientot|"
     r"bonne journee|bonne soiree|merci d'avance|merci|(?:kind |best |warm )?regards|best wishes|best|sincerely|"
     r"yours truly|cheers|many thanks|thanks|thank you|take care|love|xoxo|salutations[a-z ]{0,14}|"
     r"mit freundlichen gr\xe0\xe0en|saludos|saluti)[ ,.!]{0,3}[ ]?\n{1,3}[ \t]{0,3}(?:- ?)?", "capital"),
    (r"(?:i'm|i am|im|c'est|this is|it's|ici|je suis|here is|voici|signe|signed|by|par|avec|with|chez|pour|for|et|and|"
     r"to|from|de|d'|a|ask|tell|told|met|dis a|demande[rz]? a|contacte[rz]?|appelle[rz]?)[ :]?", "known"),
    (rf"\b(?:mon|ma|mes|my|notre|our|son|sa|his|her|ton|ta|your|leur|their|un|une|a|l'|le|la) ?(?:petite? |vieil |vieille |"
     rf"meilleure? |best |little |older |younger |late |old |ex-?|grande? |jeune )?{RELATIONS},? "
     r"(?:s'appelle |nommee? |prenommee? |named |is called |is named |called |is |c'est )?", "capital"),
    (r"(?:m\.|mr\.?|mrs\.?|ms\.?|mme\.?|mlle\.?|monsieur|madame|mademoiselle|dr\.?|docteur|doctor|professeur|"
     r"professor|maitre|herr|frau|senora?|miss) ", "title"),
)

#: Capitalised words that begin sentences or are known as something else: they start and continue no name.
NO_NAMES = frozenset((
    "je", "tu", "il", "elle", "on", "nous", "vous", "ils", "elles", "le", "la", "les", "l", "un", "une", "des", "du",
    "de", "d", "au", "aux", "ce", "cet", "cette", "ces", "c", "ca", "et", "ou", "mais", "donc", "or", "ni", "car", "si",
    "que", "qu", "qui", "quoi", "dont", "quand", "comment", "pourquoi", "combien", "quel", "quelle", "quels", "quelles",
    "est", "sont", "etre", "avoir", "fait", "faire", "dans", "sur", "sous", "avec", "sans", "pour", "par", "chez", "vers",
    "entre", "depuis", "pendant", "apres", "avant", "mon", "ma", "mes", "ton", "ta", "tes", "son", "sa", "ses", "notre",
    "nos", "votre", "vos", "leur", "leurs", "oui", "non", "merci", "bonjour", "bonsoir", "salut", "coucou", "bonne",
    "bon", "cher", "chere", "chers", "cordialement", "bien", "tres", "tout", "tous", "toute", "toutes", "voici", "voila",
    "peux", "peut", "pouvez", "pourrais", "pourriez", "dis", "donne", "ecris", "explique", "traduis", "resume",
    "the", "a", "an", "and", "but", "if", "in", "of", "to", "for", "from", "with", "by", "at", "as", "is", "are",
    "was", "were", "be", "been", "do", "does", "did", "has", "have", "had", "i", "you", "he", "she", "it", "we", "they",
    "my", "your", "his", "her", "its", "our", "their", "this", "that", "these", "those", "there", "here", "what", "who",
    "when", "where", "why", "how", "which", "yes", "no", "not", "don", "ok", "okay", "please", "thanks", "thank", "hello", "hi",
    "hey", "ah", "oh", "nah", "ye", "dear", "sorry", "sure", "can", "could", "would", "should", "will", "shall", "may", "might", "must", "let",
    "also", "then", "so", "than", "too", "very", "just", "all", "any", "some", "more", "most", "regards", "best", "good",
    "great", "sincerely", "cheers", "write", "explain", "give", "tell", "show", "find", "make", "add", "need", "want",
    "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche", "monday", "tuesday", "wednesday",
    "thursday", "friday", "saturday", "sunday", "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout",
    "septembre", "octobre", "novembre", "decembre", "january", "february", "march", "april", "june", "july", "august",
    "september", "october", "november", "december", "noel", "paques", "christmas", "easter", "google", "apple", "microsoft",
    "amazon", "facebook", "instagram", "twitter", "whatsapp", "youtube", "netflix", "windows", "linux", "python", "java",
    "javascript", "excel", "word", "mistral", "chatgpt", "claude", "gemini", "alexa", "siri", "angular", "django", "ruby",
    "julia", "france", "paris", "london", "londres", "europe", "allemagne", "espagne", "italie", "germany", "spain",
    "italy", "america", "china", "chine", "india", "inde", "israel", "chad", "jordan", "georgia", "virginia", "carolina",
    "florida", "texas", "california", "arizona", "montana", "dakota", "indiana", "alabama", "columbia", "asia",
    "austin", "houston", "dallas", "denver", "boston", "phoenix", "savannah", "madison", "orlando", "berkeley", "oakland",
    "fremont", "sydney", "melbourne", "adelaide", "chelsea", "brooklyn", "lourdes", "nancy", "nice", "tours", "orange",
    "cannes", "lens", "florence", "sienne", "lorraine", "alsace", "savoie", "vienne", "valence", "geneve", "santa", "san",
    "saint", "sainte", "st", "los", "las", "new", "north", "south", "east", "west", "rue", "avenue", "boulevard", "place",
    "police", "dieu", "god", "jesus", "christ", "coran", "bible", "internet", "etat", "republique", "cour", "tribunal",
    "loi", "code", "article", "convention", "gouvernement", "ministere", "ministre", "president", "docteur", "monsieur",
    "madame", "mademoiselle", "messieurs", "mesdames", "mr", "mrs", "ms", "mme", "mlle", "dr", "sir", "miss", "street",
    "road", "hotel", "park", "airport", "university", "station", "museum", "restaurant", "cinema", "theatre", "city"))

#: Words before a name that make it a place or an institution, and words after it.
PLACE_BEFORE = frozenset((
    "rue", "avenue", "boulevard", "bd", "place", "quai", "allee", "impasse", "chemin", "cours", "square", "lycee", "college",
    "ecole", "universite", "hopital", "clinique", "stade", "aeroport", "gare", "metro", "prix", "fondation", "institut",
    "centre", "musee", "theatre", "eglise", "cathedrale", "pont", "parc", "residence", "loi", "saint", "sainte", "san",
    "santa", "st", "lake", "mount", "fort", "port", "hotel"))
PLACE_AFTER = frozenset((
    "inc", "ltd", "llc", "corp", "gmbh", "sarl", "sas", "street", "road", "avenue", "drive", "lane", "boulevard", "park", "hotel",
    "airport", "university", "college", "school", "hospital", "theatre", "theater", "museum", "stadium", "bridge", "center",
    "centre", "restaurant", "cafe", "grill", "bar", "kitchen", "bank", "island", "beach", "county", "city", "creek", "hills",
    "valley", "station", "row", "square", "plaza"))
