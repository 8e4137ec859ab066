"""Who sits in a focus group: people who know the topic, say why, and see it differently; and why the others do not.

Nobody is ranked by a rating. Signs of opinions enter in two places alone, the same way for low and high: some of both
are in where there are both, and people whose opinions have the same sign count as more alike.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Indices, number_ids
from graphkoc.graph.projection import Projection
from graphkoc.invite.channels import find_channels
from graphkoc.invite.likeness import Traits, list_platforms
from graphkoc.invite.opinions import find_spoken, gather_opinions, measure_texts
from graphkoc.invite.screening import RESTED, Wishes, check_enough, screen_people
from graphkoc.invite.seating import Cap, Conditions, Quota, Spread, choose_seats, value_of
from graphkoc.invite.topics import Subjects, Topic
from graphkoc.runs.run import Run

__all__ = ["Group", "seat_group"]

MOST = 2_000
"""Maximum number of candidates, and of people whom the group stands for, that are compared."""
CIRCLES, SIGNED, CRITICS = 4, 1 / 6, 1 / 3
"""Circles that a group is from at least; shares of its seats for people with a low rating, for people with a high one,
and for constructive critics."""
NEAR = 0.75
"""Share of the largest gain with which somebody is taken whose texts are better. On the invented brand it costs 1 to 3
of 100 of the value, and seats 7 of 8 planted careful writers in place of 5."""
OF_CIRCLE, OF_NICHE, OF_PLATFORM = 1 / 3, 1 / 2, 2 / 3
"""Shares of the seats for people of one circle, of one niche and of one platform, as long as there are others."""


@dataclass(frozen=True, eq=False)
class Group:
    """A focus group before it is put into words.

    people: those who know the topic, by id: the columns of `gather_opinions`, reason (a key of REASONS, null for those
    chosen), reasons (how many apply), channel, language, name, circle, niche, platform. texts: as `measure_texts`
    returns them. seats, reserves: ids in the order of choice. stands_for: how many people each seat is nearest to.
    stand_in: for each reserve the seat most like it. tied: pairs in the group who know each other. represented: people
    whom the group stands for. value: 0 to 1; free_value: that of the greedy choice without conditions. language: None
    where nobody's is known. languages: how many could sit in a group, by language.
    """

    people: pd.DataFrame
    texts: pd.DataFrame
    seats: list[str]
    reserves: list[str]
    stands_for: dict[str, int]
    stand_in: dict[str, str]
    tied: list[tuple[str, str]]
    represented: int
    value: float
    free_value: float
    language: str | None
    languages: dict[str, int]


def seat_group(
    projection: Projection,
    run: Run,
    subjects: Subjects,
    topic: Topic,
    wishes: Wishes,
    *,
    invited: Mapping[str, datetime] | None = None,
    refused: Collection[str] = (),
    keys: Collection[str] = (),
    unwilling: Collection[str] = (),
) -> Group:
    """Choose the group. The order of rows makes no difference.

    invited: when people were last invited (UTC), by consumer. refused: those whom the client does not want. keys: the
    accounts whose contact key the store has. unwilling: those who asked not to be contacted. Raises AnalysisError where
    nobody can be in the group, and UsageError where fewer can than were asked for.
    """
    texts = measure_texts(topic, run)
    people = gather_opinions(texts, pd.Timestamp(run.info["at"]) - pd.Timedelta(days=wishes.active))
    people = people[people.index.isin(run.people["consumer"])]
    stated = run.people.set_index("consumer").loc[people.index]
    people = people.join(stated[["name", "circle", "niche", "platform"]])
    ties_of = projection.ties_of()
    people["channel"] = find_channels(projection.consumers, projection.accounts, ties_of, keys).reindex(people.index)
    people["language"] = find_spoken(texts, run).reindex(people.index)
    recent = datetime.fromisoformat(run.info["started_at"]) - timedelta(days=RESTED)
    rested = [who for who, at in (invited or {}).items() if at > recent]
    failed = screen_people(people, run, topic, wishes.exclude, refused, rested, unwilling)

    languages = people.loc[~failed.any(axis=1), "language"].value_counts().sort_index()
    language = wishes.language or (str(languages.idxmax()) if len(languages) else None)
    failed["language"] = (people["language"] != language) if language else False
    exact = people["exact"] > 0
    failed["kind_only"] = ~exact & (int((exact & ~failed.any(axis=1)).sum()) >= wishes.size + wishes.spare)
    people["reasons_against"] = failed.sum(axis=1)
    first = failed.columns.to_numpy()[failed.to_numpy().argmax(axis=1)]
    people["reason"] = pd.Series(first, people.index).where(people["reasons_against"] > 0)
    check_enough(people, topic, wishes)

    able = people[people["reason"].isna()].rename_axis("consumer").reset_index()
    order = ["quality", "constructive", "reasons", "lately", "consumer"]
    able = able.sort_values(order, ascending=[False, False, False, False, True], na_position="last")[:MOST]
    able = able.set_index("consumer")
    meant = people.index[exact] if failed["kind_only"].any() else people.index
    represented = meant[np.linspace(0, len(meant) - 1, min(len(meant), MOST)).round().astype(int)]
    traits = Traits.of(people.index.to_numpy(dtype=str), subjects.types, *_read_places(projection, run), people)
    able_at, represented_at = people.index.get_indexer(able.index), people.index.get_indexer(represented)
    likeness = traits.compare(able_at, represented_at)
    conditions = _state_conditions(able, projection, wishes.size)
    seats = choose_seats(likeness, wishes.size, conditions)
    spare = choose_seats(likeness, wishes.spare, conditions, after=seats)
    ids = able.index.to_numpy(dtype=str)
    left = people.index.difference(ids[[*seats, *spare]].tolist())
    people.loc[left, "reason"] = people.loc[left, "reason"].fillna("spare")

    nearest = likeness[seats].argmax(axis=0)
    stand_in = traits.compare(able_at[spare], able_at[seats]).argmax(axis=1)
    sitting = [(a, b) for a in sorted(seats) for b in sorted(seats) if a < b and conditions.tied[a, b]]
    return Group(
        people,
        texts,
        ids[seats].tolist(),
        ids[spare].tolist(),
        {str(ids[seat]): round(len(meant) * float((nearest == at).mean())) for at, seat in enumerate(seats)},
        {str(ids[one]): str(ids[seats[at]]) for one, at in zip(spare, stand_in.tolist(), strict=True)},
        [(str(ids[a]), str(ids[b])) for a, b in sitting],
        len(meant),
        value_of(likeness, seats),
        value_of(likeness, choose_seats(likeness, wishes.size)),
        language,
        {str(name): int(number) for name, number in languages.items()},
    )


def _read_places(projection: Projection, run: Run) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The niches of people, and the platforms that they write on."""
    niches = run.members_of("niche")[["consumer", "niche"]]
    return niches, list_platforms(projection.consumers, projection.accounts)


