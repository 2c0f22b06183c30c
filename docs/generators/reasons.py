"""The page on reasons: every reason for which a record is held or refused, in English and French."""

from licit.core.reasons import REASONS

PATH = "reference/reasons.md"

_HEAD = """\
# Reasons

Every record that is not released has a reason, and every reason is listed here. *Hold* means that something can be done;
*refuse* means no. The remedies are ranked by what they cost: 0 waiting, 1 one command, 2 a person decides case by case,
3 somebody outside is asked, 9 none. This page is generated from `licit.core.reasons`.
"""
_WORDS = {"en": ("In English", "Reason", "Answer", "Meaning", "Remedy", "Cost", {"hold": "hold", "refuse": "refuse"}),
          "fr": ("En français", "Motif", "Réponse", "Sens", "Remède", "Coût", {"hold": "attente", "refuse": "refus"})}


def render() -> str:
    """Give the page."""
    out = [_HEAD]
    for language, (title, reason, answer, meaning, remedy, cost, answers) in _WORDS.items():
        out.append(f"## {title}\n")
        gate = ""
        for item in REASONS.values():
            if item.gate != gate:
                gate = item.gate
                out.append(f"\n### {gate}\n\n| {reason} | {answer} | {meaning} | {remedy} | {cost} |\n|---|---|---|---|---|")
            said = (item.meaning, item.remedy) if language == "en" else (item.meaning_fr, item.remedy_fr)
            cells = " | ".join(text.replace("|", "\\|") for text in said)
            out.append(f"| `{item.name}` | {answers[item.answer]} | {cells} | {item.cost} |")
        out.append("")
    return "\n".join(out).rstrip() + "\n"
