"""Contact and network details, by shape."""

import pytest

from licit.detectors.patterns import Patterns


@pytest.fixture(scope="module")
def found():
    detector = Patterns()
    return lambda text, label: [text[s.start:s.end] for s in detector.find([text], [""])[0] if s.label == label]


@pytest.mark.parametrize("address", [
    "camille@example.org", "CAMILLE.EXEMPLE@EXAMPLE.ORG", "élodie.noël@exämple.org", "o'neil+list@mail.example.co.test",
    "ｃａｍｉｌｌｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", "cami\u200blle@example.org", "camille [at] example [dot] org", "camille @ example . org", "a@b.example"])
def test_every_spelling_of_an_address_is_found(found, address):
    """Upper case, accents, full width, joiners inside, spelt out."""
    assert found(f"écrire à {address}, merci", "EMAIL") == [address]


@pytest.mark.parametrize("text", ["a @ b", "meet @ noon. Then", "git@example.org:team/repo.git", "x@y", "@property"])
def test_what_only_looks_like_an_address_stays(found, text):
    """No domain, no address."""
    assert found(text, "EMAIL") == []


@pytest.mark.parametrize(("url", "personal"), [
    ("https://www.example.org/docs/page", False), ("https://example.org/search?q=diabetes", False),
    ("https://camille:pw@example.org/", True), ("https://example.org/reset?token=abc123", True),
    ("https://www.linkedin.com/in/camille-exemple", True), ("https://github.com/camille-exemple", True),
    ("https://example.org/users/4711", True), ("https://example.org/@camille", True), ("https://example.org/?email=a%40b.test", True)])
def test_only_addresses_that_point_to_a_person_are_masked(found, url, personal):
    """User names, tokens and profile pages; plain public pages are knowledge."""
    assert found(f"voir {url}.", "URL") == ([url] if personal else [])


@pytest.mark.parametrize(("text", "handles"), [
    ("suis-moi : @camille_ex!", ["@camille_ex"]), ("merci @alex.exemple.", ["@alex.exemple"]), ("@media print", []),
    ("@dataclass\nclass A", []), ("npm i @types/node", []), ("a@b", []), ("@2x", ["@2x"]), ("@Test(x)", [])])
def test_handles_are_told_from_code(found, text, handles):
    """A decorator or a package is nobody."""
    assert found(text, "HANDLE") == handles


@pytest.mark.parametrize(("text", "addresses"), [
    ("from 192.0.2.7 port 22", ["192.0.2.7"]), ("2001:db8::8a2e:370:7334", ["2001:db8::8a2e:370:7334"]), ("127.0.0.1", []), ("::1", []),
    ("version 1.2.3.4", []), ("v1.2.3.4", []), ("300.1.1.1", []), ("1.2.3.4.5", []), ("12:30:45", []), ("198.51.100.1.", ["198.51.100.1"])])
def test_ip_addresses_are_told_from_versions_and_times(found, text, addresses):
    """Loopback, version numbers, times and impossible numbers stay."""
    assert found(text, "IP_ADDRESS") == addresses


@pytest.mark.parametrize(("label", "text", "what"), [
    ("MAC_ADDRESS", "mac 00:00:5E:00:53:01 ok", "00:00:5E:00:53:01"), ("MAC_ADDRESS", "00-00-5e-00-53-01", "00-00-5e-00-53-01"),
    ("COORDINATES", "je suis à 48.85661, 2.35222", "48.85661, 2.35222"), ("COORDINATES", "48°51′24″N 2°21′07″E", "48°51′24″N 2°21′07″E"),
    ("DATE_OF_BIRTH", "né le 12 mars 1985 à", "12 mars 1985"), ("DATE_OF_BIRTH", "DOB: 1985-03-12", "1985-03-12"),
    ("DATE_OF_BIRTH", "I was born on March 3rd, 1990", "March 3rd, 1990"), ("DATE_OF_BIRTH", "Date de naissance : 1er/02/85" [:20] + "01/02/85", "01/02/85"),
    ("VEHICLE_PLATE", "garée, AB-123-CD", "AB-123-CD"), ("VEHICLE_PLATE", "plaque AB 123 CD", "AB 123 CD"),
    ("ACCOUNT_ID", "mon numéro client est C-123456.", "C-123456"), ("ACCOUNT_ID", "customer ID: 99887766", "99887766"),
    ("CASE_NUMBER", "requête no 39428/98", "39428/98"), ("CASE_NUMBER", "RG n° 21/01234", "21/01234")])
def test_other_shapes(found, label, text, what):
    """Each is found, exactly."""
    assert found(text, label) == [what]


@pytest.mark.parametrize(("label", "text"), [
    ("DATE_OF_BIRTH", "la réunion du 12 mars 1985"), ("VEHICLE_PLATE", "modèle AB 123 CD"), ("VEHICLE_PLATE", "SS-123-AB"),
    ("COORDINATES", "95.123, 200.123"), ("ACCOUNT_ID", "customer ID is required"), ("CASE_NUMBER", "un dossier complet")])
def test_shapes_without_their_context_stay(found, label, text):
    """A date is no birth date, a code is no plate."""
    assert found(text, label) == []
