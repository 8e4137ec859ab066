"""The groups of a run: its circles and niches, their names, and their changes since the run before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids
from graphkoc.communities import circles, labels, niches, tracking
from graphkoc.communities.circles.profile import explained_by_joining, profile_circles
from graphkoc.communities.kinds import align, without
from graphkoc.graph import coreview
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.graph.terms import Words
from graphkoc.graph.titles import are_names, read_whole
from graphkoc.progress import Clock
from graphkoc.runs.members import MEMBER
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped
from graphkoc.text import number_or_none

__all__ = ["Grouping", "group"]

NOT_SOUGHT = "circles were not looked for, on request (--skip circles)"


@dataclass(frozen=True, eq=False)
class Grouping:
    """The groups of a run, with ids that persist; frames as in `graphkoc.runs.tables.TABLES`, as far as they go.

    info: the entries of run.json about the groups: controls, what was left out and why, what changed. log, aliases: the
    log with the categories of reviews of no product, and the categories that tags are other names of, see
    `graphkoc.communities.kinds.align`.
    """

    niches: pd.DataFrame
    members: pd.DataFrame
    products: pd.DataFrame
    circles: pd.DataFrame
    words: pd.DataFrame
    exemplars: pd.DataFrame
    events: pd.DataFrame
    lifelines: pd.DataFrame
    info: dict[str, Any]
    log: Log
    aliases: dict[str, str]


def group(
    log: Log,
    projection: Projection,
    as_of: str,
    min_size: int,
    rng_seed: int,
    previous: Run | None,
    processes: int | None,
    clock: Clock,
    kinds: Mapping[str, Sequence[str]] | None = None,
    *,
    skip_circles: bool = False,
) -> Grouping:
    """Find the circles and niches of a log, and give them their ids of the run before.

    as_of: the reference date, as the lifelines show it. processes: see `graphkoc.communities.circles.find_circles`.
    kinds: other names of categories, see `graphkoc.communities.kinds.align`. skip_circles: whether to look for no
    circles; those of the run before are remembered then, so that the next run that looks finds them by their ids.
    """
    joined = _find_joining_days(log, projection)
    options: dict[str, Any] = {"min_size": min_size, "processes": processes}
    if skip_circles:
        found = circles.Circles.of_none(NOT_SOUGHT)
        inside = found.members
        cards = profile_circles(log.network, inside, joined, rng_seed)
    else:
        with clock("finding circles"):
            options["together"] = coreview.pair_people(log)
            known = _find_known_circles(log, previous)
            found = circles.find_circles(
                log.network, joined=joined, known=known, rng_seed=rng_seed, progress=clock.progress, **options
            )
            inside = _drop_fringe(found.members)
            cards = profile_circles(log.network, inside, joined, rng_seed)
    with clock("reading words"):
        words = Words.from_frames(projection.texts, projection.reviews, projection.products, log.network.ids)
        if are_names(projection.products["title"]):
            words = read_whole(words, projection.products.set_index("product")["title"])
        log, aliases = align(log, projection.reviews, projection.products, projection.texts, kinds)
        words = without(words, set(aliases))
    with clock("finding niches"):
        features = niches.Features.of(log, projection.placed_reviews(), words)
        segments = niches.find_niches(log, min_size, rng_seed, features)
    with clock("matching circles and niches with the last run"):
        past = None if previous is None else previous.lifelines
        if skip_circles:
            of_circles = tracking.remember("circle", past)
        else:
            of_circles = tracking.follow("circle", inside, past, as_of=as_of)
        natural = segments.table["niche"].tolist()
        of_niches = tracking.follow("niche", segments.members, past, as_of=as_of, natural=natural)
        churn = {}
        if previous is not None:
            reruns = [("niche", segments.members, segments.members)]
            if not skip_circles:
                rerun_members = circles.find_circles_again(
                    log.network, rng_seed=rng_seed + 1, progress=clock.progress, **options
                )
                reruns.insert(0, ("circle", inside, _drop_fringe(rerun_members)))
            churn = {
                kind: asdict(change)
                for kind, now, rerun in reruns
                if (change := tracking.churn(kind, tracking.living(previous.lifelines, kind), now, rerun))
            }
    circle_table = _add_change(found.table.merge(cards, on="circle", how="left"), "circle", of_circles)
    circle_members = _replace_ids(found.members, "circle", of_circles)
    niche_table = _add_change(segments.table, "niche", of_niches)
    niche_members = _replace_ids(segments.members, "niche", of_niches)
    with clock("naming them"):
        circle_names = _name_groups(
            "circle", circle_table, _drop_fringe(circle_members), log, words, previous, projection, joined
        )
        niche_names = _name_groups("niche", niche_table, niche_members, log, words, previous, projection, joined)
    return Grouping(
        niche_table.drop(columns="name").merge(niche_names.table, on="niche"),
        shaped(
            "members",
            pd.concat(
                [
                    frame.rename(columns={kind: "group"}).assign(kind=kind)
                    for kind, frame in (("circle", circle_members), ("niche", niche_members))
                ]
            ),
        ),
        _replace_ids(segments.products, "niche", of_niches),
        circle_table.merge(circle_names.table, on="circle"),
        pd.concat([circle_names.words, niche_names.words], ignore_index=True),
        pd.concat([circle_names.exemplars, niche_names.exemplars], ignore_index=True),
        pd.concat([of_circles.events, of_niches.events], ignore_index=True),
        pd.concat([of_circles.lifelines, of_niches.lifelines], ignore_index=True),
        {
            "circles": {
                "control": found.control,
                "explained_by_joining": found.explained,
                "dated": found.dated,
                "why_not": found.why_not,
                "cohorts": number_or_none(explained_by_joining(log.network, inside, joined)),
                **({"names": _list_names("circle", previous)} if skip_circles else {}),
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
        log,
        aliases,
    )


def _drop_fringe(members: pd.DataFrame) -> pd.DataFrame:
    """The members of circles, without the fringe."""
    return members[members["confidence"] >= MEMBER].reset_index(drop=True)


def _find_joining_days(log: Log, projection: Projection) -> NDArray[np.float64]:
    """(n,) float64: the day on which each consumer joined or, where it is unknown, first wrote; NaN for neither.

    Where all reviews have one time the first review says nothing about joining.
    """
    stated = projection.consumers.set_index("consumer")["joined_at"].reindex(log.network.ids)
    joined = days(stated.reset_index(drop=True))
    wrote = np.where(np.isfinite(log.first_day) & (not log.timeless), log.first_day, np.nan)
    return np.where(np.isnan(joined), wrote, joined)


def _find_known_circles(log: Log, previous: Run | None) -> list[NDArray[np.int64]]:
    """The members of the previous run's circles who are in this network, as indices of nodes."""
    if previous is None:
        return []
    # Those of the lifelines: the previous run may have looked for none, and remembers them all the same.
    inside = tracking.living(previous.lifelines, "circle")
    node = number_ids(log.network.ids, inside["consumer"].to_numpy(dtype=str))
    inside = inside.assign(node=node)[node >= 0]
    return [np.sort(circle["node"].to_numpy()) for _, circle in inside.groupby("circle")]


