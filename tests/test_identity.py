"""One person, several accounts: exact keys, the journal, and what can be taken back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import click.testing
import pandas as pd
import pytest

import graphkoc
from graphkoc.capture import identity
from graphkoc.capture.identity.components import identities
from graphkoc.capture.identity.exact import ACCOUNT, exact
from graphkoc.cli import cli
from graphkoc.errors import UsageError
from graphkoc.stores.journal import Settlement
from graphkoc.stores.ladybug import LadybugStore
from graphkoc.tables.schema import TABLES

PEOPLE = [
    {"consumer": "csv:x1", "platform": "xiaohongshu", "name": "小美", "bio": "咖啡日记 论坛: may_brews"},
    {"consumer": "csv:x2", "platform": "xiaohongshu", "name": "momo", "contact_key": "k1"},
    {"consumer": "csv:x3", "platform": "xiaohongshu", "name": "Ann", "handle": "ann"},
    {"consumer": "csv:f1", "platform": "discourse", "handle": "May_Brews", "url": "https://forum.shop/u/may_brews"},
    {"consumer": "csv:f2", "platform": "discourse", "handle": "zoe", "contact_key": "k1"},
    {"consumer": "csv:f3", "platform": "discourse", "handle": "ann"},
    {"consumer": "csv:w1", "platform": "wechat", "unionid": "u1", "contact_key": "k1"},
    {"consumer": "csv:w2", "platform": "wechat", "unionid": "u2"},
    {"consumer": "csv:w3", "platform": "wecom", "unionid": "u2"},
]


def accounts(*rows: dict[str, str]) -> pd.DataFrame:
    """Consumers as the store gives them."""
    return pd.DataFrame(list(rows)).reindex(columns=ACCOUNT).astype("str")


def pairs(*rows: dict[str, str]) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in exact(accounts(*rows))[["account", "other", "rule"]].to_numpy().tolist()]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with PEOPLE as a file, and loaded into a store."""
    folder = tmp_path_factory.mktemp("people")
    pd.DataFrame(PEOPLE).to_csv(folder / "consumers.csv", index=False)
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    graphkoc.load(store, "csv", [folder / "consumers.csv"])
    store.close()
    return folder


