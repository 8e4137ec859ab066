"""Two runs compared: everybody who came, left or moved, with the reason, and the groups of one series."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from little_store import asked
from small_run import analyse_small_market

import graphkoc
from graphkoc.errors import UsageError
from graphkoc.qualify.compare import MOVED
from graphkoc.runs.roles import RANKED


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[graphkoc.Run, graphkoc.Run]:
    """A run of the first people of a market, and one of all of them that continues it."""
    folder = tmp_path_factory.mktemp("market") / "runs"
    after = analyse_small_market(folder)
    return after.replaced(people=leave_out(after.people, 3)), after


def leave_out(people: pd.DataFrame, places: int) -> pd.DataFrame:
    """The people of a run as if the first of the list had not been there: out of the data, wide, and inactive."""
    first = people.sort_values("rank").index[:places]
    changed = people.copy()
    changed.loc[first[1], ["role", "rank"]] = ["kol", pd.NA]
    changed.loc[first[2], ["role", "rank", "gate_active"]] = ["none", pd.NA, "failed"]
    changed = changed.drop(index=first[0])
    ranked = changed["role"].isin(RANKED)
    changed["rank"] = changed["rank"].where(~ranked, changed.loc[ranked, "rank"].rank().astype("Int64"))
    return changed


def test_a_run_beside_itself_shows_no_change(pair: tuple[graphkoc.Run, graphkoc.Run]) -> None:
    found = graphkoc.compare_runs(pair[1], pair[1])
    assert (found["people"], found["groups"], found["groups_why_not"]) == ([], [], None)


@pytest.mark.parametrize("turned", [False, True], ids=["forwards", "backwards"])
def test_who_came_and_who_left_make_the_difference_of_the_lists(
    pair: tuple[graphkoc.Run, graphkoc.Run], turned: bool
) -> None:
    before, after = pair[::-1] if turned else pair
    found = graphkoc.compare_runs(before, after)
    ranks = [{row["consumer"]: row["rank"] for row in run.ranked(None, None, ["rank"])} for run in (before, after)]
    by_change = {
        change: {row["consumer"] for row in found["people"] if row["change"] == change}
        for change in ("new", "gone", "risen", "fallen")
    }
    assert by_change["new"] == ranks[1].keys() - ranks[0].keys()
    assert by_change["gone"] == ranks[0].keys() - ranks[1].keys()
    moved = {one: ranks[1][one] - ranks[0][one] for one in ranks[0].keys() & ranks[1].keys()}
    assert by_change["risen"] == {one for one, places in moved.items() if places <= -MOVED}
    assert by_change["fallen"] == {one for one, places in moved.items() if places >= MOVED}
    assert all(row["why"] for row in found["people"])
    assert found["before"]["listed"] == len(ranks[0])
    assert found["after"]["listed"] == len(ranks[1])


def test_who_is_new_or_gone_has_the_reason_beside_it(pair: tuple[graphkoc.Run, graphkoc.Run]) -> None:
    before, after = pair
    first = [row["consumer"] for row in after.ranked(None, 3, ["consumer"])]
    new = {row["consumer"]: row["why"] for row in graphkoc.compare_runs(before, after)["people"]}
    assert new[first[0]] == "not in the data before"
    assert new[first[1]].startswith("no longer a wide audience: ")
    assert "in the window, at least" in new[first[2]]
    gone = {row["consumer"]: row["why"] for row in graphkoc.compare_runs(after, before)["people"]}
    assert gone[first[0]] == "no longer in the data"
    assert gone[first[1]].startswith("a wide audience now: ")
    assert "in the window, at least" in gone[first[2]]
    accounts = pd.DataFrame({"consumer": [first[1]], "account": [first[0]], "platform": ["forum"]})
    joined = graphkoc.compare_runs(after, before.replaced(accounts=accounts))
    assert f"counted as one person with {first[1]} now" in {row["why"] for row in joined["people"]}


def change_first(run: graphkoc.Run, **columns: object) -> tuple[graphkoc.Run, str]:
    """The run with the first of its list off it, for the reason that the columns give; and who that is."""
    people = run.people.copy()
    place = people["rank"].astype(float).idxmin()
    people.loc[place, ["rank", *columns]] = [pd.NA, *columns.values()]
    return run.replaced(people=people), people.loc[place, "consumer"]


@pytest.mark.parametrize(
    ("columns", "gone", "new"),
    [
        ({"role": "wide"}, "widely followed here now: ", "no longer widely followed here: "),
        ({"role": "kol"}, "a wide audience now: ", "no longer a wide audience: "),
        (
            {"role": "none", "excluded": "for_hire; agency"},
            "taken off the list by [safety]: on a price list, and represented by an agency",
            "no longer taken off the list by [safety]: on a price list, and represented by an agency",
        ),
    ],
    ids=["wide", "kol", "excluded"],
)
def test_who_is_off_the_list_for_another_reason_than_a_gate_has_it_in_words(
    pair: tuple[graphkoc.Run, graphkoc.Run], columns: dict[str, object], gone: str, new: str
) -> None:
    other, consumer = change_first(pair[1], **columns)
    found = [graphkoc.compare_runs(*runs)["people"] for runs in ((pair[1], other), (other, pair[1]))]
    rows = [next(row for row in people if row["consumer"] == consumer) for people in found]
    assert [row["change"] for row in rows] == ["gone", "new"]
    assert rows[0]["why"].startswith(gone)
    assert rows[1]["why"].startswith(new)


def test_who_fails_a_gate_and_is_excluded_has_both_reasons(pair: tuple[graphkoc.Run, graphkoc.Run]) -> None:
    other, consumer = change_first(pair[1], role="none", gate_active="failed", excluded="agency")
    why = {row["consumer"]: row["why"] for row in graphkoc.compare_runs(pair[1], other)["people"]}[consumer]
    assert "in the window, at least" in why
    assert why.endswith("; taken off the list by [safety]: represented by an agency")


def test_groups_of_one_series_are_compared_by_their_ids(pair: tuple[graphkoc.Run, graphkoc.Run]) -> None:
    _, after = pair
    niches = after.niches
    changed = niches.iloc[1:].copy()
    changed.loc[changed.index[0], "name"] = "Another name"
    changed.loc[changed.index[1], "people"] += 5
    found = graphkoc.compare_runs(after, after.replaced(niches=changed))
    assert [(row["change"], row["group"]) for row in found["groups"]] == [
        ("gone", niches["niche"].iloc[0]),
        ("renamed", niches["niche"].iloc[1]),
        ("grown", niches["niche"].iloc[2]),
    ]
    other = graphkoc.compare_runs(after, after.replaced(info=after.info | {"line": "another"}, niches=changed))
    assert other["groups"] == []
    assert other["groups_why_not"].startswith("the runs are not of one series")


def test_runs_of_other_people_are_refused(pair: tuple[graphkoc.Run, graphkoc.Run]) -> None:
    _, after = pair
    others = after.people.assign(consumer="else:" + after.people["consumer"])
    with pytest.raises(UsageError, match="nobody in common"):
        graphkoc.compare_runs(after, after.replaced(people=others, accounts=after.accounts.head(0)))


def test_the_command_prints_people_and_then_what_became_of_the_lists(
    pair: tuple[graphkoc.Run, graphkoc.Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = pair
    before.replaced(folder=str(tmp_path / "runs" / "one")).save()
    after.replaced(folder=str(tmp_path / "runs" / "two")).save()
    printed = asked(tmp_path, monkeypatch, "compare", "one", "two").stdout
    assert "not in the data before" in printed
    assert f"{len(after.ranked()):,} listed as of " in printed
    rows = asked(tmp_path, monkeypatch, "compare", "one", "two", "--format", "csv").stdout.splitlines()
    assert rows[0] == "change,consumer,name,platform,rank_before,rank,why,codes,before,now"