def _list_names(kind: str, previous: Run | None) -> dict[str, str]:
    """The names of the groups of a kind in the run before, or, where it looked for none, those that it remembers."""
    if previous is None:
        return {}
    table = previous.table(f"{kind}s")
    remembered: dict[str, str] = previous.info[f"{kind}s"].get("names", {})
    return remembered | dict(zip(table[kind], table["name"], strict=True))


def _replace_ids(frame: pd.DataFrame, kind: str, followed: tracking.Followed) -> pd.DataFrame:
    """The frame with the ids that persist, of groups and their parents."""
    renamed = frame.assign(**{kind: frame[kind].map(followed.ids).astype("str")})
    if "parent" in frame:
        renamed["parent"] = frame["parent"].map(followed.ids).fillna(frame["parent"])
    return renamed


def _add_change(table: pd.DataFrame, kind: str, followed: tracking.Followed) -> pd.DataFrame:
    """A table of groups with the ids that persist, and the change of each group."""
    renamed = _replace_ids(table, kind, followed)
    return renamed.assign(change=renamed[kind].map(followed.change).astype("str"))


def _name_groups(
    kind: str,
    table: pd.DataFrame,
    members: pd.DataFrame,
    log: Log,
    words: Words,
    previous: Run | None,
    projection: Projection,
    joined: NDArray[np.float64],
) -> labels.Described:
    """The names of the groups of a kind with their evidence; the table's ids are in a column named after the kind."""
    if "basis" in table:
        table = table.assign(made_of=table["name"].where(table["basis"].isin(("tags", "title words", "review words"))))
    names = labels.describe(
        table.rename(columns={kind: "group"}),
        members.rename(columns={kind: "group"}),
        log,
        words,
        _list_names(kind, previous),
        projection.products,
        pd.concat([frame[["consumer", "platform"]] for frame in (projection.consumers, projection.accounts)]),
        joined,
    )
    return labels.Described(
        names.table.rename(columns={"group": kind}),
        names.words.assign(kind=kind),
        names.exemplars.rename(columns={"kind": "what"}).assign(kind=kind),
    )
