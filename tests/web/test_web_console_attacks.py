"""Attacks on the console: wrong roles, forged sessions, forms from elsewhere, guessing, planted markup."""

import re
from itertools import product

import pytest
from desks import PASSWORD, acted, at_door, code_of, hired, staffed
from pages import form_of
from world import chat, prose

from licit.adapters.staff import ROLES
from licit.core.errors import InputError
from licit.surfaces.web import console, console_held, console_sign_on, rooms
from licit.surfaces.web.desk import RIGHTS
from licit.usecases.commands import object_as_outsider
from licit.wiring import open_visits

WORDS = "Outremer"
#: What each role may open, written out a second time: a slip in the table of the code shows here.
OPEN = {
    "officer": {"/console", "/console/requests/{entry}", "/console/held", "/console/held/{record}", "/console/held/{record}/read",
                "/console/held/{record}/as-typed", "/console/held/{record}/decide", "/console/releases", "/console/journal", "/console/sign-out"},
    "engineer": {"/console/held", "/console/held/{record}", "/console/releases", "/console/sign-out"},
    "auditor": {"/console", "/console/requests/{entry}", "/console/held", "/console/held/{record}", "/console/releases", "/console/journal",
                "/console/sign-out"}}
_WATCHED = {"/console/holds", "/console/retention", "/console/interface", "/console/board", "/console/breach", "/console/policy", "/console/requests/{entry}/bundle.zip",
            "/console/releases/{name}/bundle.zip"}
_WATCHED |= {"/console/papers", "/console/papers/{name}", "/console/papers/{name}/{paper}", "/console/sources", "/console/sources/{source}"}
OPEN["officer"] |= _WATCHED | {"/console/mail", "/console/deceased"}
OPEN["auditor"] |= _WATCHED
OPEN["engineer"] |= {"/console/policy"}
for _role in ("officer", "engineer", "auditor"):
    OPEN[_role] |= {"/console/canaries"}
OPEN["legal"] = OPEN["officer"] - {"/console/held/{record}/as-typed"}


def entries(served, *kinds):
    """Give the log's entries of some kinds."""
    return list(served.world.ports.log.entries(kinds=kinds))


@pytest.fixture
def scene(served):
    """A request and a held record; give how each route's address is filled in."""
    return set_in(served)


@pytest.fixture(scope="module")
def standing_scene(shared):
    """The same on the server that tests share."""
    return set_in(shared)


def set_in(served):
    """Make the scene."""
    served.world.object("user1", "access")
    object_as_outsider(served.world.ports, name=["Léa Outremer"])
    served.world.take([chat("q", "user8", prose("q") + " Demande à Léa Outremer si elle vient.")])
    return {"{entry}": str(entries(served, "access")[0].seq), "{record}": served.world.record("q", "user8"), "{name}": "release-1", "{paper}": "data-card.md", "{source}": "chat"}


def filled(route, scene):
    """Give an address of a route."""
    for name, value in scene.items():
        route = route.replace(name, value)
    return route


def test_every_route_stands_in_the_table():
    """Each page behind the guard has its roles; the table names no page that is not there."""
    there = {(method, route.path) for room in (console.router, console_held.router, *rooms.ROUTERS)
             for route in room.routes if route.path.startswith("/console") for method in route.methods}
    assert there == set(RIGHTS)
    assert {route.path for door in (console.door, console_sign_on.door) for route in door.routes} == {
        "/console/sign-in", "/console/sign-on", "/console/sign-on/back"}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_own_pages_and_no_other(served, scene, role):
    """Role by page, all of them: what is not in the list answers 403, writes nothing and shows no word.

    Law: REL-12
    """
    client = staffed(served, role)
    token = form_of(client.get("/console/held"))
    before = served.world.ports.log.head()
    for method, route in sorted(RIGHTS, key=lambda one: one[1] == "/console/sign-out"):
        allowed = route in OPEN[role] and not (method == "POST" and role in ("auditor", "engineer") and route != "/console/sign-out")
        if allowed and method == "POST":
            continue
        answer = client.request(method, filled(route, scene), data={"form": token, "step": "searched", "answer": "hold", "why": "x" * 30})
        assert answer.status_code == (200 if allowed else 403), (method, route)
        assert WORDS not in answer.text
    assert served.world.ports.log.head() == before


