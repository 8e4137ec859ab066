"""Lifelines: the circles and niches of a run matched with those of the run before, and the changes between them.

A group keeps its id while enough of its people stay. The groups of two runs are matched one to one by the Jaccard
index of their people, the best pair first (Greene, Doyle and Cunningham, "Tracking the evolution of communities in
dynamic social networks", ASONAM 2010), if it is at least MATCHED; a group whose index is at least SAME counts as the
same. Ended groups are remembered, so that a group whose people come together again gets its id again, and no id is
given to two groups.

The people of a group are rows of a frame with `consumer` and a column named after the kind of the group: `circle` or
`niche`. Groups may overlap.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from graphkoc.arrays import number_ids
from graphkoc.runs.tables import TABLES, empty, shaped
from graphkoc.text import count

__all__ = ["MATCHED", "SAME", "Churn", "Followed", "by_number", "churn", "follow", "living", "remember"]

MATCHED = 0.3
"""Minimum Jaccard index for a group to continue another."""
SAME = 0.5
"""Minimum Jaccard index for a group to count as the same."""
LIVING_FIRST = 0.25
"""How much better the people of an ended group must fit for it to be preferred to a living one."""
PART = 0.2
"""Least share of a group's people in a part of it when the group splits."""
MOST = 0.5
"""Least share of a part that was in the group that split; and of a group that is in the group it merged into."""
RESIZED, RESIZED_PEOPLE = 0.1, 2
"""Share, and number, of people by which a group has to change to count as grown or shrunk."""
MEMORY = 12
"""Runs for which the people of an ended group are remembered; its id is remembered for ever."""


@dataclass(frozen=True, eq=False)
class Followed:
    """The groups of a run as a continuation of the run before.

    ids: the lifeline of each group, by the id that the caller knows it by.
    events: the changes of each group of both runs, sorted by group: kind, group, event, other (ids of
    the groups it split from or merged with, joined by a comma, or NA), jaccard (of its people then and
    now, NaN without one of the two), people_before, people_now, words. `event` is born, same, grown,
    shrunk, changed (about as many people, under half of them the same), split, merged, died or returned.
    A group has one row, or two when it both split and merged. Both sides of a split have a row, and of a
    merger: a group that ended in one has people_now 0.
    lifelines: what the next run needs: one row per group and person, sorted by group and consumer:
    kind, group, natural (the id says by itself which group it is), status (alive or dead), born and
    last_seen (reference dates of runs), missed (runs since), consumer (NA if its people are forgotten).
    """

    ids: dict[str, str]
    events: pd.DataFrame
    lifelines: pd.DataFrame

    @property
    def change(self) -> dict[str, str]:
        """The change of each living group, in words."""
        alive = self.events[self.events["people_now"] > 0]
        return {str(group): "; ".join(words) for group, words in alive.groupby("group")["words"]}


@dataclass(frozen=True)
class Churn:
    """The change between two runs, as shares of the groups, and its causes.

    the_same: share of the previous groups that are still there. by_method: share of the current groups that the
    same data do not give with another random number seed. by_data: the rest, at least 0.
    """

    the_same: float
    by_method: float
    by_data: float
    words: str


def follow(
    kind: str, members: pd.DataFrame, previous: pd.DataFrame | None = None, *, as_of: str, natural: Collection[str] = ()
) -> Followed:
    """Give the groups of `members` the ids of the previous run's groups that they continue.

    previous: `lifelines` of the run before; rows of other kinds are left alone. as_of: the reference date of
    this run, as `born` and `last_seen` show it. natural: groups whose id is a name of their own, such as that of a
    category: they continue a lifeline of that id whatever their people, or a lifeline whose category seems to be
    renamed (SAME), and a new one keeps its id if that is free. The others are numbered: c1, c2, ... for circles.
    The order of rows makes no difference.
    """
    runs = _Runs.of(kind, members, previous, natural)
    past = _match(runs)
    ids = _assign_ids(kind, runs, past)
    events = pd.DataFrame(_Story(runs, past, ids).rows(), columns=TABLES["events"].names[1:])
    events.insert(0, "kind", kind)
    order = sorted(range(len(events)), key=lambda row: by_number(str(events["group"].iloc[row])))
    return Followed(
        dict(zip(runs.now.names, ids, strict=True)),
        shaped("events", events.iloc[order]),
        _make_lifelines(kind, as_of, runs, past, ids),
    )


