"""Secrets: recall and precision on a generated set with hard negatives.

The keys are drawn here from what their makers document (prefix, length, alphabet), not from licit's shapes, and set in
chats, settings files, code and logs; the hard negatives are what looks like a key and is none: digests, commit ids,
UUIDs, versions, pictures in base64, placeholders, talk about passwords. Prints what is missed, by kind.
"""

import base64
import random
import string
import uuid
from collections import Counter
from collections.abc import Callable

from licit.detectors.secrets import Secrets

_LETTERS, _WORD = string.ascii_letters + string.digits, string.ascii_letters + string.digits + "_-"
_HEX, _UPPER, _B64 = "0123456789abcdef", string.ascii_uppercase + string.digits, string.ascii_letters + string.digits + "+/"
_LOWER = string.ascii_lowercase + string.digits
_EACH = 60

_draw = random.Random(11)


def _some(alphabet: str, length: int) -> str:
    return "".join(_draw.choice(alphabet) for _ in range(length))


def _jwt() -> str:
    def part(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    head, body = part('{"alg":"HS256","typ":"JWT"}'), part('{"sub":"' + _some(_HEX, 12) + '","iat":1516239022}')
    return f"{head}.{body}.{_some(_WORD, 43)}"


def _pem() -> str:
    body = "\n".join(_some(_B64, 64) for _ in range(6))
    kind = _draw.choice(("RSA PRIVATE KEY", "EC PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY", "ENCRYPTED PRIVATE KEY"))
    return f"-----BEGIN {kind}-----\n{body}\n-----END {kind}-----"


_KEYS: dict[str, Callable[[], str]] = {
    "aws id": lambda: "AKIA" + _some("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16), "github": lambda: "ghp_" + _some(_LETTERS, 36),
    "github fine": lambda: "github_pat_" + _some(_LETTERS, 22) + "_" + _some(_LETTERS, 59), "gitlab": lambda: "glpat-" + _some(_WORD, 20),
    "openai": lambda: "sk-proj-" + _some(_WORD, 74) + "T3BlbkFJ" + _some(_WORD, 74), "openai old": lambda: "sk-" + _some(_LETTERS, 48),
    "anthropic": lambda: "sk-ant-api03-" + _some(_WORD, 93) + "AA", "hugging face": lambda: "hf_" + _some(string.ascii_letters, 34),
    "groq": lambda: "gsk_" + _some(_LETTERS, 52), "google": lambda: "AIza" + _some(_WORD, 35), "slack": lambda: f"xoxb-{_some(string.digits, 12)}-{_some(string.digits, 12)}-{_some(_LETTERS, 24)}",
    "slack hook": lambda: f"https://hooks.slack.com/services/T{_some(_UPPER, 8)}/B{_some(_UPPER, 10)}/{_some(_LETTERS, 24)}",
    "stripe": lambda: "sk_live_" + _some(_LETTERS, 24), "sendgrid": lambda: f"SG.{_some(_WORD, 22)}.{_some(_WORD, 43)}",
    "twilio": lambda: "SK" + _some(_HEX, 32), "npm": lambda: "npm_" + _some(_LETTERS, 36), "pypi": lambda: "pypi-AgEIcHlwaS5vcmc" + _some(_WORD, 80),
    "telegram": lambda: f"{_some('123456789', 10)}:AA{_some(_WORD, 33)}", "discord": lambda: f"M{_some(_WORD, 25)}.{_some(_WORD, 6)}.{_some(_WORD, 38)}",
    "digitalocean": lambda: "dop_v1_" + _some(_HEX, 64), "databricks": lambda: "dapi" + _some(_HEX, 32), "shopify": lambda: "shpat_" + _some(_HEX, 32),
    "new relic": lambda: "NRAK-" + _some(_UPPER, 27), "sentry": lambda: "sntryu_" + _some(_HEX, 64), "grafana": lambda: f"glsa_{_some(_LETTERS, 32)}_{_some(_HEX, 8)}",
    "notion": lambda: "secret_" + _some(_LETTERS, 43), "airtable": lambda: f"pat{_some(_LETTERS, 14)}.{_some(_HEX, 64)}", "linear": lambda: "lin_api_" + _some(_LETTERS, 40),
    "vault": lambda: "hvs." + _some(_WORD, 90), "terraform": lambda: f"{_some(_LETTERS, 14)}.atlasv1.{_some(_WORD, 67)}", "mailchimp": lambda: f"{_some(_HEX, 32)}-us{_draw.randrange(1, 21)}",
    "supabase": lambda: "sbp_" + _some(_HEX, 40), "doppler": lambda: "dp.pt." + _some(_LETTERS, 43), "azure": lambda: f"{_some(_LETTERS, 3)}8Q~{_some(_WORD, 34)}",
    "azure storage": lambda: f"AccountKey={_some(_B64, 86)}==", "atlassian": lambda: "ATATT3xFfGF0" + _some(_WORD, 180), "figma": lambda: "figd_" + _some(_WORD, 40),
    "wallet": lambda: "5" + _some("HJK", 1) + _some("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 49), "jwt": _jwt, "pem": _pem,
    "1password": lambda: "ops_eyJ" + _some(_LETTERS, 300)}
_FRAMES = ("voici ma clé {} tu peux vérifier ?", "API_TOKEN={}", 'token: "{}"', "curl -H 'Authorization: Bearer {}' https://api.example.com/v1",
           "```python\nclient = Client('{}')\n```", "ERROR auth failed for {} (401)", "export KEY={}\n", '{{"key": "{}"}}', "is {} still valid?")

_NAMED: dict[str, tuple[Callable[[], str], tuple[str, ...]]] = {
    "aws secret": (lambda: _some(_B64, 40), ("aws_secret_access_key = {}", "AWS_SECRET_ACCESS_KEY={}", "my aws secret is {} ok?")),
    "plain key": (lambda: _some(_LETTERS, 32), ("MISTRAL_API_KEY={}", "ma clé API Mistral : {}", "x-api-key: {}", "api key {} please", "apikey={}")),
    "hex key": (lambda: _some(_HEX, 64), ("private key: 0x{}", "ma clé privée est {}", "JWT_SECRET={}")),
    "bearer": (lambda: _some(_WORD, 40), ("Authorization: Bearer {}", "-H 'authorization: bearer {}'")),
    "connection": (lambda: f"app:{_some(_LETTERS, 14)}", ("postgresql://{}@db.example.com:5432/x", "mongodb+srv://{}@cluster0.example.net", "DATABASE_URL=mysql://{}@localhost/app", "amqp://{}@mq.example.org")),
    "password": (lambda: _draw.choice(("Soleil", "winter", "azerty", "Chat", "tiger", "Lune")) + _some(string.digits, 3) + _draw.choice(("!", "#", "$", "", "?")),
                 ("mon mot de passe est {}", "mot de passe : {}", "my password is {}", "password: {}", "mdp: {}", "le mdp c'est {}", "DB_PASSWORD={}", 'password = "{}"', "login: jean / pass: {}",
                  "the wifi password is {}", "Passwort: {}", "contraseña: {}", "mdp wifi = {}", "pwd={}", "with password {} please", "identifiant admin mot de passe {}", "user jean, password {}")),
    "pin": (lambda: _some(string.digits, 4), ("code PIN : {}", "my pin is {}", "le code pin est {}", "digicode {}", "CVV {}", "cvc: {}", "code de vérification : {}", "pin code {}")),
    "seed": (lambda: " ".join(_draw.sample("abandon ability able about above absent absorb abstract absurd abuse access account acid across action actor adult advance advice again agent agree ahead alarm album alert alien".split(), 12)),
             ("my seed phrase: {}", "ma phrase de récupération est {}", "recovery phrase {}")),
    "env": (lambda: _some(_LETTERS, 20), ("SECRET_KEY={}", "export GITHUB_TOKEN={}", "client_secret: {}", '"access_token": "{}"', "API_SECRET='{}'", "ENCRYPTION_KEY={}", "auth_token={}")),
}

_CLEAN: dict[str, Callable[[], str]] = {
    "commit": lambda: f"fixed in commit {_some(_HEX, 40)}", "short commit": lambda: f"git checkout {_some(_HEX, 7)}", "sha256": lambda: f"sha256:{_some(_HEX, 64)}",
    "md5": lambda: f"md5sum {_some(_HEX, 32)}  file.iso", "uuid": lambda: f"id {uuid.UUID(int=_draw.getrandbits(128))}", "version": lambda: f"release v{_draw.randrange(9)}.{_draw.randrange(20)}.{_draw.randrange(9)}-rc1",
    "picture": lambda: f"data:image/png;base64,iVBORw0KGgo{_some(_B64, 200)}", "integrity": lambda: f'integrity="sha512-{_some(_B64, 86)}=="', "public key": lambda: f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{_some(_B64, 43)} user@example",
    "certificate": lambda: f"-----BEGIN CERTIFICATE-----\n{_some(_B64, 64)}\n-----END CERTIFICATE-----", "path": lambda: f"/usr/lib/python3/dist-packages/{_some(string.ascii_lowercase, 9)}/{_some(string.ascii_lowercase, 12)}.py",
    "order": lambda: f"order {_some(_UPPER, 10)} arrives on Monday", "class": lambda: "class=\"btn-primary_container__" + _some(_LETTERS, 6) + '"', "etag": lambda: f'ETag: "{_some(_HEX, 32)}"', "trace": lambda: f"trace_id={_some(_HEX, 32)} span_id={_some(_HEX, 16)}",
    "video": lambda: f"https://video.example.com/watch?v={_some(_WORD, 11)}", "camel": lambda: "getUserAuthenticationTokenFromRequestHeaderOrCookie", "doi": lambda: f"doi:10.1000/{_some(_LOWER, 8)}",
    "docker": lambda: f"image@sha256:{_some(_HEX, 64)}", "lock": lambda: f'"resolved": "https://registry.example.com/x-1.2.3.tgz#{_some(_HEX, 40)}"', "address": lambda: f"send it to 0x{_some(_HEX, 40)}", "year": lambda: f"mot de passe changé en {_draw.randrange(2000, 2026)} par le service",
}
_TALK = ("How do I reset my password?", "J'ai oublié mon mot de passe, que faire ?", "Le mot de passe doit contenir 8 caractères.", "Your password must be at least 12 characters long.", "password = os.environ['DB_PASSWORD']",
         "password: ********", "api_key = \"YOUR_API_KEY\"", "api_key: <your-api-key>", "token = get_token(user)", "PASSWORD=${DB_PASSWORD}", "secret: {{ vault_secret }}", "What is a secret key in Django?", "def hash_password(password: str) -> bytes:",
         "The access token expires after one hour.", "Le jeton d'accès est transmis dans l'en-tête.", "password = input('Password: ')", "password=None", "token: string", "passwords are hashed with bcrypt", "sk-...", "export OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxx",
         "Le mot de passe est trop court.", "my password is not working", "the password is case sensitive", "mot de passe incorrect", "passwordless login is safer", "Bearer token authentication is required", "if token == expected_token:", "secret santa is on Friday",
         "le code secret de la réussite", "pin the tab, then close it", "the pin is in the drawer", "tokens: 128000 context, 4096 output", "max_tokens=1024", "num_tokens: 4096", "token_count = 1532", "The secret is to cook it slowly.", "password_field = forms.CharField(widget=forms.PasswordInput)")


def main() -> None:
    """Print recall by kind, precision, and what was missed or found in vain."""
    detector = Secrets()
    texts, wanted, kinds = [], [], []
    for kind, make in _KEYS.items():
        for place in range(_EACH):
            key = make()
            texts.append(_FRAMES[place % len(_FRAMES)].format(key))
            wanted.append(key)
            kinds.append(kind)
    for kind, (make, frames) in _NAMED.items():
        for place in range(_EACH):
            key = make()
            texts.append(frames[place % len(frames)].format(key))
            wanted.append(key)
            kinds.append(kind)
    missed: Counter[str] = Counter()
    extra: list[str] = []
    for text, key, kind, found in zip(texts, wanted, kinds, detector.find(texts, [""] * len(texts)), strict=True):
        start = text.index(key)
        if not any(span.start <= start and span.end >= start + len(key) for span in found):
            missed[kind] += 1
            if missed[kind] <= 2:
                print("missed", kind, repr(text[:90]))
        extra += [text[span.start:span.end] for span in found if span.end <= start or span.start >= start + len(key)]
    clean = [make() for make in _CLEAN.values() for _ in range(_EACH)] + list(_TALK) * (_EACH // 4)
    false = [(text, text[span.start:span.end]) for text, found in zip(clean, detector.find(clean, [""] * len(clean)), strict=True) for span in found]
    for text, piece in sorted(set(false))[:12]:
        print("in vain", repr(text[:70]), repr(piece[:40]))
    found_right = len(texts) - sum(missed.values())
    print(f"secrets: {len(texts)} of {len(_KEYS) + len(_NAMED)} kinds; recall {found_right / len(texts):.4f}; missed {dict(missed)}")
    print(f"hard negatives: {len(clean)}; spans in vain {len(false) + len(extra)}; precision {found_right / (found_right + len(false) + len(extra)):.4f}")


if __name__ == "__main__":
    main()
