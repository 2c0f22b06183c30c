"""Keys, tokens and passwords."""

import pytest

from licit.detectors.secrets import Secrets


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