def test_an_engineer_never_sees_words(served, scene):
    """Asked for by the right form with the right token, words stay closed to engineers and auditors, and no reading is entered.

    Law: DEI-09
    """
    for role in ("engineer", "auditor"):
        client = staffed(served, role)
        page = client.get(filled("/console/held/{record}", scene))
        assert "Read it, on the record" not in page.text
        for way in ("read", "as-typed"):
            answer = client.post(filled(f"/console/held/{{record}}/{way}", scene), data={"form": form_of(page), "why": "It must be seen as it is."})
            assert answer.status_code == 403
            assert WORDS not in answer.text
    assert entries(served, "reading") == []


@pytest.mark.parametrize("route", sorted({route for method, route in RIGHTS if method == "GET"}))
def test_nobody_comes_in_without_signing_in(shared, standing_scene, route):
    """A stranger, a person with a session and a forged cookie all end at the sign-in page."""
    person = shared.signed_in("user1")
    forged = shared.browser(cookie=f"licit-staff={person.cookies['licit-visit']}; role=officer")
    for client in (shared.browser(), person, forged):
        answer = client.get(filled(route, standing_scene))
        assert answer.url.path == "/console/sign-in"
        assert WORDS not in answer.text


def test_staff_are_nobody_in_the_privacy_centre(served, scene):
    """A session of staff signs nobody in as a person, whatever cookie it is sent as."""
    officer = staffed(served, "officer")
    secret = officer.cookies["licit-staff"]
    assert "You are not signed in" in officer.get("/").text
    assert "You are not signed in" in served.browser(cookie=f"licit-visit={secret}").get("/").text


def test_a_role_is_read_from_the_account(served, scene):
    """Whoever is made an engineer, or removed, is out at once with the session they had."""
    officer, accounts = staffed(served, "officer", "Ines"), open_visits(served.world.root).staff
    assert officer.get("/console").url.path == "/console"
    accounts.remove("INES")
    assert officer.get("/console").url.path == "/console/sign-in"
    hired(served, "Ines", "engineer")
    assert officer.get("/console").url.path == "/console/sign-in"


