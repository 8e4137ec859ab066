"""Campaigns: made of plans and sheets, updated, shown on a day, with who is late and who takes a place."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from command import run as run_command
from small_campaign import Campaign

import graphkoc
from graphkoc.activate.running.campaign import Wanted, read_targets
from graphkoc.activate.running.deadlines import list_late
from graphkoc.activate.running.journal import FILE, find_standing, read_journal, record
from graphkoc.activate.running.overview import describe_campaign, find_needs, join_standing
from graphkoc.activate.running.substitutes import choose_substitutes, say_shortfall
from graphkoc.errors import AnalysisError, DataError, UsageError
from graphkoc.invite.decisions import append, decide_now
from graphkoc.invite.saved import campaigns_folder, last_invited, plans_folder, read_list, save_list

TODAY = date(2026, 5, 25)
NOW = datetime(2026, 5, 25, 9, tzinfo=UTC)
POST = "https://www.instagram.com/p/Cabc123/"


@pytest.fixture
def place(small_campaign: Campaign, tmp_path: Path) -> Campaign:
    """A copy of the small campaign, in a folder where nothing else is written."""
    return Campaign(Path(shutil.copytree(small_campaign.folder, tmp_path / "work")))


@pytest.fixture
def store(place: Campaign) -> Iterator[graphkoc.Store]:
    store = place.open()
    yield store
    store.close()


def folder_of(place: Campaign) -> Path:
    return campaigns_folder(place.folder / "run")


def write(file: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """A CSV of these rows."""
    with file.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(dict.fromkeys(name for row in rows for name in row)))
        writer.writeheader()
        writer.writerows(rows)
    return file


def people(*numbers: int, reserve: int = 0, **more: Any) -> list[dict[str, Any]]:
    """People of a list, the last `reserve` of them in reserve: gifts of 30 that the client pays 50 for."""
    return [
        {"consumer": f"crm:{n}", "name": f"Person {n}", "role": "koc", "platform": "instagram", "cost": 30.0}
        | {"selling": 50.0, "incentive": "gift", "place": "reserve" if turn >= len(numbers) - reserve else "roster"}
        | more
        for turn, n in enumerate(numbers)
    ]


def make(place: Campaign, *numbers: int, name: str = "spring", **more: Any) -> None:
    """A campaign with these people, saved beside the runs."""
    listed = people(*numbers, reserve=more.pop("reserve", 0))
    save_list(folder_of(place), {"kind": "campaign", "name": name, "people": listed, **more})


def happen(place: Campaign, *events: tuple[int, str, str], name: str = "spring", **more: Any) -> None:
    """Events (number of a person, event, day of 2026) in the journal."""
    rows = [{"consumer": f"crm:{n}", "event": event, "happened_at": f"2026-{day}", **more} for n, event, day in events]
    assert not record(folder_of(place), name, rows, "test", now=NOW).not_taken


def states(place: Campaign, name: str = "spring") -> dict[str, str]:
    saved = read_list(folder_of(place), name)
    found = find_standing(read_journal(folder_of(place), name), saved["people"])
    return dict(zip(found["consumer"], found["state"], strict=True))


# --- made -----------------------------------------------------------------------------------------


def test_a_campaign_of_a_plan_has_its_people_targets_days_and_forecast(place: Campaign, store: graphkoc.Store) -> None:
    plan: dict[str, Any] = {"kind": "plan", "name": "tea", "people": people(1, 4, 6, reserve=1), "client": "Nordkessel"}
    plan |= {"budget": 500.0, "currency": "EUR", "product": "p3", "planned": 2, "exposed": 59, "responders": 4.5}
    plan |= {"low": 2.0, "high": 8.0, "calendar": [{"starts": "2026-05-04", "ends": "2026-05-08"}]}
    plan["calendar"] += [{"starts": "2026-05-11", "ends": "2026-05-20"}]
    save_list(plans_folder(place.folder / "run"), plan)
    done = graphkoc.new_campaign(store, place.run, "spring", "tea", Wanted(targets={"posts": 3.0}))
    assert (done["people"], done["roster"], done["reserve"], done["left_out"]) == (3, 2, 1, [])
    assert (done["starts"], done["ends"], done["client"]) == ("2026-05-04", "2026-05-20", "Nordkessel")
    assert done["targets"] == {"posts": 3.0, "exposed": 59, "responders": 4.5, "budget": 500.0}
    saved = read_list(folder_of(place), "spring", "campaign")
    assert saved["plan"] == "tea" and saved["forecast"]["high"] == 8.0
    first = saved["people"][0]
    assert (first["consumer"], first["cost"], first["selling"]) == ("crm:1", 30.0, 50.0)


def test_whoever_is_refused_or_may_not_be_contacted_is_in_no_new_campaign(
    place: Campaign, store: graphkoc.Store
) -> None:
    save_list(plans_folder(place.folder / "run"), {"kind": "plan", "name": "tea", "people": people(1, 4, 6)})
    append(plans_folder(place.folder / "run"), [decide_now("Nordkessel", "crm:4", "no")])
    make(place, 6, name="last")
    happen(place, (6, "withdrawn", "05-02"), name="last")
    done = graphkoc.new_campaign(store, place.run, "spring", "tea", Wanted(client="nordkessel"))
    assert done["left_out"] == ["1 person: refused by the client", "1 person: may not be contacted"]
    assert [one["consumer"] for one in read_list(folder_of(place), "spring")["people"]] == ["crm:1"]


def test_a_campaign_that_is_over_keeps_everybody_who_was_asked(place: Campaign, store: graphkoc.Store) -> None:
    append(plans_folder(place.folder / "run"), [decide_now("Nordkessel", "crm:4", "no")])
    make(place, 6, name="last")
    happen(place, (6, "withdrawn", "05-02"), name="last")
    sheet = write(place.folder / "people.csv", people(1, 4, 6))
    over = Wanted(client="Nordkessel", product="tea", starts=date(2026, 4, 1), ends=date(2026, 4, 30))
    done = graphkoc.new_campaign(store, place.run, "spring", str(sheet), over)
    assert (done["people"], done["left_out"]) == (3, [])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_sheet_of_people_is_read_by_names_of_columns_in_both_languages(
    place: Campaign, store: graphkoc.Store, encoding: str
) -> None:
    text = (
        "春季项目达人名单\n达人昵称,角色,平台,资源含税成本价,资源含税售价,合作方式,优惠码,批次,名单\n"
        'Person 1,KOC,instagram,"¥1,200.50",¥2000,商单,LIN10,第1批,正选\nPerson 4,素人,instagram,,,置换,,2,备选\n'
    )
    (place.folder / "people.csv").write_bytes(text.encode(encoding))
    done = graphkoc.new_campaign(store, place.run, "spring", str(place.folder / "people.csv"), encoding=encoding)
    assert (done["people"], done["reserve"], done["not_taken"]) == (2, 1, [])
    first, second = read_list(folder_of(place), "spring")["people"]
    assert (first["consumer"], first["cost"], first["selling"]) == ("crm:1", 1200.5, 2000.0)
    assert (first["incentive"], first["code"], first["wave"]) == ("paid", "LIN10", 1)
    assert (second["consumer"], second["incentive"], second["place"]) == ("crm:4", "gift", "reserve")


def test_a_row_of_a_sheet_that_cannot_be_read_is_named_and_the_others_are_taken(
    place: Campaign, store: graphkoc.Store
) -> None:
    rows = [
        {"id": "crm:1", "role": "koc", "cost": "30"},
        {"id": "crm:99", "role": "koc", "cost": "30"},
        {"id": "crm:4", "role": "king", "cost": "30"},
        {"id": "crm:6", "role": "koc", "cost": "plenty"},
        {"id": "crm:1", "role": "kol", "cost": "40"},
    ]
    done = graphkoc.new_campaign(store, place.run, "spring", str(write(place.folder / "people.csv", rows)))
    assert done["people"] == 1
    assert [one.partition(": ")[2] for one in done["not_taken"]] == [
        "nobody on the list is called crm:99",
        "“king” is no role (koc, kol, possible, wide)",
        "the cost “plenty” is no amount",
        "crm:1 is on it twice",
    ]
    assert "row 3" in done["not_taken"][0]


def test_what_cannot_be_a_campaign_is_a_sentence(place: Campaign, store: graphkoc.Store) -> None:
    with pytest.raises(UsageError, match="no saved plan called 'nothing'"):
        graphkoc.new_campaign(store, place.run, "spring", "nothing")
    empty = write(place.folder / "colours.csv", [{"colour": "red"}])
    with pytest.raises(DataError, match="no sheet of the file names people"):
        graphkoc.new_campaign(store, place.run, "spring", str(empty))
    strangers = write(place.folder / "strangers.csv", [{"name": "Nobody"}])
    with pytest.raises(DataError, match="nobody in"):
        graphkoc.new_campaign(store, place.run, "spring", str(strangers))
    with pytest.raises(UsageError, match="before it begins"):
        Wanted(starts=TODAY, ends=date(2026, 1, 1))
    with pytest.raises(UsageError, match="is no target"):
        read_targets(["posts=many"])
    with pytest.raises(AnalysisError, match="nobody is left to invite"):
        save_list(plans_folder(place.folder / "run"), {"kind": "plan", "name": "empty", "people": []})
        graphkoc.new_campaign(store, place.run, "spring", "empty")
    assert not folder_of(place).exists()


# --- updated --------------------------------------------------------------------------------------


def test_a_status_sheet_is_taken_once_and_its_faults_are_sentences(place: Campaign, store: graphkoc.Store) -> None:
    make(place, 1, 4, 6)
    happen(place, (4, "posted", "05-20"))
    rows = [
        {"handle": "", "name": "Person 1", "invited": "2026-05-01", "accepted": "2026-05-02", "shipped": "2026-05-04"},
        {"name": "Person 4", "invited": "2026-05-01", "accepted": "2026-05-02", "shipped": "2026-05-22"},
        {"name": "Somebody Else", "invited": "2026-05-01", "accepted": "2026-05-02"},
    ]
    sheet = write(place.folder / "status.csv", rows)
    done = graphkoc.update_campaign(store, place.run, sheet, now=NOW)
    assert (done["campaign"], done["rows"], done["added"], done["people"]) == ("spring", 3, 3, 1)
    assert done["not_taken"] == [
        "nobody on the list is called Somebody Else",
        "Person 4: shipped on 22 May 2026 contradicts the journal, which has posted on 20 May 2026",
    ]
    assert states(place) == {"crm:1": "shipped", "crm:4": "posted", "crm:6": "planned"}
    before = (folder_of(place) / FILE).read_bytes()
    again = graphkoc.update_campaign(store, place.run, sheet, now=NOW)
    assert (again["added"], again["known"]) == (0, 3) and again["not_taken"] == done["not_taken"]
    assert (folder_of(place) / FILE).read_bytes() == before


def test_the_graph_shows_the_state_of_each_person(place: Campaign, store: graphkoc.Store) -> None:
    make(place, 1, 4)
    sheet = write(place.folder / "status.csv", [{"consumer": "crm:1", "status": "accepted", "date": "2026-05-02"}])
    graphkoc.update_campaign(store, place.run, sheet, now=NOW)
    rows = store.read("MATCH (:Campaign {name: 'spring'})-[i:INVITED]->(c:Consumer) RETURN c.consumer, i.status")
    assert sorted(map(tuple, rows.to_numpy())) == [("crm:1", "accepted"), ("crm:4", "planned")]


def test_a_sheet_that_says_nothing_new_shows_what_the_store_missed(place: Campaign, store: graphkoc.Store) -> None:
    make(place, 1)
    sheet = write(place.folder / "status.csv", [{"consumer": "crm:1", "status": "accepted", "date": "2026-05-02"}])
    graphkoc.update_campaign(store, place.run, sheet, now=NOW)
    store.replace_campaign("campaign:spring", {})
    assert graphkoc.update_campaign(store, place.run, sheet, now=NOW)["added"] == 0
    assert store.table("invitations", ["campaign", "status"]).to_numpy().tolist() == [["campaign:spring", "accepted"]]


def test_the_command_ends_with_7_where_rows_were_not_taken(place: Campaign) -> None:
    make(place, 1)
    write(
        place.folder / "status.csv",
        [{"consumer": f"crm:{n}", "status": "invited", "date": "2026-05-01"} for n in (1, 9)],
    )
    done = run_command("campaign", "update", "status.csv", "--run", "run", cwd=place.folder)
    assert done.returncode == 7, done.stderr
    assert "1 new line on 1 person" in done.stdout and "Not taken: nobody on the list is called crm:9" in done.stderr
    again = run_command("campaign", "update", "status.csv", "--run", "run", "--format", "json", cwd=place.folder)
    assert json.loads(again.stdout)["added"] == 0 and again.returncode == 7


def test_which_campaign_is_meant_may_be_left_out_where_there_is_one(place: Campaign) -> None:
    with pytest.raises(UsageError, match="there is no campaign yet"):
        graphkoc.read_campaign(place.run)
    make(place, 1)
    assert graphkoc.read_campaign(place.run)["campaign"] == "spring"
    make(place, 1, name="summer")
    with pytest.raises(UsageError, match="there are several campaigns"):
        graphkoc.read_campaign(place.run)


def test_two_updates_at_once_lose_nothing_and_write_nothing_twice(place: Campaign) -> None:
    """Two commands read sheets that overlap: their processes begin together, and one waits for the other."""
    make(place, 1, 4, 6)
    write(place.folder / "a.csv", [{"consumer": f"crm:{n}", "status": "invited", "date": "2026-05-01"} for n in (1, 4)])
    write(place.folder / "b.csv", [{"consumer": f"crm:{n}", "status": "invited", "date": "2026-05-01"} for n in (4, 6)])
    # Each has a store of its own: an embedded one is held by one process, and the journal is what is shared.
    for name in "ab":
        shutil.copy(place.folder / "graphkoc.lbug", place.folder / f"{name}.lbug")
    words = [sys.executable, "-m", "graphkoc", "campaign", "update"]
    both = [
        subprocess.Popen(
            [*words, f"{name}.csv", "--run", "run", "--store", f"ladybug:{name}.lbug"],
            cwd=place.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in "ab"
    ]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    entries = read_journal(folder_of(place), "spring")
    assert sorted(entry["consumer"] for entry in entries) == ["crm:1", "crm:4", "crm:6"]
    assert len({entry["entry"] for entry in entries}) == 3


# --- shown ----------------------------------------------------------------------------------------


def test_a_campaign_is_shown_as_it_stands_on_a_day(place: Campaign) -> None:
    make(place, 1, 4, 6, 7, 9, reserve=1, starts="2026-05-01", ends="2026-05-30", budget=500.0, currency="EUR")
    happen(place, *((n, "invited", "05-01") for n in (1, 4, 6, 7)), *((n, "accepted", "05-02") for n in (1, 4, 6)))
    happen(place, (7, "declined", "05-03"), (1, "shipped", "05-04"), (4, "shipped", "05-04"), (1, "received", "05-07"))
    happen(place, (4, "lost", "05-12"))
    happen(place, (1, "posted", "05-20"), url=POST)
    shown = graphkoc.read_campaign(place.run, "spring", TODAY)
    assert (shown["day"], shown["days"]) == (25, 30)
    assert shown["states"] == {"reserve": 1, "accepted": 1, "declined": 1, "lost": 1, "posted": 1}
    assert shown["posts"] == {"live": 1, "planned": 4}
    units = {"offered": 4, "claimed": 3, "shipped": 2, "received": 1, "reviewed": 1, "lost": 1, "returned": 0}
    assert shown["units"] == units
    assert [entry["event"] for entry in shown["log"]].count("invited") == 4
    (first,) = [one for one in shown["people"] if one["consumer"] == "crm:1"]
    assert (first["name"], first["state"], first["since"], first["urls"]) == (
        "Person 1",
        "posted",
        "2026-05-20",
        [POST],
    )
    done = run_command("campaign", "show", "--run", "run", "--today", "2026-05-25", cwd=place.folder)
    assert "spring, day 25 of 30: 1 of 4 posts are live." in done.stdout


def test_money_is_committed_then_ready_then_paid_and_selling_is_no_cost() -> None:
    listed = people(1, 2, 3, incentive="paid", cost=300.0, selling=420.0) + people(4, 5, cost=30.0, selling=50.0)
    campaign = {"kind": "campaign", "name": "spring", "people": listed, "budget": 2000.0, "currency": "EUR"}

    def spent(*events: tuple[int, str, str, float | None]) -> dict[str, Any]:
        entries: list[dict[str, Any]] = [
            {"consumer": f"crm:{n}", "event": event, "happened_at": f"2026-{day}", "at": NOW.isoformat()}
            | ({} if amount is None else {"amount": amount})
            for n, event, day, amount in events
        ]
        return describe_campaign(campaign, entries, (), TODAY)["money"]  # type: ignore[no-any-return]

    nothing = spent()
    assert (nothing["committed"], nothing["ready"], nothing["paid"], nothing["spent"]) == (0, 0, 0, 0)
    assert (nothing["cost_planned"], nothing["selling_planned"]) == (960.0, 1360.0)
    agreed = [(n, "accepted", "05-02", None) for n in (1, 2, 4)]
    assert spent(*agreed)["committed"] == 630.0
    posted = [*agreed, (1, "posted", "05-10", None), (4, "shipped", "05-04", None)]
    assert {name: spent(*posted)[name] for name in ("committed", "ready", "paid", "sent")} == {
        "committed": 300.0,
        "ready": 300.0,
        "paid": 0.0,
        "sent": 30.0,
    }
    paid = spent(*posted, (1, "paid", "05-20", 250.25))
    assert (paid["ready"], paid["paid"], paid["spent"]) == (49.75, 250.25, 280.25)
    assert spent(*posted, (1, "paid", "05-20", None))["paid"] == 300.0, "without an amount the fee is paid"


# --- late -----------------------------------------------------------------------------------------

DUE = "2026-05-25"


@pytest.mark.parametrize(
    ("events", "details", "rule"),
    [
        ([("invited", "05-01")], {}, "silent"),
        ([("invited", "05-20")], {}, None),
        ([("invited", "05-01"), ("accepted", "05-10")], {}, "not_shipped"),
        ([("accepted", "05-02"), ("shipped", "05-04")], {}, "not_received"),
        ([("shipped", "05-04"), ("lost", "05-20")], {}, None),
        ([("received", "05-07")], {}, "no_post"),
        ([("received", "05-12")], {}, None),
        ([("received", "05-07"), ("posted", "05-20")], {}, None),
        ([("received", "05-07"), ("posted", "05-20")], {"label_seen": "no"}, "label"),
        ([("received", "05-07"), ("posted", "05-20")], {"label_seen": "yes", "rights_until": "2026-06-01"}, "rights"),
        ([("received", "05-07"), ("posted", "05-20")], {"rights_until": "2026-07-01"}, None),
        ([("received", "05-07"), ("posted", "05-20")], {"exclusive_until": "2026-05-26"}, "exclusivity"),
        ([("invited", "05-01"), ("declined", "05-02")], {}, None),
        ([("received", "05-01"), ("do_not_contact", "05-02")], {}, None),
    ],
)
def test_who_is_late_follows_from_the_days(
    events: list[tuple[str, str]], details: dict[str, Any], rule: str | None
) -> None:
    listed = people(1)
    entries: list[dict[str, Any]] = [
        {"consumer": "crm:1", "event": event, "happened_at": f"2026-{day}", "at": NOW.isoformat(), **details}
        for event, day in events
    ]
    late = list_late(join_standing(listed, find_standing(entries, listed)), TODAY)
    assert [one["rule"] for one in late] == ([rule] if rule else [])
    if rule == "no_post":
        assert (late[0]["days"], late[0]["why"]) == (4, "received 18 days ago, no post")


def test_a_note_on_xiaohongshu_needs_its_filing_number() -> None:
    listed = people(1, platform="xiaohongshu")
    assert find_needs(listed)["fields"].tolist() == [["filing_number"]]
    posted = {"consumer": "crm:1", "event": "posted", "happened_at": "2026-05-20", "at": NOW.isoformat()}
    without = list_late(join_standing(listed, find_standing([posted], listed)), TODAY, "zh")
    assert [one["why"] for one in without] == ["帖子缺少报备编号"]
    filed = find_standing([{**posted, "filing": "20260520"}], listed)
    assert not list_late(join_standing(listed, filed), TODAY)


def test_the_command_lists_who_is_late_by_name(place: Campaign) -> None:
    make(place, 1, 4)
    happen(place, (1, "received", "05-01"), (4, "received", "05-02"), (4, "do_not_contact", "05-03"))
    done = run_command("campaign", "late", "--run", "run", "--today", DUE, cwd=place.folder)
    assert "Person 1" in done.stdout and "24 days ago, no post" in done.stdout and "Person 4" not in done.stdout
    assert "left out: 1 person: may not be contacted" in done.stdout
    happen(place, (1, "posted", "05-25"))
    assert "Nobody is late" in run_command("campaign", "late", "--run", "run", "--today", DUE, cwd=place.folder).stdout


# --- substitutes ----------------------------------------------------------------------------------


def test_reserves_take_free_places_and_then_the_best_of_the_run() -> None:
    listed = people(1, 2, 3, 4, 5, reserve=2)
    standing = {"crm:1": "declined", "crm:2": "lost", "crm:3": "do_not_contact", "crm:4": "reserve", "crm:5": "reserve"}
    candidates = pd.DataFrame({"consumer": ["crm:5", "crm:7", "crm:8"], "role": "koc", "rank": [9, 2, 1]})
    found = choose_substitutes(listed, standing, candidates)
    assert [(one["place_of"], one["consumer"], one["source"]) for one in found] == [
        ("crm:1", "crm:5", "reserve"),  # crm:4 may not be invited
        ("crm:2", "crm:8", "run"),
        ("crm:3", "crm:7", "run"),
    ]
    taken = choose_substitutes(listed, {**standing, "crm:4": "accepted"}, candidates)
    assert [one["place_of"] for one in taken] == ["crm:2", "crm:3"], "a reserve who was asked has the first place"
    assert choose_substitutes(listed, standing, candidates.iloc[:0])[0]["consumer"] is None


def test_how_many_posts_a_campaign_ends_short() -> None:
    assert say_shortfall("spring", 18, 11, 15.2, 6) == "spring ends 3 posts short of 18 at the rates so far."
    assert say_shortfall("spring", 18, 11, 18.0, 6) == "spring ends with its 18 posts at the rates so far."
    assert "even if everybody" in say_shortfall("spring", 18, 11, None, 6)
    assert "can still reach 18 posts" in say_shortfall("spring", 18, 11, None, 7)


def test_the_command_names_nobody_who_is_refused_or_unwilling(place: Campaign) -> None:
    make(place, 1, 4, 6, 7, reserve=2, client="Nordkessel")
    happen(place, (1, "invited", "05-01"), (1, "declined", "05-02"), (6, "do_not_contact", "05-03"))
    append(plans_folder(place.folder / "run"), [decide_now("Nordkessel", "crm:7", "no")])
    words = ("campaign", "substitutes", "--run", "run", "--today", DUE)
    done = json.loads(run_command(*words, "--format", "json", cwd=place.folder).stdout)
    ((first,), posts) = done["substitutes"], done["posts"]
    assert first["place_of"] == "crm:1" and first["source"] == "run" and first["consumer"] not in {"crm:6", "crm:7"}
    assert first["name"] and posts == {"live": 0, "expected": None, "planned": 2}
    assert "too few answers" not in done["sentence"] and "1 post short of 2" in done["sentence"]


# --- what is remembered ---------------------------------------------------------------------------


def test_a_persons_history_is_that_of_all_their_accounts_in_all_campaigns(place: Campaign) -> None:
    account = next(one["account"] for one in place.run.rows("accounts") if one["consumer"] == "crm:1")
    other = {row["account"] for row in place.run.rows("accounts") if row["consumer"] == "crm:1"} - {"crm:1"}
    assert other, "the person has an account of the forum or a platform"
    make(place, 1, 4, starts="2026-05-01", client="Nordkessel")
    make(place, 1, name="summer")
    happen(place, (1, "invited", "05-01"), (1, "received", "05-04"), (1, "posted", "05-12"), url=POST, note="friendly")
    happen(place, (1, "invited", "05-20"), (1, "declined", "05-21"), name="summer")
    (folder_of(place) / "feedback.jsonl").write_text(
        json.dumps({"campaign": "spring", "consumer": "crm:1", "product": "p1", "rating": 3, "text": "the lid drips"})
    )
    expected = graphkoc.read_person_history(place.run, "crm:1")
    for called in (account, *other, "Person 1"):
        assert graphkoc.read_person_history(place.run, called) == expected
    spring, summer = expected["campaigns"]
    assert (spring["state"], spring["on_time"], spring["posts"], spring["note"]) == ("posted", True, 1, "friendly")
    assert (summer["state"], summer["on_time"], summer["accepted_at"]) == ("declined", None, None)
    assert expected["feedback"][0]["text"] == "the lid drips" and expected["last_invited"].startswith("2026-05-20")
    done = run_command("person", "history", "Person 1", "--run", "run", cwd=place.folder)
    assert "Said of p1: the lid drips" in done.stdout and "spring: friendly" in done.stdout


def test_whoever_was_asked_in_the_journal_is_no_new_face(place: Campaign) -> None:
    happen(place, (1, "invited", "05-20"))
    asked = last_invited(plans_folder(place.folder / "run"), campaigns=folder_of(place))
    assert asked == {"crm:1": datetime(2026, 5, 20, tzinfo=UTC)}


def test_an_export_of_a_campaign_has_the_state_of_each_person_and_falls_to_the_plan_else(place: Campaign) -> None:
    words = ("campaign", "export", "spring", "--run", "run", "-o", "out.csv")
    save_list(plans_folder(place.folder / "run"), {"kind": "plan", "name": "spring", "people": people(1, 4, 6)})
    assert "3 people in out.csv" in run_command(*words, cwd=place.folder).stdout
    make(place, 1, 4)
    happen(place, (1, "accepted", "05-02"))
    assert "2 people in out.csv" in run_command(*words, cwd=place.folder).stdout
    with (place.folder / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)] == ["accepted", "planned"]
