"""The groups of a run: its circles and niches, and what became of those of the run before."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids
from graphkoc.communities import circles, labels, niches, tracking
from graphkoc.communities.circles.profile import card, explained_by_joining
from graphkoc.graph import coreview
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.graph.terms import Words
from graphkoc.progress import Clock
from graphkoc.runs.members import MEMBER
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped
from graphkoc.text import number_or_none

__all__ = ["Grouping", "group"]


@dataclass(frozen=True, eq=False)
class Grouping:
    """The groups of a run, with ids that persist; frames as in `graphkoc.runs.tables.TABLES`, as far as they go.

    told: what run.json keeps of how they were found: controls, what was left out and why, what changed.
    """

    niches: pd.DataFrame
    members: pd.DataFrame
    products: pd.DataFrame
    circles: pd.DataFrame
    words: pd.DataFrame
    exemplars: pd.DataFrame
    events: pd.DataFrame
    lifelines: pd.DataFrame
    told: dict[str, Any]


def group(
    log: Log,
    projection: Projection,
    at: str,
    min_size: int,
    rng_seed: int,
    previous: Run | None,
    threads: int | None,
    clock: Clock,
) -> Grouping:
    """Find the circles and niches of a log, and give them the ids that they had in the run before.

    at: when this run is, as it shall stand in the lifelines. threads: see `graphkoc.communities.circles.circles`.
    """
    joined = _joined(log, projection)
    with clock("finding circles"):
        shaken: dict[str, Any] = {"together": coreview.people(log), "min_size": min_size, "threads": threads}
        known = _known(log, previous)
        found = circles.circles(
            log.network, joined=joined, known=known, rng_seed=rng_seed, progress=clock.progress, **shaken
        )
        inside = _sure(found.members)
        cards = card(log.network, inside, joined, rng_seed)
    with clock("reading words"):
        words = Words.from_frames(projection.texts, projection.reviews, projection.products, log.network.ids)
    with clock("finding niches"):
        features = niches.Features.of(log, projection.placed_reviews(), words)
        segments = niches.segments(log, min_size, rng_seed, features)
    with clock("following circles and niches"):
        past = None if previous is None else previous.lifelines
        of_circles = tracking.follow("circle", inside, past, at=at)
        natural = segments.table["niche"].tolist()
        of_niches = tracking.follow("niche", segments.members, past, at=at, natural=natural)
        churn = {}
        if previous is not None:
            again = circles.again(log.network, rng_seed=rng_seed + 1, progress=clock.progress, **shaken)
            churn = {
                kind: asdict(told)
                for kind, now, rerun in (
                    ("circle", inside, _sure(again)),
                    ("niche", segments.members, segments.members),
                )
                if (told := tracking.churn(kind, tracking.living(previous.lifelines, kind), now, rerun))
            }
    circle_table = _add_change(found.table.merge(cards, on="circle", how="left"), "circle", of_circles)
    circle_members = _renamed(found.members, "circle", of_circles)
    niche_table = _add_change(segments.table, "niche", of_niches)
    niche_members = _renamed(segments.members, "niche", of_niches)
    with clock("naming them"):
        of_circles_told = _named("circle", circle_table, _sure(circle_members), log, words, previous)
        of_niches_told = _named("niche", niche_table, niche_members, log, words, previous)
    return Grouping(
        niche_table.drop(columns="name").merge(of_niches_told.table, on="niche"),
        shaped(
            "members",
            pd.concat(
                [
                    frame.rename(columns={kind: "group"}).assign(kind=kind)
                    for kind, frame in (("circle", circle_members), ("niche", niche_members))
                ]
            ),
        ),
        _renamed(segments.products, "niche", of_niches),
        circle_table.merge(of_circles_told.table, on="circle"),
        pd.concat([of_circles_told.words, of_niches_told.words], ignore_index=True),
        pd.concat([of_circles_told.exemplars, of_niches_told.exemplars], ignore_index=True),
        pd.concat([of_circles.events, of_niches.events], ignore_index=True),
        pd.concat([of_circles.lifelines, of_niches.lifelines], ignore_index=True),
        {
            "circles": {
                "control": found.control,
                "explained_by_joining": found.explained,
                "dated": found.dated,
                "why_not": found.why_not,
                "cohorts": number_or_none(explained_by_joining(log.network, inside, joined)),
            },
            "niche_control": segments.control,
            "niches": {
                "finer_control": segments.finer_control,
                "why_not": segments.why_not,
                "hubs": list(segments.hubs),
                "caution": words.caution or None,
            },
            "churn": churn,
            "previous": None if previous is None else {"run": previous.name, "at": previous.info["at"]},
        },
    )


def _sure(members: pd.DataFrame) -> pd.DataFrame:
    """The members of circles, without the fringe."""
    return members[members["confidence"] >= MEMBER].reset_index(drop=True)


def _joined(log: Log, projection: Projection) -> NDArray[np.float64]:
    """(n,) float64: the day on which each consumer joined or, where that is not told, first wrote; NaN for neither.

    Where all reviews stand at one moment none says when anybody came.
    """
    told = projection.consumers.set_index("consumer")["joined_at"].reindex(log.network.ids)
    joined = days(told.reset_index(drop=True))
    wrote = np.where(np.isfinite(log.first_day) & (not log.timeless), log.first_day, np.nan)
    return np.where(np.isnan(joined), wrote, joined)


def _known(log: Log, previous: Run | None) -> list[NDArray[np.int64]]:
    """The members of the previous run's circles who are here, as indices of nodes."""
    if previous is None:
        return []
    inside = previous.members_of("circle")
    node = number_ids(log.network.ids, inside["consumer"].to_numpy(dtype=str))
    inside = inside.assign(node=node)[node >= 0]
    return [np.sort(circle["node"].to_numpy()) for _, circle in inside.groupby("circle")]


def _renamed(frame: pd.DataFrame, kind: str, followed: tracking.Followed) -> pd.DataFrame:
    """The frame with the groups' ids that persist, of their parents too."""
    renamed = frame.assign(**{kind: frame[kind].map(followed.ids).astype("str")})
    if "parent" in frame:
        renamed["parent"] = frame["parent"].map(followed.ids).fillna(frame["parent"])
    return renamed


def _add_change(table: pd.DataFrame, kind: str, followed: tracking.Followed) -> pd.DataFrame:
    """A table of groups with the ids that persist, and what became of each group."""
    renamed = _renamed(table, kind, followed)
    return renamed.assign(change=renamed[kind].map(followed.change).astype("str"))


def _named(
    kind: str, table: pd.DataFrame, members: pd.DataFrame, log: Log, words: Words, previous: Run | None
) -> labels.Described:
    """What the groups of a kind are called, and why; its frames have `kind`, and the table calls its groups so."""
    before: pd.DataFrame | None = None if previous is None else getattr(previous, f"{kind}s")
    if "basis" in table:
        table = table.assign(made_of=table["name"].where(table["basis"].isin(("tags", "title words", "review words"))))
    told = labels.describe(
        table.rename(columns={kind: "group"}),
        members.rename(columns={kind: "group"}),
        log,
        words,
        None if before is None else dict(zip(before[kind], before["name"], strict=True)),
    )
    return labels.Described(
        told.table.rename(columns={"group": kind}),
        told.words.assign(kind=kind),
        told.exemplars.rename(columns={"kind": "what"}).assign(kind=kind),
    )
