"""Contact and network details, by shape."""

import time

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
    ("VEHICLE_PLATE", "garée, AB-123-CD", "AB-123-CD"), ("VEHICLE_PLATE", "plaque AB 123 CD", "AB 123 CD"),
    ("ACCOUNT_ID", "mon numéro client est C-123456.", "C-123456"), ("ACCOUNT_ID", "customer ID: 99887766", "99887766"),
    ("CASE_NUMBER", "requête no 39428/98", "39428/98"), ("CASE_NUMBER", "RG n° 21/01234", "21/01234")])
def test_other_shapes(found, label, text, what):
    """Each is found, exactly."""
    assert found(text, label) == [what]


@pytest.mark.parametrize(("label", "text"), [
    ("VEHICLE_PLATE", "modèle AB 123 CD"), ("VEHICLE_PLATE", "SS-123-AB"),
    ("COORDINATES", "95.123, 200.123"), ("ACCOUNT_ID", "customer ID is required"), ("CASE_NUMBER", "un dossier complet")])
def test_shapes_without_their_context_stay(found, label, text):
    """A date is no birth date, a code is no plate."""
    assert found(text, label) == []


@pytest.mark.parametrize("said", [
    "camille point exemple arobase example point org", "camille.exemple at example dot org", "camille dot exemple at example dot com",
    "camille_e at example.org", "camille tiret e arobase example.org", "camille . exemple @ example . org", "camille(at)example(dot)org"])
def test_addresses_said_aloud_are_found(found, said):
    """Signs in words, in French and English, whole."""
    assert found(f"écrire à {said}, merci", "EMAIL")[-1].endswith(said.partition(" à ")[2] or said)


@pytest.mark.parametrize("text", ["look at example.org now", "look at this point in time", "he was at the point of no return", "à quel point arrive-t-il"])
def test_talk_of_places_and_points_is_no_address(found, text):
    """The words for the signs are ordinary words too."""
    assert found(text, "EMAIL") == []


@pytest.mark.parametrize(("text", "names"), [
    ("cd /home/camille/src", ["camille"]), (r"C:\Users\Camille\Documents", ["Camille"]), ("/home/ubuntu/app", []), ("GET /users/4711", []),
    ("mon pseudo est lune", ["lune"]), ("insta: camille.ex", ["camille.ex"]), ("username is required", []), ("r/france et u/camille_x", ["u/camille_x"])])
def test_user_names_in_paths_and_after_their_announcement(found, text, names):
    """The name alone; a machine's own accounts are nobody."""
    assert found(text, "HANDLE") == names


@pytest.mark.parametrize(("text", "places"), [
    ("geo:48.85,2.35", ["geo:48.85,2.35"]), ("48.8566° N, 2.3522° E", ["48.8566° N, 2.3522° E"]), ('{"lat": 48.8566, "lng": 2.3522}', ["48.8566", "2.3522"]),
    ("[0.1234, 0.4567, 0.789]", []), ("scores 12.1234, 14.4567, 15.1111", []), ("a long 3.25 walk", [])])
def test_places_are_told_from_lists_of_numbers(found, text, places):
    """A pair is a place, a list is none."""
    assert found(text, "COORDINATES") == places


@pytest.mark.parametrize(("wallet", "valid"), [
    ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", True), ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", False), ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", True),
    ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", False), ("0x52908400098527886E0F7030069857D2E4169EE7", True), ("0x" + "0" * 40, False)])
def test_wallets_need_their_check_digits(found, wallet, valid):
    """One wrong letter and it is no wallet; a placeholder is none either."""
    assert found(f"envoie à {wallet} stp", "BANK_ACCOUNT") == ([wallet] if valid else [])


@pytest.mark.parametrize(("text", "plates"), [
    ("plaque 1-ABC-123", ["1-ABC-123"]), ("mein Kennzeichen ist B-AB 1234", ["B-AB 1234"]), ("matrícula 1234 BCD", ["1234 BCD"]), ("targa AB 123 CD", ["AB 123 CD"]),
    ("number plate AB12 CDE", ["AB12 CDE"]), ("immatriculée 1234 AB 75", ["1234 AB 75"]), ("Kennzeichen ZH 123456", ["ZH 123456"]), ("norme ISO 9001", []), ("B-AB 1234", [])])
def test_plates_of_seven_countries(found, text, plates):
    """With a word about vehicles nearby."""
    assert found(text, "VEHICLE_PLATE") == plates


@pytest.mark.parametrize(("text", "numbers"), [
    ("requêtes nos 12345/06, 12346/06 et 12347/06", ["12345/06", "12346/06", "12347/06"]), ("RG 19/01234", ["19/01234"]), ("pourvoi n° 19-12.345", ["19-12.345"]),
    ("affaire C-131/12", ["C-131/12"]), ("Case No. 1:19-cv-01234", ["1:19-cv-01234"]), ("[2009] EWHC 123 (QB)", ["[2009] EWHC 123 (QB)"]),
    ("directive 95/46/CE", []), ("la saison 2019/20", []), ("note 15/20", []), ("ouvert 24/7", []), ("règlement n° 2016/679", []), ("1200/50 hPa", [])])
def test_case_numbers_are_told_from_fractions_and_laws(found, text, numbers):
    """A list goes on; marks, seasons and directives stay."""
    assert sorted(set(found(text, "CASE_NUMBER"))) == sorted(numbers)


@pytest.mark.parametrize("bad", ["a", "0 ", "a@", "a.", "a at ", "1/22, ", "le 12", "A1", "//a@", "/home/"])
def test_repeats_cost_no_more_than_other_text(bad):
    """Time stays in line with length, whatever repeats."""
    text, detector = bad * (200_000 // len(bad)), Patterns()
    detector.find(["warm"], [""])
    begin = time.process_time()
    detector.find([text], [""])
    assert time.process_time() - begin < 2
