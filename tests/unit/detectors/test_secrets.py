"""Keys, tokens and passwords."""

import pytest

from licit.detectors.secrets import Secrets, read_keys


@pytest.fixture(scope="module")
def found():
    detector = Secrets()
    return lambda text: [text[span.start:span.end] for span in detector.find([text], [""])[0]]


def _key(prefix, length):
    # Put together here, so that no scanner takes this file for a leak.
    return prefix + ("aB3dE6fG9hJ2kL5mN8pQ1rS4tU7vW0xY" * 8)[:length]


@pytest.mark.parametrize("key", [
    "AKIA" + "Q7EXAMPLE3KEYZ42", _key("ghp_", 36), _key("github_pat_", 60), _key("sk-", 48), _key("sk-ant-", 60), _key("hf_", 34),
    _key("sk-proj-", 60), _key("xoxb-", 40), _key("AIza", 35), _key("sk_live_", 24), _key("glpat-", 20), _key("npm_", 36),
    _key("eyJ", 20) + "." + _key("eyJ", 40) + "." + _key("", 43)])
def test_the_key_shapes_of_known_services_are_secrets(found, key):
    """A known shape counts by itself, wherever it stands."""
    assert found(f"voici la clé {key} merci") == [key]
    assert found(f"curl -H 'X: {key}'") == [key]


@pytest.mark.parametrize(("text", "secret"), [
    ("mot de passe : Soleil2024!", "Soleil2024!"), ("Mon mot de passe est azerty123.", "azerty123"),
    ("my password is hunter2, ok?", "hunter2"), ("le mdp: tournesol", "tournesol"), ("mdp du wifi : Chat-Botte9", "Chat-Botte9"),
    ("code PIN : 4821", "4821"), ("Passwort: Sommer#19", "Sommer#19"), ('the password is "correcthorse"', "correcthorse"),
    ("DB_PASSWORD=s3cr3t-Value", "s3cr3t-Value"), ('api_key = "abcd1234efgh"', "abcd1234efgh"), ('{"client_secret": "Zx81-qq"}', "Zx81-qq"),
    ("postgres://camille:Pa55word@db.example.org/x", "camille:Pa55word"), ("redis://:Pa55word@db.example.org", ":Pa55word"),
    ("Authorization: Bearer aB3dE6fG9hJ2kL5mN8pQ1r", "aB3dE6fG9hJ2kL5mN8pQ1r")])
def test_a_value_that_is_announced_is_a_secret(found, text, secret):
    """The value is masked; the name that announces it stays."""
    assert found(text) == [secret]


@pytest.mark.parametrize("text", [
    "How do I reset my password?", "Le mot de passe est obligatoire.", "password = os.environ['X']", "password: ********",
    "mot de passe oublié ?", "The password is stored hashed.", "token = get_token()", "PASSWORD=${DB_PASSWORD}",
    "What is a secret key?", "the pin is not valid", "https://www.example.org/a:b@c", "api_key: YOUR_API_KEY" [:8] + " <your key>"])
def test_talk_about_secrets_is_none(found, text):
    """Questions, placeholders and references to settings stay."""
    assert found(text) == []


def test_a_private_key_is_masked_whole_and_also_when_torn(found):
    """From the first to the last dash; a key that was cut off is masked as far as it goes."""
    body = "\n".join(["MIIabc123/+" * 5] * 3)
    whole = f"-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"
    assert whole in found(f"voilà\n{whole}\nmerci")
    torn = f"-----BEGIN PRIVATE KEY-----\n{body}"
    assert found(torn) == [torn]


@pytest.mark.parametrize(("text", "secret"), [
    ("voici mon digicode B4521", "B4521"), ("CVV 123", "123"), ("code de vérification : 482910", "482910"), ("login: jean / pass: Lune875$", "Lune875$"),
    ("user jean, password Chat839$ merci", "Chat839$"), ("ma clé API Mistral : " + _key("", 32), _key("", 32)),
    ("private key 0x" + "0a1B2c3D" * 8, "0x" + "0a1B2c3D" * 8),
    ("ma phrase de récupération : " + " ".join(["lune", "table", "chat", "river"] * 3), " ".join(["lune", "table", "chat", "river"] * 3))])
def test_what_has_no_mark_of_its_own_counts_where_it_is_announced(found, text, secret):
    """Codes, keys without a prefix and the words of a wallet are told by the words before them."""
    assert found(text) == [secret]


@pytest.mark.parametrize("text", [
    "commit " + "0a1b2c3d" * 5, "sha256:" + "0a1b2c3d" * 8, "id 0a1b2c3d-0a1b-4c2d-8e3f-0a1b2c3d4e5f", "max_tokens=1024", "the pin is in the drawer",
    "Pine Terrace", "mot de passe changé en 2019", "data:image/png;base64," + _key("", 120), "OPENAI_API_KEY=sk-" + "x" * 24])
def test_digests_ids_and_numbers_are_none(found, text):
    """What looks like a key and opens nothing stays."""
    assert found(text) == []


def test_every_service_states_who_gives_the_key_out():
    """A shape without a source could not be checked by anybody."""
    assert all(key.source and key.name and key.shape for key in read_keys())
