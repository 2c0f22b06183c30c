"""Find personal data in texts and conversations, in a notebook or a script: places only, never the text.

Run it: python examples/detect_in_a_notebook.py
"""

import licit

TEXTS = [
    "Bonjour, je m'appelle Camille Exemple, mon numéro est le 01 99 00 12 34.",
    [{"role": "user", "content": "Write to sam@example.org, please."},
     {"role": "assistant", "content": [{"type": "text", "text": "I shall write to Sam Example."}]}],
    {"id": "ticket-7", "text": "Nothing personal in here."},
]

if __name__ == "__main__":
    for answer in licit.detect(TEXTS):
        if "held" in answer:
            print(f"{answer['id']}: held, {answer['held']}. Nobody can say what is in it.")
            continue
        print(f"{answer['id']}: {len(answer['spans'])} found")
        for span in answer["spans"]:
            place = f"message {span['message']}{span.get('path', '')}, " if "message" in span else ""
            print(f"  {span['label']:<8} {place}characters {span['start']} to {span['end']}, "
                  f"{span['score']:.0%} sure by {span['detector']}")