def _state_conditions(able: pd.DataFrame, projection: Projection, size: int) -> Conditions:
    """What a group of `size` of these people must be like; able: a row each, in the order of preference."""

    def ask(members: pd.Series[Any], share: float) -> Quota:
        there = members.to_numpy(dtype=bool)
        return Quota(there, min(int(there.sum()), math.ceil(size * share)))

    def cap(column: str, share: float) -> Cap:
        return Cap(_number(able[column]), math.ceil(size * share))

    circles = _number(able["circle"])
    # Where not everybody knows the product itself, whoever does is in.
    exact = [ask(able["exact"] > 0, 1.0)] if (able["exact"] == 0).any() else []
    signs = [ask(able[sign] > 0, SIGNED) for sign in ("low", "high")]
    return Conditions(
        _find_tied(able.index.to_numpy(dtype=str), projection.ties()),
        quotas=(*exact, *signs, ask(able["constructive"] > 0, CRITICS)),
        spreads=(Spread(circles, min(CIRCLES, size, int(circles.max(initial=-1)) + 1)),),
        caps=(cap("circle", OF_CIRCLE), cap("niche", OF_NICHE), cap("platform", OF_PLATFORM)),
        near=NEAR,
    )


def _number(labels: pd.Series[Any]) -> Indices:
    return np.asarray(pd.factorize(labels, sort=True)[0], dtype=np.int64)


def _find_tied(ids: NDArray[Any], ties: pd.DataFrame) -> NDArray[np.bool_]:
    """(c, c) bool: who follows whom, or engages with whom where no follows are known, in either direction."""
    source, target = number_ids(ids, ties["source"]), number_ids(ids, ties["target"])
    inside = (source >= 0) & (target >= 0)
    tied = np.zeros((len(ids), len(ids)), dtype=bool)
    tied[source[inside], target[inside]] = True
    np.fill_diagonal(tied, False)
    return tied | tied.T