@pytest.fixture
def place(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, where one stands."""
    shutil.copytree(loaded, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_command(*args: str, code: int = 0) -> str:
    done = click.testing.CliRunner().invoke(cli, ["-q", *args], prog_name="graphkoc")
    assert done.exit_code == code, done.output
    assert "Traceback" not in done.output
    return done.stdout if code == 0 else done.output


def run_identity(*args: str, code: int = 0) -> dict[str, Any]:
    done = click.testing.CliRunner().invoke(cli, ["-q", "identity", *args, "--format", "json"], prog_name="graphkoc")
    assert done.exit_code == code, done.output
    return json.loads(done.stdout)


def persons() -> dict[str, str]:
    store = graphkoc.open_store()
    try:
        return store.table("identities").set_index("account")["person"].to_dict()
    finally:
        store.close()


def graph() -> dict[str, pd.DataFrame]:
    """Every table of the store, by key."""
    store = graphkoc.open_store()
    try:
        return {
            name: store.table(name).sort_values(list(table.key), ignore_index=True) for name, table in TABLES.items()
        }
    finally:
        store.close()


EXACT = {
    **dict.fromkeys(["csv:x1", "csv:f1"], "csv:f1"),
    **dict.fromkeys(["csv:x2", "csv:f2", "csv:w1"], "csv:f2"),
    **dict.fromkeys(["csv:w2", "csv:w3"], "csv:w2"),
}


# Exact keys.


def test_a_load_links_what_exact_keys_say_and_never_a_handle_alone(place: Path) -> None:
    assert persons() == EXACT
    found = run_identity("report")
    assert {name: found[name] for name in ("accounts", "persons", "linked", "unknown")} == {
        "accounts": 9,
        "persons": 5,
        "linked": 7,
        "unknown": 2,
    }
    assert (found["unknown_with_keys"], found["unknown_without_keys"]) == (1, 1)
    assert found["by_rule"] == {"contact_key": 2, "profile": 1, "unionid": 1}
    assert found["across"] == [
        {"platforms": "discourse + wechat + xiaohongshu", "persons": 1},
        {"platforms": "discourse + xiaohongshu", "persons": 1},
        {"platforms": "wechat + wecom", "persons": 1},
    ]
    assert found["by_platform"][0] == {
        "platform": "discourse", "accounts": 3, "linked": 2, "unknown": 1, "match_rate": pytest.approx(2 / 3),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("platform", "handle", "one"),
    [
        ("xiaohongshu", "Tea_Ann", True),
        ("小红书", "@tea_ann", True),
        ("instagram", "tea_ann", False),
        ("xiaohongshu", "tea_anna", False),
        ("discourse", "tea_ann", False),
    ],
)
def test_a_handle_is_a_key_on_its_own_platform(platform: str, handle: str, one: bool) -> None:
    there = {"consumer": "xiaohongshu:5f1c", "platform": "xiaohongshu", "handle": "tea_ann"}
    listed = {"consumer": "roster:x", "platform": platform, "handle": handle}
    assert pairs(there, listed) == ([("roster:x", "xiaohongshu:5f1c", "handle")] if one else [])


def test_forums_have_handles_of_their_own_and_a_row_number_is_no_handle() -> None:
    forums = [{"consumer": f"{name}:ann", "platform": "discourse", "handle": "ann"} for name in ("f", "g")]
    assert pairs(*forums) == []
    listed = [{"consumer": f"{name}:1", "platform": "douyin", "handle": "1"} for name in ("a", "b")]
    assert pairs(*listed) == []


def test_a_load_writes_the_store_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    build = LadybugStore._build
    monkeypatch.setattr(LadybugStore, "_build", lambda self, *args: (written.append(1), build(self, *args)))
    twin = PEOPLE[4] | {"consumer": "csv:f9"}
    pd.DataFrame([twin]).to_csv("consumers.csv", index=False)
    store = graphkoc.open_store()
    graphkoc.load(store, "csv", [Path("consumers.csv")])
    store.close()
    assert persons()["csv:f9"] == "csv:f2"
    assert len(written) == 1


@pytest.mark.parametrize(
    "bio",
    [
        "IG: @anna.b",
        "ins：Anna.B，论坛不常来",
        "instagram is anna.b",
        "more at https://www.instagram.com/anna.b/?hl=en",
        "instagram.com/anna.b",
        "小红书同名 | instagram@anna.b",
    ],
)
def test_a_profile_that_names_a_handle_on_another_platform_links_it(bio: str) -> None:
    there = {"consumer": "instagram:anna.b", "platform": "instagram", "handle": "anna.b"}
    here = {"consumer": "xhs:1", "platform": "xiaohongshu", "bio": bio}
    assert pairs(there, here) == [("instagram:anna.b", "xhs:1", "profile")]


@pytest.mark.parametrize("bio", ["anna.b", "a big fan of anna.b", "@anna.b", "big: anna.b", "ig: anna.bc", "ig anna.b"])
def test_a_handle_without_its_platform_is_no_key(bio: str) -> None:
    there = {"consumer": "instagram:anna.b", "platform": "instagram", "handle": "anna.b"}
    assert pairs(there, {"consumer": "xhs:1", "platform": "xiaohongshu", "bio": bio}) == []


def test_an_account_that_two_name_and_a_profile_that_names_two_pair_nobody() -> None:
    star = {"consumer": "ig:star", "platform": "instagram", "handle": "star"}
    other = {"consumer": "ig:other", "platform": "instagram", "handle": "other"}
    fans = [{"consumer": f"xhs:{i}", "platform": "xiaohongshu", "bio": "ig: star"} for i in range(2)]
    both = {"consumer": "xhs:1", "platform": "xiaohongshu", "bio": "ig: star, ig: other"}
    assert pairs(star, *fans) == []
    assert pairs(star, other, both) == []
    assert pairs(star, other, fans[0]) == [("ig:star", "xhs:0", "profile")]


def test_an_address_is_a_key_and_a_host_alone_is_none() -> None:
    one = {"consumer": "roster:7", "platform": "instagram", "url": "http://instagram.com/Anna.B"}
    two = {"consumer": "instagram:anna.b", "platform": "instagram", "url": "https://www.instagram.com/anna.b/"}
    assert pairs(one, two) == [("instagram:anna.b", "roster:7", "address")]
    assert pairs(one | {"url": "https://instagram.com/"}, two | {"url": "https://www.instagram.com"}) == []


def test_a_key_of_many_is_an_offices_and_links_nobody() -> None:
    def shop(size: int) -> list[dict[str, str]]:
        return [{"consumer": f"crm:{i:02}", "platform": "crm", "contact_key": "desk"} for i in range(size)]

    assert len(pairs(*shop(10))) == 9
    assert pairs(*shop(11)) == []


def test_two_unionids_are_two_people_whatever_else_they_share(place: Path) -> None:
    pd.DataFrame([{"consumer": "csv:w4", "platform": "wechat", "unionid": "u9", "contact_key": "k1"}]).to_csv(
        "consumers.csv", index=False
    )
    run_command("load", "csv", "consumers.csv")
    assert persons() == EXACT
    (conflict,) = run_identity("report")["conflicts"]
    assert conflict == {
        "account": "csv:f2",
        "other": "csv:w4",
        "rule": "contact_key",
        "why": "csv:w1 and csv:w4: their WeCom unionids differ",
    }
    assert "cannot be one person" in run_command("identity", "link", "csv:x2", "csv:w4", "--why", "same voice", code=2)
    assert persons() == EXACT


# The journal.


def test_unlinking_restores_the_graph_bit_for_bit(place: Path) -> None:
    before = graph()
    run_identity("link", "csv:x3", "csv:f3", "--why", "met in person")
    assert persons() == EXACT | {"csv:x3": "csv:f3", "csv:f3": "csv:f3"}
    done = run_identity("unlink", "csv:f3", "csv:x3")
    assert (done["persons"], done["linked"]) == (5, 7)
    for name, table in graph().items():
        pd.testing.assert_frame_equal(table, before[name], obj=name)


def test_what_was_decided_stays_when_data_are_loaded_again_or_the_store_is_made_anew(place: Path) -> None:
    run_identity("link", "csv:x3", "csv:f3", "--why", "met in person")
    run_identity("unlink", "csv:w2", "csv:w3", "--why", "the phone was sold")
    after = {key: value for key, value in EXACT.items() if value != "csv:w2"} | dict.fromkeys(
        ["csv:x3", "csv:f3"], "csv:f3"
    )
    assert persons() == after
    run_command("load", "csv", "consumers.csv")
    assert persons() == after
    Path("graphkoc.lbug").unlink()
    run_command("load", "csv", "consumers.csv")
    assert persons() == after
    assert run_identity("report")["conflicts"] == [
        {"account": "csv:w2", "other": "csv:w3", "rule": "unionid", "why": "unlinked: the phone was sold"}
    ]


def test_the_journal_only_grows(place: Path) -> None:
    journal = Path("graphkoc.lbug.identities.jsonl")
    written = [journal.read_bytes()]
    for args in (["link", "csv:x3", "csv:f3", "--why", "met in person"], ["unlink", "csv:x3"], ["unlink", "csv:w2"]):
        run_identity(*args)
        written.append(journal.read_bytes())
        assert written[-1].startswith(written[-2])
        assert len(written[-1]) > len(written[-2])
    last = json.loads(written[-1].splitlines()[-1])
    assert (last["verb"], last["account"], last["other"], last["rule"]) == ("unlink", "csv:w2", "csv:w3", "person")
    run_identity("link", "csv:x1", "csv:f1", "--why", "known already")
    assert journal.read_bytes() == written[-1]


def test_an_account_is_taken_out_of_a_person_alone(place: Path) -> None:
    done = run_identity("unlink", "csv:w1")
    assert [(one["verb"], one["account"], one["other"]) for one in done["decisions"]] == [
        ("unlink", "csv:f2", "csv:w1"),
        ("unlink", "csv:w1", "csv:x2"),
    ]
    run_command("load", "csv", "consumers.csv")
    assert persons() == {key: value for key, value in EXACT.items() if key != "csv:w1"}


def test_two_that_a_third_joins_cannot_be_unlinked_alone(place: Path) -> None:
    words = run_command("identity", "unlink", "csv:x2", "csv:w1", code=2)
    assert "would still be one person: csv:x2 – csv:f2 – csv:w1" in words
    assert persons() == EXACT


def test_two_that_were_unlinked_are_not_joined_through_a_third(place: Path) -> None:
    run_identity("unlink", "csv:x3", "csv:f3")
    run_identity("link", "csv:x3", "csv:f1", "--why", "same person")
    words = run_command("identity", "link", "csv:f3", "csv:x1", "--why", "same person", code=2)
    assert "csv:f3 and csv:x3: they were unlinked" in words
    run_identity("link", "csv:f3", "csv:x3", "--why", "changed my mind")
    assert persons()["csv:f3"] == persons()["csv:x1"] == "csv:f1"


@pytest.mark.parametrize("bio", ["a" * 10**6, "a." * 500_000, "a.de/" * 200_000, "forum" + " " * 10**6])
def test_a_profile_of_a_million_letters_is_read_in_no_time(bio: str) -> None:
    accounts = pd.DataFrame({"consumer": ["csv:a", "forum:b"], "platform": ["xiaohongshu", "forum"]})
    accounts = accounts.reindex(columns=ACCOUNT).assign(bio=[bio, None]).astype("str")
    assert exact(accounts).empty


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["link", "csv:x3", "csv:nobody", "--why", "x"], "there is no account csv:nobody"),
        (["link", "csv:x3", "csv:x3", "--why", "x"], "two accounts are needed to link, and csv:x3 is one"),
        (["link", "csv:x3", "csv:f3", "--why", " "], "a link needs a reason"),
        (["link", "csv:x3", "csv:f3"], "--why"),
        (["link", "csv:x3"], "two accounts, or --file"),
        (["link", "csv:x3", "csv:f3", "--file", "x.csv"], "two accounts, or --file"),
        (["unlink", "csv:x3"], "linked to nothing"),
        (["unlink", "csv:nobody", "csv:x3"], "there is no account csv:nobody"),
    ],
)
def test_a_decision_that_is_impossible_is_refused_with_a_reason(place: Path, args: list[str], words: str) -> None:
    assert words in run_command("identity", *args, code=2)
    assert persons() == EXACT


def test_a_file_of_links_accounts_for_every_row(place: Path) -> None:
    Path("links.csv").write_text(
        "who,why,also\n"
        "csv:x3,met in person,csv:f3\n"
        "csv:f3,again,csv:x3\n"
        "csv:x1,known,csv:f1\n"
        "csv:x3,,csv:w2\n"
        "csv:x3,typo,csv:w22\n"
        "csv:x2,other unionid,csv:w2\n"
        "csv:x3,,\n",
        encoding="utf-8",
    )
    done = run_identity("link", "--file", "links.csv", code=7)
    assert (done["read"], done["linked_rows"], done["duplicate"], done["rejected"]) == (7, 1, 2, 4)
    assert [(reject["row"], reject["reason"]) for reject in done["rejects"]] == [
        (5, "it gives no reason"),
        (6, "there is no account csv:w22"),
        (7, "csv:w1 and csv:w2: their WeCom unionids differ"),
        (8, "it does not name two accounts"),
    ]
    assert persons() == EXACT | dict.fromkeys(["csv:x3", "csv:f3"], "csv:f3")


def test_the_links_of_a_report_can_be_linked_elsewhere(place: Path) -> None:
    run_command("identity", "report", "-o", "links.csv")
    rows = pd.DataFrame(PEOPLE)[["consumer", "platform"]]
    rows.to_csv("consumers.csv", index=False)
    other = ["--store", "ladybug:other.lbug"]
    run_command(*other, "load", "csv", "consumers.csv")
    run_command(*other, "identity", "link", "--file", "links.csv")
    store = graphkoc.open_store("ladybug:other.lbug")
    assert store.table("identities").set_index("account")["person"].to_dict() == EXACT
    store.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("account,why\na,b\n", "no two columns of accounts"),
        ("account,other\na,b\n", "gives no reasons"),
    ],
)
def test_a_file_that_is_no_list_is_refused(place: Path, text: str, words: str) -> None:
    Path("links.csv").write_text(text)
    assert words in run_command("identity", "link", "--file", "links.csv", code=3)
    assert "there is no file" in run_command("identity", "link", "--file", "none.csv", code=3)
    assert "is a folder" in run_command("identity", "link", "--file", ".", code=3)


def test_identities_that_a_source_brings_are_links_and_can_be_taken_back(place: Path) -> None:
    pd.DataFrame({"account": ["csv:x3", "csv:f3", "csv:w2"], "person": ["p", "p", "q"]}).to_csv(
        "identities.csv", index=False
    )
    run_command("load", "csv", "identities.csv")
    ann, sold = dict.fromkeys(["csv:x3", "csv:f3"], "csv:p"), dict.fromkeys(["csv:w2", "csv:w3"], "csv:q")
    assert persons() == EXACT | ann | sold
    assert run_identity("report")["persons"] == 4
    run_identity("unlink", "csv:f3")
    run_command("load", "csv", "identities.csv")
    assert persons() == EXACT | {"csv:x3": "csv:p"} | sold


def test_an_identity_that_names_an_account_which_is_nowhere_is_reported_and_joins_it_once_it_is_loaded(
    place: Path,
) -> None:
    pd.DataFrame({"account": ["csv:x3", "csv:new", "csv:newer"], "person": ["p", "p", "q"]}).to_csv(
        "identities.csv", index=False
    )
    store = graphkoc.open_store()
    loaded = graphkoc.load(store, "csv", [Path("identities.csv")])
    store.close()
    assert loaded.missing_accounts == ("csv:new", "csv:newer")
    assert persons() == EXACT | {"csv:x3": "csv:p"}
    found = run_identity("report")
    assert (found["accounts"], found["missing_accounts"]) == (9, ["csv:new", "csv:newer"])
    assert "Links name 2 accounts that the store does not hold: csv:new, csv:newer" in run_command("identity", "report")
    pd.DataFrame([{"consumer": "csv:new", "platform": "discourse"}]).to_csv("consumers.csv", index=False)
    run_command("load", "csv", "consumers.csv")
    assert persons() == EXACT | dict.fromkeys(["csv:x3", "csv:new"], "csv:p")
    assert run_identity("report")["missing_accounts"] == ["csv:newer"]


def forget_persons(store: graphkoc.Store) -> None:
    """Leave the journal and the graph as a link did that was killed half-way in an older version."""
    none = pd.DataFrame({"account": [], "person": []}, dtype="str")
    store.upsert({}, settlement=Settlement(["consumer"], lambda accounts, journal: ([], none)))


@pytest.mark.parametrize(
    "args",
    [
        ["link", "csv:x1", "csv:f1", "--why", "again"],
        ["link", "--file", "links.csv"],
        ["unlink", "csv:x3", "csv:f3"],
        ["report"],
    ],
    ids=" ".join,
)
def test_what_is_known_already_is_so_in_the_graph_as_well(place: Path, args: list[str]) -> None:
    Path("links.csv").write_text("account,other,why\ncsv:x1,csv:f1,again\n")
    run_identity("unlink", "csv:x3", "csv:f3", "--why", "met both")
    journal = Path("graphkoc.lbug.identities.jsonl").read_bytes()
    store = graphkoc.open_store()
    forget_persons(store)
    store.close()
    assert persons() == {}
    assert run_identity(*args).get("decisions", []) == []
    assert persons() == EXACT
    assert Path("graphkoc.lbug.identities.jsonl").read_bytes() == journal


# Persons.


def test_a_person_is_a_set_of_connected_accounts_named_after_the_smallest() -> None:
    there = pd.Series(["a", "b", "c", "e", "f"])
    table = identities([("b", "c"), ("c", "d"), ("d", "e"), ("a", "z")], there)
    assert table.to_dict("list") == {"account": ["b", "c", "e"], "person": ["b", "b", "b"]}


def test_a_person_has_the_name_that_a_source_gives_and_no_two_share_one() -> None:
    there = pd.Series(["a", "b", "c", "d"])
    table = identities([("a", "person c"), ("b", "c"), ("d", "person e"), ("d", "person f")], there)
    assert table.to_dict("list") == {"account": ["a", "b", "c", "d"], "person": ["c", "b", "b", "e"]}
    table = identities([("a", "person c"), ("c", "d")], there)
    assert table.to_dict("list") == {"account": ["a", "c", "d"], "person": ["c", "c and others", "c and others"]}


def test_library_and_command_line_refuse_alike(place: Path) -> None:
    store = graphkoc.open_store()
    with pytest.raises(UsageError, match="there is no account nobody"):
        graphkoc.link_accounts(store, "csv:x3", "nobody", "x")
    with pytest.raises(UsageError, match="two accounts are needed to link, and csv:x3 is one"):
        graphkoc.link_accounts(store, "csv:x3", "csv:x3", "x")
    assert identity.identity_report(store) == graphkoc.identity_report(store)
    store.close()
