"""Lifelines: ids stay with people, scripted changes give exactly their events, and no event is given twice."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphkoc.communities.tracking import MEMORY, Followed, by_number, churn, follow, living
from graphkoc.runs.tables import TABLES


def people(kind: str = "circle", **groups: Iterable[int]) -> pd.DataFrame:
    """The people of groups: consumer and a column called as the kind."""
    rows = [(f"p{i:04}", group) for group, numbers in groups.items() for i in numbers]
    return pd.DataFrame(rows, columns=["consumer", kind]).astype("str")


def runs(*groupings: pd.DataFrame, kind: str = "circle", natural: Iterable[str] = ()) -> list[Followed]:
    """A run after another of these groups, with new names in every run."""
    followed: list[Followed] = []
    for number, members in enumerate(groupings):
        before = followed[-1].lifelines if followed else None
        followed.append(follow(kind, members, before, as_of=f"2026-01-{number + 1:02}", natural=list(natural)))
    return followed


def events_of(followed: Followed) -> dict[tuple[str, str], str | None]:
    """What became of whom: (group, event): other."""
    events = followed.events.astype(object).where(followed.events.notna(), None)
    return {(row.group, row.event): row.other for row in events.itertuples()}


def test_in_a_first_run_every_group_is_born_and_numbered_in_the_order_of_its_number() -> None:
    (first,) = runs(people(c10=range(30), c2=range(30, 50), c1=range(50, 60)))
    assert first.ids == {"c1": "c1", "c2": "c2", "c10": "c3"}
    assert events_of(first) == {("c1", "born"): None, ("c2", "born"): None, ("c3", "born"): None}
    assert first.change == {"c1": "new", "c2": "new", "c3": "new"}


def test_the_same_people_keep_their_id_whatever_the_next_run_calls_them() -> None:
    _, then = runs(people(a=range(20), b=range(20, 50)), people(x=range(20, 50), y=range(20)))
    assert then.ids == {"x": "c2", "y": "c1"}
    assert events_of(then) == {("c1", "same"): None, ("c2", "same"): None}
    assert then.change["c2"] == "the same: 30 of 30 people stayed"


@pytest.mark.parametrize(
    ("before", "now", "event", "words"),
    [
        (range(100), range(109), "same", "the same: 100 of 100 people stayed"),
        (range(100), range(110), "grown", "grown by 10%, from 100 to 110 people"),
        (range(100), range(91), "same", "the same: 91 of 100 people stayed"),
        (range(100), range(85), "shrunk", "shrunk by 15%, from 100 to 85 people"),
        (range(5), range(6), "same", "the same: 5 of 5 people stayed"),
        (range(5), range(7), "grown", "grown by 40%, from 5 to 7 people"),
        (range(100), range(50, 150), "changed", "changed: 50 of 100 people stayed"),
        (range(100), range(30, 131), "same", "the same: 70 of 100 people stayed"),
    ],
)
def test_a_change_of_a_tenth_and_two_people_is_called_one(before, now, event: str, words: str) -> None:
    _, then = runs(people(a=before), people(a=now))
    assert events_of(then) == {("c1", event): None}
    assert then.change == {"c1": words}


def test_from_a_jaccard_of_three_tenths_on_a_group_goes_on() -> None:
    _, then = runs(people(a=range(30), b=range(1000, 1029)), people(a=range(100), b=range(1000, 1100)))
    assert events_of(then) == {("c1", "grown"): None, ("c2", "died"): None, ("c3", "born"): None}
    assert then.events["jaccard"].tolist()[0] == pytest.approx(0.3)
    assert then.events["jaccard"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize("parts", [(60, 40), (50, 50), (40, 30, 30), (45, 35, 20)])
def test_a_scripted_split_gives_exactly_its_events(parts: tuple[int, ...]) -> None:
    edges = np.cumsum([0, *parts])
    pieces = {f"x{i}": range(edges[i], edges[i + 1]) for i in range(len(parts))}
    _, then = runs(people(a=range(100), b=range(200, 300)), people(**pieces, b=range(200, 300)))
    children = [f"c{3 + i}" for i in range(len(parts) - 1)]
    expected = {("c1", "split"): ", ".join(children), ("c2", "same"): None}
    assert events_of(then) == expected | {(child, "split"): "c1" for child in children}
    assert then.change["c3"] == "split from c1"
    assert then.change["c1"].startswith("split: c3")


def test_a_group_in_equal_quarters_has_ended_in_them() -> None:
    quarters = {f"x{i}": range(25 * i, 25 * i + 25) for i in range(4)}
    _, then = runs(people(a=range(100)), people(**quarters))
    assert events_of(then) == {("c1", "split"): "c2, c3, c4, c5"} | {(f"c{i}", "split"): "c1" for i in (2, 3, 4, 5)}
    assert then.events["words"][0] == "split into c2, c3, c4 and c5"
    assert then.events["people_now"][0] == 0


@pytest.mark.parametrize(("one", "other"), [(60, 40), (50, 50), (40, 60), (90, 10)])
def test_a_scripted_merger_gives_exactly_its_events(one: int, other: int) -> None:
    _, then = runs(
        people(a=range(one), b=range(100, 100 + other), c=range(200, 300)),
        people(x=[*range(one), *range(100, 100 + other)], y=range(200, 300)),
    )
    kept, gone = ("c1", "c2") if one >= other else ("c2", "c1")
    assert events_of(then) == {(kept, "merged"): gone, (gone, "merged"): kept, ("c3", "same"): None}
    assert then.change[kept] == f"merged with {gone}"
    assert then.ids["x"] == kept


def test_four_equals_merge_into_a_new_group() -> None:
    quarters = {f"x{i}": range(25 * i, 25 * i + 25) for i in range(4)}
    _, then = runs(people(**quarters), people(a=range(100)))
    assert events_of(then) == {(f"c{i}", "merged"): "c5" for i in (1, 2, 3, 4)} | {("c5", "merged"): "c1, c2, c3, c4"}
    assert then.change == {"c5": "merged from c1, c2, c3 and c4"}


def test_two_groups_that_each_give_half_have_both_split() -> None:
    _, then = runs(
        people(a=range(100), b=range(100, 200)),
        people(a=range(50), b=range(150, 200), x=range(50, 150)),
    )
    assert events_of(then) == {("c1", "split"): "c3", ("c2", "split"): "c3", ("c3", "split"): "c1, c2"}
    assert then.change["c3"] == "split from c1 and c2"


def test_a_group_may_split_and_merge_at_once() -> None:
    _, then = runs(
        people(a=range(100), b=range(100, 140)),
        people(a=[*range(60), *range(100, 140)], x=range(60, 100)),
    )
    assert events_of(then) == {
        ("c1", "split"): "c3",
        ("c1", "merged"): "c2",
        ("c2", "merged"): "c1",
        ("c3", "split"): "c1",
    }
    assert then.change["c1"] == "split: c3 separated from it; merged with c2"


def test_who_was_in_both_all_along_has_not_merged_and_who_is_in_both_now_has_not_split() -> None:
    """Niches overlap."""
    _, then = runs(people(a=range(100), b=range(80, 100)), people(a=range(100)))
    assert events_of(then) == {("c1", "same"): None, ("c2", "died"): None}
    _, then = runs(people(a=range(100)), people(a=range(80), x=range(50, 80)))
    assert events_of(then) == {("c1", "shrunk"): None, ("c2", "born"): None}


def test_what_died_returns_with_its_people() -> None:
    first, second, third, fourth, fifth = runs(
        people(a=range(50), b=range(50, 90)),
        people(a=range(50)),
        people(a=range(50)),
        people(a=range(50), x=range(55, 95)),
        people(a=range(50), x=range(55, 95)),
    )
    assert events_of(second) == {("c1", "same"): None, ("c2", "died"): None}
    assert events_of(third) == {("c1", "same"): None}
    assert fourth.ids == {"a": "c1", "x": "c2"}
    assert events_of(fourth) == {("c1", "same"): None, ("c2", "returned"): None}
    assert fourth.change["c2"] == "returned after 2 runs"
    assert events_of(fifth) == {("c1", "same"): None, ("c2", "same"): None}
    born = fifth.lifelines.groupby("group")[["born", "last_seen"]].first()
    assert born.to_numpy().tolist() == [["2026-01-01", "2026-01-05"]] * 2
    assert first.lifelines["status"].unique().tolist() == ["alive"]


@pytest.mark.parametrize("swap", [False, True])
def test_a_merger_that_comes_apart_gives_both_their_ids_back(swap: bool) -> None:
    again = {"x": range(100), "y": range(100, 195)}
    again = {"x": again["y"], "y": again["x"]} if swap else again
    _, _, then = runs(people(a=range(100), b=range(100, 200)), people(a=range(200)), people(**again))
    assert then.ids == ({"x": "c2", "y": "c1"} if swap else {"x": "c1", "y": "c2"})
    assert events_of(then) == {("c1", "split"): "c2", ("c2", "returned"): "c1"}


def test_the_people_of_what_died_long_ago_are_forgotten_and_its_number_is_not() -> None:
    there, gone = people(a=range(50), b=range(50, 90)), people(a=range(50))
    *_, then = runs(there, *[gone] * (MEMORY + 1), there)
    assert then.ids["b"] == "c3"
    assert then.lifelines[then.lifelines["group"] == "c2"]["consumer"].isna().tolist() == [True]
    *_, then = runs(there, *[gone] * MEMORY, there)
    assert then.ids["b"] == "c2"


def test_a_category_keeps_its_own_id_and_everything_else_is_numbered() -> None:
    natural = {"tea", "toys"}
    one = people("niche", tea=range(50), toys=range(50, 90), pour_over=range(30))
    two = people("niche", tea=range(45, 145), toys=range(50, 90), drip=range(30))
    first, then = runs(one, two, kind="niche", natural=natural)
    assert first.ids == {"tea": "tea", "toys": "toys", "pour_over": "n1"}
    assert then.ids == {"tea": "tea", "toys": "toys", "drip": "n1"}
    assert events_of(then) == {("n1", "same"): None, ("tea", "grown"): None, ("toys", "same"): None}
    assert then.events["jaccard"].min() < 0.1


def test_a_category_that_is_written_otherwise_goes_on_and_one_with_some_of_its_people_is_another() -> None:
    _, then = runs(
        people("niche", tea=range(50), toys=range(50, 90)),
        people("niche", teas=range(48), games=range(50, 70)),
        kind="niche",
        natural={"tea", "teas", "toys", "games"},
    )
    assert then.ids == {"teas": "tea", "games": "toys"}
    _, then = runs(
        people("niche", toys=range(100)), people("niche", games=range(40)), kind="niche", natural={"toys", "games"}
    )
    assert then.ids == {"games": "games"}


def test_a_category_called_like_a_number_takes_no_other_group_id() -> None:
    first, then = runs(
        people("niche", fine=range(30), n1=range(50, 90)),
        people("niche", fine=range(30), n1=range(50, 90), n3=range(100, 130), other=range(140, 160)),
        kind="niche",
        natural={"n1", "n3"},
    )
    assert first.ids == {"fine": "n2", "n1": "n1"}
    assert then.ids == {"fine": "n2", "n1": "n1", "n3": "n3", "other": "n4"}
    (late,) = runs(people("niche", x=range(30)), kind="niche")
    taken = follow("niche", people("niche", n1=range(50, 90)), late.lifelines, as_of="2", natural={"n1"})
    assert taken.ids == {"n1": "n1~2"}


def test_the_kinds_do_not_mix() -> None:
    circles, niches = runs(people(a=range(30)))[0], runs(people("niche", a=range(30)), kind="niche")[0]
    both = pd.concat([circles.lifelines, niches.lifelines])
    assert events_of(follow("niche", people("niche", x=range(30)), both, as_of="2")) == {("n1", "same"): None}
    assert living(both, "niche")["niche"].unique().tolist() == ["n1"]


def test_runs_without_groups_have_frames_without_rows() -> None:
    nothing = people()
    first, then, last = runs(nothing, nothing, people(a=range(10)))
    assert first.ids == then.ids == {}
    for followed in (first, then, last):
        assert followed.events.dtypes.astype(str).to_dict() == TABLES["events"].required
        assert followed.lifelines.dtypes.astype(str).to_dict() == TABLES["lifelines"].required
    assert last.ids == {"a": "c1"}


def test_the_frames_come_back_from_parquet_as_they_were(tmp_path) -> None:
    *_, then = runs(people(a=range(50), b=range(50, 90)), people(a=range(30)), *[people(a=range(30))] * MEMORY)
    for name in ("events", "lifelines"):
        frame = getattr(then, name)
        frame.to_parquet(tmp_path / "frame.parquet", index=False)
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "frame.parquet"), frame)


@pytest.mark.parametrize("rng_seed", range(3))
def test_a_small_change_of_who_is_where_keeps_the_ids(rng_seed: int) -> None:
    """1.5 % of people move to another group, or away, or come."""
    rng = np.random.default_rng(rng_seed)
    sizes = rng.integers(10, 120, 200)
    group = np.repeat([f"x{i}" for i in range(200)], sizes).astype(object)
    before = pd.DataFrame({"consumer": [f"p{i}" for i in range(len(group))], "circle": group})
    after = before.copy()
    moved = rng.random(len(after)) < 0.015
    after.loc[moved, "circle"] = rng.choice([*np.unique(group), None], int(moved.sum()))
    _, then = runs(before, after.dropna())
    kept = [then.ids[x] == f"c{int(x[1:]) + 1}" for x in then.ids]
    assert np.mean(kept) >= 0.95
    assert (then.events["event"] == "same").mean() >= 0.95


groupings = st.lists(
    st.dictionaries(
        st.sampled_from(["c1", "c2", "c3", "x", "tea", "n1"]), st.sets(st.integers(0, 14), min_size=1), max_size=6
    ),
    min_size=2,
    max_size=4,
)


@settings(max_examples=40)
@given(groupings, st.sets(st.sampled_from(["tea", "n1", "c2"])), st.randoms())
def test_every_chain_of_runs_keeps_its_promises(chain, natural, random) -> None:
    known: dict[str, bool] = {}
    before = None
    for at, groups in enumerate(chain):
        members = people(**groups)
        then = follow("circle", members, before, as_of=str(at), natural=natural)
        events = then.events

        assert len(set(then.ids.values())) == len(then.ids) == len(groups), "one to one"
        fates = events[events["people_now"] == 0].groupby("group")["event"].agg(list)
        alive = {group for group, is_alive in known.items() if is_alive}
        assert alive == set(fates.index) | (alive & set(then.ids.values())), "each goes on, or ends"
        assert not set(fates.index) & set(then.ids.values()), "and not both"
        assert all(fate in (["died"], ["merged"], ["split"]) for fate in fates), "and ends once"

        fresh = set(then.ids.values()) - set(known)
        assert set(events.loc[events["event"] == "born", "group"]) <= fresh, "no id is given twice"
        back = {group for group in then.ids.values() if known.get(group) is False}
        assert set(events.loc[events["event"] == "returned", "group"]) == back
        assert not events.duplicated(["group", "event"]).any()
        assert set(events.loc[events["people_now"] > 0, "group"]) == set(then.ids.values()), "each has a story"
        for row in events.dropna(subset=["other"]).itertuples():
            assert set(str(row.other).split(", ")) <= set(known) | fresh
        assert list(events["group"]) == sorted(events["group"], key=by_number)

        known |= dict.fromkeys(known, False) | dict.fromkeys(then.ids.values(), True)
        assert set(then.lifelines["group"]) == set(known)
        now = living(then.lifelines, "circle")
        assert {group: set(frame["consumer"]) for group, frame in now.groupby("circle")} == {
            then.ids[name]: {f"p{i:04}" for i in numbers} for name, numbers in groups.items()
        }

        shuffled = [frame.sample(frac=1, random_state=random.randrange(2**32)) for frame in (members, members)]
        doubled = pd.concat(shuffled)
        earlier = None if before is None else before.sample(frac=1, random_state=random.randrange(2**32))
        again = follow("circle", doubled, earlier, as_of=str(at), natural=natural)
        assert again.ids == then.ids
        pd.testing.assert_frame_equal(again.events, events)
        pd.testing.assert_frame_equal(again.lifelines, then.lifelines)
        before = then.lifelines


def test_a_change_is_told_apart_into_method_and_data() -> None:
    previous = people(**{f"c{i}": range(10 * i, 10 * i + 10) for i in range(10)})
    current = people(**{f"c{i}": range(10 * i, 10 * i + 10) for i in range(6)}, x=range(200, 230), y=range(300, 320))
    rerun = people(**{f"c{i}": range(10 * i, 10 * i + 10) for i in range(6)}, x=range(200, 230))
    found = churn("circle", previous, current, rerun)
    assert found is not None
    assert (found.the_same, found.by_method) == (pytest.approx(0.6), pytest.approx(1 / 8))
    assert found.the_same + found.by_method + found.by_data == pytest.approx(1)
    assert found.words == (
        "6 of the last run's 10 circles are still there. Of the 40 percentage points of change, 12 are due to the "
        "method (another random number seed on the same data changes as much) and 28 to the data."
    )


def test_where_another_seed_changes_as_much_nothing_is_laid_to_the_data() -> None:
    previous = people(a=range(10), b=range(20, 30))
    found = churn("circle", previous, people(a=range(10), b=range(40, 50)), people(a=range(10)))
    assert found is not None
    assert (found.the_same, found.by_method, found.by_data) == (0.5, 0.5, 0)
    assert "no change is due to the data" in found.words
    found = churn("circle", previous, previous, previous)
    assert found is not None
    assert (found.the_same, found.by_method, found.by_data) == (1, 0, 0)
    assert churn("circle", people(), previous, previous) is None
    assert churn("circle", previous, people(), people()) is None


def test_random_groups_are_not_the_same() -> None:
    rng = np.random.default_rng(0)
    members = [
        pd.DataFrame({"consumer": [f"p{i}" for i in range(2000)], "circle": rng.integers(0, 40, 2000).astype(str)})
        for _ in range(2)
    ]
    found = churn("circle", members[0], members[1], members[1])
    assert found is not None
    assert found.the_same == 0
    assert found.by_data == 1
