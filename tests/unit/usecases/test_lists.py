"""Lists of refusals: every row is counted, what stands is not doubled, and nothing is told back."""

import pytest
from click.testing import CliRunner
from world import reasons

from licit.core.errors import InputError
from licit.surfaces.cli import main
from licit.usecases.lists import enter_list
from licit.usecases.live import Live


def entries(world, *kinds):
    return list(world.ports.log.entries(kinds=kinds))


def listed(world, text, **more):
    return enter_list(Live(world.ports), text.encode(), **more)


def test_every_row_is_counted(world):
    """Rows = entered + already + set aside, whatever is in them."""
    made = listed(world, "account,issuer,kind,purposes,received\n"
                  "ada,chat,,,\nada,chat,,,\nben,chat,restriction,train;evaluate,2026-02-01\n"
                  ",chat,,,\ncid,,,,\ndan,chat,pardon,,\neve,chat,,everything,\nfay,chat,,,2031-01-01\nguy,chat,,,soon\n"
                  "short,chat\n")
    assert made.rows == 10 == sum(made.entered.values()) + made.already + len(made.aside)
    assert made.entered == {"objection": 1, "restriction": 1}
    assert [why for _, why in made.aside] == ["nobody-named", "issuer-missing", "kind-unknown", "purpose-unknown", "day-to-come",
                                              "day-unreadable", "row-broken"]


def test_a_list_read_again_enters_nothing(world):
    """Whoever was cut short reads the list again; a narrower refusal that stands does not stand for a wider one."""
    text = "account,purposes\nada,\nben,train\n"
    assert sum(listed(world, text, issuer="chat").entered.values()) == 2
    again = listed(world, text, issuer="chat")
    assert (dict(again.entered), again.already) == ({}, 2)
    assert dict(listed(world, "account\nben\n", issuer="chat").entered) == {"objection": 1}


def test_a_dry_run_enters_nothing_and_makes_nobody(world):
    """The log is as it was, people included."""
    size = world.ports.log.head()
    assert dict(listed(world, "account\nada\n", issuer="chat", dry=True).entered) == {"objection": 1}
    assert world.ports.log.head() == size


def test_the_gate_honours_a_list(full):
    """Who stands in the list is out of the next release."""
    listed(full, "account\nuser0\nuser1\n", issuer="chat")
    assert reasons(full.build())["objection"] == 6


@pytest.mark.parametrize("kind", ["permission", "consent", "lifting"])
def test_a_list_never_permits(world, kind):
    """What widens is given one by one."""
    made = listed(world, f"account,kind\nada,{kind}\n", issuer="chat")
    assert made.aside == ((2, "kind-unknown"),)


@pytest.mark.parametrize("text", ["name,mail\nada,x\n", "", "account,account\nada,ada\n"])
def test_what_is_no_list_is_an_error(world, text):
    """Nobody named, nothing at all, one name twice: told before anything is entered."""
    with pytest.raises(InputError):
        listed(world, text, issuer="chat")
    with pytest.raises(InputError, match="UTF-8"):
        enter_list(Live(world.ports), b"account\n\xff\xfe\n", issuer="chat")


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_lists_of_every_office_are_read(world, mark):
    """Semicolons, tabs, commas, a byte order mark, quotes, other columns: as spreadsheets write them."""
    made = listed(world, "\ufeffAccount{0}Nom\r\n\"ada\"{0}\"=cmd|x\"\r\n\r\nben{0}y\r\n".replace("{0}", mark), issuer="chat")
    assert (made.rows, made.unread, dict(made.entered)) == (2, ("nom",), {"objection": 2})


def test_no_value_is_told_back(world, tmp_path):
    """Neither the screen nor the JSON repeats an account or anything else of a row."""
    path = tmp_path / "list.csv"
    path.write_text("account,kind,note\nsecret-account,pardon,secret-note\n")
    for more in ([], ["--json"]):
        result = CliRunner().invoke(main, ["rights", "list", str(path), "--issuer", "chat", "--workspace", str(world.root), *more])
        assert result.exit_code == 3
        assert "secret" not in result.output