def remember(kind: str, previous: pd.DataFrame | None) -> Followed:
    """No groups of a kind that was not looked for: nothing happened to those of the run before, and no run passed.

    previous: `lifelines` of the run before, which stay as they are for the next run.
    """
    lines = empty("lifelines") if previous is None else previous[previous["kind"] == kind]
    return Followed({}, empty("events"), shaped("lifelines", lines))


def churn(kind: str, previous: pd.DataFrame, current: pd.DataFrame, rerun: pd.DataFrame) -> Churn | None:
    """The shares of the change since the previous run that method and data cause; None without groups.

    previous, current: the people of the two runs' groups. rerun: those of the current data, analysed
    again with another random number seed.
    """
    if previous.empty or current.empty:
        return None
    the_same = _measure_returning(kind, previous, current)
    by_method = 1 - _measure_returning(kind, current, rerun)
    by_data = max(0.0, 1 - the_same - by_method)
    groups, there = previous[kind].nunique(), round(the_same * previous[kind].nunique())
    words = f"{there:,} of the last run's {count(groups, f'{kind}s')} {'is' if there == 1 else 'are'} still there. "
    if the_same == 1:
        words += "Nothing changed."
    elif not by_data:
        words += "Another random number seed on the same data changes as much, so that no change is due to the data."
    else:
        words += (
            f"Of the {100 * (1 - the_same):.0f} percentage points of change, {100 * by_method:.0f} are due to the "
            f"method (another random number seed on the same data changes as much) and {100 * by_data:.0f} to the data."
        )
    return Churn(the_same, by_method, by_data, words)


def living(lifelines: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The people of the groups that were alive in a run: consumer, and `kind` for the group's id."""
    alive = lifelines[(lifelines["kind"] == kind) & (lifelines["status"] == "alive")]
    return alive[["consumer", "group"]].rename(columns={"group": kind}).reset_index(drop=True)


def by_number(group: str) -> tuple[str, str]:
    """A sort key that puts c2 before c10."""
    return re.sub(r"[0-9]+", lambda digits: digits[0].zfill(12), group), group


@dataclass(frozen=True, eq=False)
class _Sets:
    """Groups as sets: names; inside (groups x people), 1 where a person is in a group; size of each."""

    names: list[str]
    inside: Any
    size: NDArray[np.int64]

    @classmethod
    def of(cls, groups: pd.Series[Any], person: NDArray[np.intp], names: list[str], people: int) -> _Sets:
        row = number_ids(names, groups.to_numpy())
        inside = csr_array((np.ones(len(row), dtype=np.int64), (row, person)), shape=(len(names), people))
        inside.sum_duplicates()
        inside.data[:] = 1
        return cls(names, inside, np.diff(inside.indptr).astype(np.int64))


@dataclass(frozen=True, eq=False)
class _Runs:
    """The lifelines of the previous run beside the groups of this one; groups are sorted by number.

    then: one row per lifeline (the run's table lifelines without kind and consumer). old: its last known people. alive:
    (old,) bool, whether it was there in the previous run. now: the groups, as the caller calls them.
    natural: (now,) bool. people: their ids. overlap: a row for each lifeline and group with people in
    common: old, now (positions), shared (people), jaccard.
    """

    then: pd.DataFrame
    old: _Sets
    alive: NDArray[np.bool_]
    now: _Sets
    natural: NDArray[np.bool_]
    people: NDArray[Any]
    overlap: pd.DataFrame

    @classmethod
    def of(cls, kind: str, members: pd.DataFrame, previous: pd.DataFrame | None, natural: Collection[str]) -> _Runs:
        lines = empty("lifelines")
        if previous is not None:
            lines = previous[previous["kind"] == kind]
        then = lines.drop_duplicates("group").drop(columns=["kind", "consumer"])
        then = then.sort_values("group", key=_sort_key, ignore_index=True)
        known = lines[lines["consumer"].notna()]
        everybody = pd.concat([known["consumer"], members["consumer"]]).to_numpy(dtype=object)
        person, people = pd.factorize(everybody)
        old = _Sets.of(known["group"], person[: len(known)], then["group"].tolist(), len(people))
        names = sorted(members[kind].unique().tolist(), key=by_number)
        now = _Sets.of(members[kind], person[len(known) :], names, len(people))
        return cls(
            then,
            old,
            (then["status"] == "alive").to_numpy(dtype=bool),
            now,
            np.array([name in natural for name in names], dtype=bool),
            people,
            _measure_overlap(old, now),
        )


def _sort_key(groups: pd.Series[Any]) -> pd.Series[Any]:
    return groups.map(lambda group: "\0".join(by_number(group)))


def _count_shared(old: Any, now: Any) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64]]:
    """How many people (data) are in which old group (row) and in which one now (column)."""
    counts = (old @ now.T).tocoo()
    return *counts.coords, counts.data