@pytest.mark.parametrize("headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}])
def test_a_form_from_elsewhere_does_not_count(served, scene, headers):
    """A step sent from another site, or without the session's token, is refused and enters nothing."""
    officer, path = staffed(served, "officer"), filled("/console/requests/{entry}", scene)
    token = form_of(officer.get(path))
    assert officer.post(path, data={"form": token, "step": "searched"}, headers=headers).status_code == 403
    for other in ("", "0" * 64, form_of(staffed(served, "legal").get(path)), form_of(officer.get("/"))):
        assert officer.post(path, data={"form": other, "step": "searched"}).status_code == 403
    assert entries(served, "step") == []


def test_guessing_is_slow_and_learns_nothing(served):
    """One answer for a name that is there, one that is not, a wrong code: the same words; then no more tries, right or wrong."""
    secret = hired(served, "Ines", "officer")
    good = code_of(served, secret)
    told = []
    for name, password, code in (("Ines", "wrong password", good), ("Nobody", PASSWORD, good), ("Ines", PASSWORD, "000000"),
                                 ("Ines", PASSWORD, ""), ("", "", "")):
        client = served.browser()
        page = at_door(client, name or "x", password or "x", code)
        assert page.status_code == 403
        told.append(re.sub(r"[0-9a-f]{64}", "", page.text))
    assert len(set(told)) == 1
    assert at_door(served.browser(), "Ines", "again wrong", good).status_code == 403
    answers = [at_door(served.browser(), "Ines", PASSWORD, good).status_code for _ in range(3)]
    assert answers[-1] == 429


def test_a_code_counts_once(served):
    """The same six digits let nobody in a second time, not even in another browser."""
    secret = hired(served, "Ines", "officer")
    code = code_of(served, secret)
    assert at_door(served.browser(), "Ines", PASSWORD, code).status_code == 200
    assert at_door(served.browser(), "Ines", PASSWORD, code).status_code == 403
    served.world.clock.advance(seconds=30)
    assert at_door(served.browser(), "Ines", PASSWORD, code_of(served, secret)).status_code == 200


def test_signing_in_changes_the_secret_and_signing_out_ends_it(served):
    """A secret planted before opens nothing after; one kept after signing out neither."""
    secret, client = hired(served, "Ines", "officer"), served.browser()
    client.get("/console/sign-in")
    before = client.cookies["licit-staff"]
    at_door(client, "Ines", PASSWORD, code_of(served, secret))
    after = client.cookies["licit-staff"]
    assert before != after
    client.post("/console/sign-out", data={"form": form_of(client.get("/console"))})
    for held in (before, after):
        assert served.browser(cookie=f"licit-staff={held}").get("/console").url.path == "/console/sign-in"


def test_the_cookie_of_staff_is_kept_to_the_console(shared):
    """HttpOnly, SameSite=strict, sent to /console alone."""
    told = [one.lower() for one in shared.browser().get("/console/sign-in").headers.get_list("set-cookie") if "licit-staff" in one]
    assert told
    assert all("httponly" in one and "samesite=strict" in one and "path=/console" in one for one in told)


def test_planted_markup_is_shown_as_text(served, scene):
    """Markup in a reason, in a name from the command line, in a record's words and in a source stays text."""
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    path = filled("/console/requests/{entry}", scene)
    served.world.ports.enter("reading", {"record": evil, "by": evil})
    served.world.ports.enter("step", {"request": int(scene["{entry}"]), "step": evil, "by": evil, "why": evil})
    served.world.ports.enter("run", {"id": evil, "releases": ["release-1"]})
    served.world.take([chat("m", "user8", prose("m") + f" {evil} Léa Outremer.")])
    officer = staffed(served, "officer")
    acted(officer, path, "identity-asked", why=evil)
    record = filled("/console/held/", scene) + served.world.record("m", "user8")
    read = officer.post(f"{record}/read", data={"form": form_of(officer.get(record))})
    assert "&lt;script&gt;" in read.text
    for page in (read, *(officer.get(one) for one in (path, "/console", "/console/releases", "/console/journal", "/console/held"))):
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert "unsafe" not in page.headers["content-security-policy"]


def test_a_step_forged_into_the_log_counts_for_nothing(served, scene):
    """A refusal signed by its own proposer, an answer without a search, a third month: in the log, and still the request is open."""
    number = int(scene["{entry}"])
    for body in ({"step": "answered"}, {"step": "refused", "ground": "manifestly-excessive", "remedies": ["CNIL", "court"]},
                 {"step": "extended", "ground": "complexity", "months": 3, "why": "x" * 30},
                 {"step": "refusal-proposed", "ground": "manifestly-excessive", "why": "x" * 30},
                 {"step": "refused", "ground": "manifestly-excessive", "remedies": ["CNIL", "court"], "by": " INES "}):
        served.world.ports.enter("step", {"request": number, "by": "Ines", **body})
    page = staffed(served, "officer").get(filled("/console/requests/{entry}", scene)).text
    assert page.count("Counts for nothing:") == 4
    assert "In time" in page


@pytest.mark.parametrize(("name", "role", "password"), [
    ("<b>Ines</b>", "officer", PASSWORD), ("", "officer", PASSWORD), ("Ines", "subject", PASSWORD), ("Ines", "officer", "short"),
    ("a" * 70, "officer", PASSWORD)])
def test_an_account_that_cannot_be(shared, name, role, password):
    """Markup for a name, no name, a person's role, a short password: no account is made."""
    accounts = open_visits(shared.world.root).staff
    with pytest.raises(InputError):
        accounts.add(name, role, password, b"k" * 32)
    assert accounts.accounts() == {}


def test_two_people_cannot_have_one_name(served):
    """Names that differ in case or spaces only would let one person sign twice."""
    hired(served, "Ines Morel", "officer")
    for name, role in product(("ines  morel", "INES MOREL"), ("legal", "officer")):
        with pytest.raises(InputError):
            hired(served, name, role)


def test_the_file_alone_signs_nobody_in(served):
    """Neither the password, nor the secret of the codes, nor a session's secret lies in the server's database."""
    secret = hired(served, "Ines", "officer")
    client = served.browser()
    at_door(client, "Ines", PASSWORD, code_of(served, secret))
    data = b"".join(path.read_bytes() for path in served.world.root.glob("web.db*"))
    assert b"$argon2id$" in data
    for held in (PASSWORD, secret, client.cookies["licit-staff"]):
        assert held.encode() not in data
