"""Words of days: months, days and years in letters, as parts of the shapes that ``dates.py`` looks for.

Rules kept here:

- Everything is spelt as plain text is: lower case, no accents; shapes are bounded and read in any case.
"""

MONTHS_FR = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
MONTHS_EN = "january|february|march|april|may|june|july|august|september|october|november|december"
_MONTHS_ELSE = (
    "januar|februar|marz|juni|juli|oktober|dezember|janner|enero|febrero|marzo|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|"
    "diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|januari|februari|maart|mei|augustus|"
    "janeiro|fevereiro|marco|maio|junho|julho|setembro|outubro|novembro|dezembro|abril")
_SHORT_EN = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
SHORT = rf"(?:{_SHORT_EN}|janv|fevr?|avr|juil|okt|dez|mrt)"
# What is also another word counts as a month only beside a year or an ordinal.
SHORT_DOUBTFUL = frozenset(("mar", "may", "mars", "mei", "jan", "sep", "marco"))
MONTHS = rf"(?:{MONTHS_FR}|{MONTHS_EN}|{_MONTHS_ELSE})"
MONTHS_FIRST = rf"(?:{MONTHS_EN}|{_SHORT_EN})"

_UNITS_FR = "un|deux|trois|quatre|cinq|six|sept|huit|neuf"
_TEENS_FR = "dix[ -](?:sept|huit|neuf)|dix|onze|douze|treize|quatorze|quinze|seize"
DAY_FR = rf"(?:premier|(?:vingt|trente)(?:[ -](?:et[ -])?(?:{_UNITS_FR}))?|{_TEENS_FR}|{_UNITS_FR})"
_NUMBER_FR = rf"(?:et|cents?|vingts?|trente|quarante|cinquante|soixante|septante|huitante|octante|nonante|{_TEENS_FR}|{_UNITS_FR})"
YEAR_FR = rf"(?:mil(?:le)?[ -](?:sept|huit|neuf)[ -]cents?|dix[ -](?:sept|huit|neuf)[ -]cents?|deux[ -]milles?)(?:[ -]{_NUMBER_FR}\b){{0,5}}"

_UNITS_EN = "one|two|three|four|five|six|seven|eight|nine"
_TEENS_EN = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_FIRSTS_EN = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
DAY_EN = (rf"(?:(?:twenty|thirty)[ -](?:{_FIRSTS_EN})|twentieth|thirtieth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|"
          rf"sixteenth|seventeenth|eighteenth|nineteenth|{_FIRSTS_EN})")
_NUMBER_EN = rf"(?:hundred|and|oh|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|{_TEENS_EN}|{_UNITS_EN})"
YEAR_EN = rf"(?:(?:nineteen|two thousand|twenty)(?:[ -]{_NUMBER_EN}\b){{0,4}}|eighteen(?:[ -]{_NUMBER_EN}\b){{1,4}})"
