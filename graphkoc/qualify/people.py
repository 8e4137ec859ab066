"""The table of people: everything an analysis finds out about each of them, put together in one place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.communities.find import Grouping
from graphkoc.graph.action_log import YEAR, Log, moment
from graphkoc.graph.projection import Projection
from graphkoc.measures.activity import pairs, past_credit
from graphkoc.measures.ego import ego_measures
from graphkoc.qualify.authenticity import Authenticity
from graphkoc.qualify.main_type import find_main_types
from graphkoc.qualify.quality.people import Quality
from graphkoc.qualify.score.forecast import Forecast
from graphkoc.runs.members import members_of
from graphkoc.runs.roles import RANKED, WIDE_ROLES

__all__ = ["build_people", "find_ranks_before"]

LISTED = 200
"""Key opinion consumers whose ego networks are measured."""


def build_people(
    projection: Projection,
    log: Log,
    as_of: float,
    measured: pd.DataFrame,
    qualified: pd.DataFrame,
    groups: Grouping,
    authenticity: Authenticity,
    expected: Forecast,
    quality: Quality,
) -> pd.DataFrame:
    """One row per consumer, sorted by id, with the columns of a run's people.

    as_of: the reference date, days since 1970. measured: the measures, a row per node of log.network. qualified: tiers,
    gates, origins and engagement figures, likewise. Whatever the kind of score, the factors of the formula are columns.
    """
    n = len(log.network)
    recent = np.bincount(log.person[log.day > as_of - YEAR], minlength=n).astype(float)
    last = np.full(n, -np.inf)
    np.maximum.at(last, log.person, log.day)
    consumers = projection.consumers.set_index("consumer").loc[log.network.ids]

    table = pd.DataFrame({"consumer": log.network.ids}).astype("str")
    stated = ["name", "platform", "handle", "url", "audience_stated", "location", "agency", "consent"]
    table[stated] = consumers[stated].astype("str").to_numpy()
    table["reads"] = consumers["reads"].to_numpy(dtype=float, na_value=np.nan)
    table = table.join(find_main_types(groups.log, as_of, groups.aliases))
    table["ties"] = consumers["platform"].fillna("unknown").map(projection.ties_of()).to_numpy()
    table = pd.concat([table, qualified.reset_index(drop=True), measured.reset_index(drop=True)], axis=1)
    table["reviews"] = np.bincount(log.person, minlength=n)
    table["reviews_365"] = recent
    table["audience_reviews_365"] = np.bincount(log.network.source, recent[log.network.target], minlength=n)
    dated = np.isfinite(last) & (not projection.undated)
    table["last_review"] = [moment(day) if known else pd.NaT for day, known in zip(last, dated, strict=True)]
    table["follow_on"] = past_credit(pairs(log), n, as_of, np.inf)
    table = table.assign(**_score_columns(expected))
    table["rank"] = _rank(table)
    for kind in ("niche", "circle"):
        table[kind] = _strongest(table, members_of(groups.members, kind), kind)
    for role, roles in (("kol", WIDE_ROLES), ("koc", RANKED)):
        table[f"hears_{role}"] = _follows_any(log, table["role"].isin(roles).to_numpy(dtype=bool))
    table["patterns"] = _patterns(authenticity, log)
    table["suspicious"], table["critical"] = authenticity.suspicious, authenticity.critical
    table = pd.concat([table, quality.people], axis=1)
    table = table.join(_ego_columns(log, table))
    return table.astype(dict.fromkeys([*stated, "ties"], "str") | {"last_review": "datetime64[us]"})


def find_ranks_before(people: pd.DataFrame, accounts: pd.DataFrame, before: pd.DataFrame) -> pd.Series[float]:
    """The rank of each person in the run before; NaN for those who had none.

    people: consumer. accounts: account and consumer, of persons with several. before: the people of that run. Of a
    person whose accounts were several persons then, it is the best rank of these.
    """
    ranked = before.dropna(subset=["rank"])
    joined = ranked["consumer"].map(accounts.set_index("account")["consumer"]).astype("str")
    now = joined.fillna(ranked["consumer"])
    return people["consumer"].map(ranked["rank"].astype(float).groupby(now).min()).astype(float)


def _score_columns(expected: Forecast) -> dict[str, Any]:
    """The factors, the points, the score and its interval, (n,) each."""
    score, by_hand = expected.score, expected.by_hand
    points = {f"{name}_points": earned for name, earned in (by_hand.points | score.points).items()}
    return by_hand.values | score.values | points | {"score": score.total, "low": score.low, "high": score.high}


def _rank(people: pd.DataFrame) -> pd.api.extensions.ExtensionArray:
    """(n,) Int64: the place by score among the roles that are ranked, null for the others; people: role, score."""
    candidates = np.flatnonzero(people["role"].isin(RANKED))
    order = candidates[np.lexsort((candidates, -people["score"].to_numpy()[candidates]))]
    rank = pd.array([pd.NA] * len(people), dtype="Int64")
    rank[order] = np.arange(1, len(order) + 1)
    return rank


def _strongest(people: pd.DataFrame, members: pd.DataFrame, kind: str) -> pd.Series[str]:
    """The first of each person's groups, in the order of `members`."""
    return people["consumer"].map(members.drop_duplicates("consumer").set_index("consumer")[kind]).astype("str")


def _follows_any(log: Log, speakers: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) bool: the people who follow at least one of the speakers."""
    followers = np.zeros(len(speakers), dtype=bool)
    followers[log.network.target[speakers[log.network.source]]] = True
    return followers


def _patterns(authenticity: Authenticity, log: Log) -> NDArray[Any]:
    """(n,) object: the patterns that each person shows, joined by semicolons; NaN for none."""
    shown = authenticity.suspicions.drop_duplicates(["consumer", "pattern"]).groupby("consumer")["pattern"]
    return shown.agg("; ".join).reindex(log.network.ids).to_numpy(dtype=object)


def _ego_columns(log: Log, people: pd.DataFrame) -> pd.DataFrame:
    """The measures of the ego networks of the first key opinion consumers, null for everybody else."""
    listed = np.flatnonzero((people["rank"] <= LISTED).fillna(False).to_numpy(dtype=bool))
    circle = people["circle"].astype(object).where(people["circle"].notna(), None).to_numpy()
    return ego_measures(log.network, listed, circle).reindex(range(len(people)))