def _measure_overlap(old: _Sets, now: _Sets) -> pd.DataFrame:
    row, column, shared = _count_shared(old.inside, now.inside)
    jaccard = shared / (old.size[row] + now.size[column] - shared)
    return pd.DataFrame({"old": row, "now": column, "shared": shared, "jaccard": jaccard})


def _pair_best_first(pairs: pd.DataFrame, claim: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """Of the pairs, the strongest claim first, those whose two ends are both still free."""
    order = np.lexsort((pairs["now"], pairs["old"], -claim))
    taken: tuple[set[int], set[int]] = (set(), set())
    for old, now in pairs[["old", "now"]].to_numpy()[order].tolist():
        if old not in taken[0] and now not in taken[1]:
            taken[0].add(old)
            taken[1].add(now)
            yield old, now


def _match(runs: _Runs) -> NDArray[np.int64]:
    """(now,) the position of the lifeline that each group continues, -1 for none."""
    past = np.full(len(runs.now.names), -1)
    was_natural = runs.then["natural"].to_numpy(dtype=bool)
    where = {group: row for row, group in enumerate(runs.old.names) if was_natural[row]}
    for position in np.flatnonzero(runs.natural).tolist():
        past[position] = where.get(runs.now.names[position], -1)
    old, now = runs.overlap["old"].to_numpy(), runs.overlap["now"].to_numpy()
    free = ~np.isin(old, past) & (past[now] < 0) & (was_natural[old] == runs.natural[now])
    pairs = runs.overlap[free & (runs.overlap["jaccard"].to_numpy() >= np.where(runs.natural[now], SAME, MATCHED))]
    claim = pairs["jaccard"].to_numpy() + LIVING_FIRST * runs.alive[pairs["old"]]
    for row, position in _pair_best_first(pairs, claim):
        past[position] = row
    return past


def _assign_ids(kind: str, runs: _Runs, past: NDArray[np.int64]) -> list[str]:
    """The id of each group now: its lifeline's, its own where that is natural and free, or the next number."""
    numbers = [re.fullmatch(f"{kind[0]}([0-9]{{1,12}})", group) for group in runs.old.names]
    last = max((int(number[1]) for number in numbers if number), default=0)
    used = {*runs.old.names}
    own = {name for name, natural in zip(runs.now.names, runs.natural, strict=True) if natural}
    ids = []
    for position, name in enumerate(runs.now.names):
        if past[position] >= 0:
            ids.append(runs.old.names[past[position]])
        elif runs.natural[position]:
            ids.append(next(free for free in _make_variants(name) if free not in used and free not in own - {name}))
        else:
            last = next(number for number in itertools.count(last + 1) if f"{kind[0]}{number}" not in used | own)
            ids.append(f"{kind[0]}{last}")
        used.add(ids[-1])
    return ids


def _make_variants(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}~{number}" for number in itertools.count(2))


class _Story:
    """The events of every group, from the people who stayed, came and left."""

    def __init__(self, runs: _Runs, past: NDArray[np.int64], ids: list[str]) -> None:
        self.runs, self.past, self.ids = runs, past, ids
        self.continues = np.zeros(len(runs.old.names), dtype=bool)
        self.continues[past[past >= 0]] = True
        self.goes_on = np.array([row >= 0 and runs.alive[row] for row in past.tolist()], dtype=bool)
        overlap = runs.overlap
        self.stayed = overlap[past[overlap["now"]] == overlap["old"]].set_index("now")
        going = np.flatnonzero(self.goes_on)
        link = csr_array(
            (np.ones(len(going), dtype=np.int64), (past[going], going)), shape=(len(self.continues), len(past))
        )
        # Groups may overlap: only people who were not in the group before came, and only absent people left.
        came = runs.now.inside - runs.now.inside.multiply(link.T @ runs.old.inside)
        left = runs.old.inside - runs.old.inside.multiply(link @ runs.now.inside)
        self.merged = self._merged(came)
        self.split = self._split(left)

    def _merged(self, came: Any) -> pd.DataFrame:
        """Groups that merged: old, now. Most people of the old one came into the new one, as did people of others."""
        old, now, people = _count_shared(self.runs.old.inside, came)
        ended = self.runs.alive & ~self.continues
        pairs = pd.DataFrame({"old": old, "now": now, "people": people})
        pairs = pairs[ended[old] & (people >= MOST * self.runs.old.size[old])]
        pairs = pairs.sort_values(["old", "people", "now"], ascending=[True, False, True]).drop_duplicates("old")
        sources = np.bincount(pairs["now"], minlength=len(self.past)) + (self.past >= 0)
        return pairs.loc[sources[pairs["now"]] >= 2]

    def _split(self, left: Any) -> pd.DataFrame:
        """Groups that split: old, now. The new or returned group is a part of the old one."""
        old, now, people = _count_shared(left, self.runs.now.inside)
        part = (people >= PART * self.runs.old.size[old]) & (people >= MOST * self.runs.now.size[now])
        whole = self.runs.alive & ~np.isin(np.arange(len(self.continues)), self.merged["old"])
        part &= whole[old] & ~self.goes_on[now] & (self.past[now] != old)
        pairs = pd.DataFrame({"old": old[part], "now": now[part]})
        parts = np.bincount(pairs["old"], minlength=len(self.continues)) + self.continues
        return pairs[parts[pairs["old"]] >= 2]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """group, event, other, jaccard, people_before, people_now, words of every event."""
        parents, into = self._others(self.split, "now"), self._others(self.merged, "now")
        parts, ends = self._others(self.split, "old"), self._others(self.merged, "old")
        for position, row in enumerate(self.past.tolist()):
            yield from self._now(position, row, parents.get(position, []), parts.get(row, []), into.get(position, []))
        for row in np.flatnonzero(self.runs.alive & ~self.continues).tolist():
            event, other, words = "died", list[str](), "died"
            if row in ends:
                event, other, words = "merged", ends[row], f"merged into {_join_names(ends[row])}"
            elif row in parts:
                event, other, words = "split", parts[row], f"split into {_join_names(parts[row])}"
            people = int(self.runs.old.size[row])
            yield self.runs.old.names[row], event, _join_ids(other), np.nan, people, 0, words

    def _now(
        self, position: int, row: int, parents: list[str], parts: list[str], into: list[str]
    ) -> Iterator[tuple[Any, ...]]:
        """The events of a group that is there now. row: its lifeline, or -1."""
        people, before = int(self.runs.now.size[position]), int(self.runs.old.size[row]) if row >= 0 else 0
        stayed = self.stayed.loc[position] if position in self.stayed.index else {"shared": 0, "jaccard": 0.0}
        jaccard = float(stayed["jaccard"]) if before else np.nan
        events: list[tuple[str, list[str], str]] = []
        if row >= 0 and not self.runs.alive[row]:
            runs = int(self.runs.then["missed"].iloc[row])
            away = f"returned after {count(runs, 'runs')}"
            events.append(("returned", parents, f"{away}, split from {_join_names(parents)}" if parents else away))
        elif parents:
            events.append(("split", parents, f"split from {_join_names(parents)}"))
        if parts:
            events.append(("split", parts, f"split: {_join_names(parts)} separated from it"))
        if into:
            events.append(("merged", into, f"merged {'with' if row >= 0 else 'from'} {_join_names(into)}"))
        if not events:
            event, words = _describe_change(before, people, int(stayed["shared"]), jaccard)
            events.append((event, [], words))
        for event, other, words in events:
            yield self.ids[position], event, _join_ids(other), jaccard, before, people, words

    def _others(self, pairs: pd.DataFrame, side: str) -> dict[int, list[str]]:
        """The ids on the other side of the pairs, by the position on this one."""
        found: dict[int, list[str]] = {}
        for old, now in pairs[["old", "now"]].to_numpy().tolist():
            here, there = (now, self.runs.old.names[old]) if side == "now" else (old, self.ids[now])
            found.setdefault(here, []).append(there)
        return {here: sorted(there, key=by_number) for here, there in found.items()}


def _describe_change(before: int, people: int, stayed: int, jaccard: float) -> tuple[str, str]:
    """The event of a group that did not split, merge or return, and its words."""
    if not before:
        return "born", "new"
    changed = people - before
    if abs(changed) >= max(RESIZED * before, RESIZED_PEOPLE):
        event = "grown" if changed > 0 else "shrunk"
        return event, f"{event} by {abs(changed) / before:.0%}, from {before:,} to {count(people, 'people')}"
    who = f"{stayed:,} of {count(before, 'people')} stayed"
    return ("same", f"the same: {who}") if jaccard >= SAME else ("changed", f"changed: {who}")


def _join_names(ids: list[str]) -> str:
    *firsts, last = ids
    return f"{', '.join(firsts)} and {last}" if firsts else last


def _join_ids(ids: list[str]) -> str | None:
    return ", ".join(ids) or None


def _make_lifelines(kind: str, as_of: str, runs: _Runs, past: NDArray[np.int64], ids: list[str]) -> pd.DataFrame:
    """The lifelines for the next run: the people of the groups of now, and of ended groups."""
    then, known = runs.then, past >= 0
    born = np.full(len(past), as_of, dtype=object)
    born[known] = then["born"].to_numpy(dtype=object)[past[known]]
    alive = pd.DataFrame({"group": ids, "natural": runs.natural, "status": "alive", "born": born, "last_seen": as_of})
    alive["missed"] = 0
    ended = np.setdiff1d(np.arange(len(then)), past)
    dead = then.iloc[ended].assign(status="dead", missed=then["missed"].iloc[ended] + 1)
    remembered = (dead["missed"] <= MEMORY).to_numpy(dtype=bool)
    inside = vstack([runs.now.inside, runs.old.inside[ended[remembered]]]).tocoo()
    row, person = inside.coords
    groups = pd.concat([alive, dead[remembered]], ignore_index=True)
    people = groups.iloc[row].assign(consumer=runs.people[person])
    forgotten = dead[~remembered].assign(consumer=None)
    lines = pd.concat([people, forgotten], ignore_index=True).astype({"group": "str", "consumer": "str"})
    number = {group: place for place, group in enumerate(sorted(lines["group"].unique().tolist(), key=by_number))}
    lines = lines.iloc[np.lexsort((lines["consumer"].fillna(""), lines["group"].map(number)))].assign(kind=kind)
    return shaped("lifelines", lines)


def _measure_returning(kind: str, groups: pd.DataFrame, others: pd.DataFrame) -> float:
    """The share of the groups that are the same among the others."""
    as_lines = groups.rename(columns={kind: "group"}).assign(
        kind=kind, natural=False, status="alive", born="", last_seen="", missed=0
    )
    runs = _Runs.of(kind, others, as_lines, ())
    pairs = runs.overlap[runs.overlap["jaccard"] >= SAME]
    return len(list(_pair_best_first(pairs, pairs["jaccard"].to_numpy()))) / len(runs.old.names)
