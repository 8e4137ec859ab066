"""Who really posted for a campaign, when, and what else has to be known of them to see what came of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.activate.outcome.posts import read_posts
from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.errors import AnalysisError
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection

__all__ = ["SEEDED", "Activated", "read_activated", "read_seeded"]

SEEDED = ("gifted", "paid", "invited")
"""Origins of reviews that were written for somebody."""


@dataclass(frozen=True, eq=False)
class Activated:
    """The people of a campaign, by the consumer that the store's persons have.

    posted: the day of each one's first post, in days since 1970. asked: everybody
    whom the campaign asked or reached. boosted: how many posts of each were boosted. codes: whose each code is, codes
    without capitals. waves: a row per person with consumer, wave, unit and pair, None where chance drew no waves.
    second: the day on which somebody of wave 2 was first asked or posted, None where nobody was.
    """

    posted: Mapping[str, float]
    asked: Collection[str]
    boosted: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    waves: pd.DataFrame | None = None
    second: float | None = None

    @property
    def last(self) -> float:
        """The day of the last one's first post."""
        return max(self.posted.values())


def read_activated(folder: Path, campaign: Mapping[str, Any], persons: Mapping[str, str]) -> Activated:
    """The people of a campaign by its journal and posts.

    folder: of the campaigns. campaign: its document. persons: the person of each account that is one of several.
    Raises AnalysisError where nobody has posted, and StoreError where a ledger cannot be read.
    """
    name = campaign["name"]
    entries = read_journal(folder, name)
    standing = find_standing(entries, campaign["people"])
    standing["consumer"] = standing["consumer"].map(lambda one: persons.get(one, one))
    posted = standing[standing["posted_at"].notna()]
    if posted.empty:
        raise AnalysisError(
            f"nobody is known to have posted for {name}",
            hint="`graphkoc campaign update` and `graphkoc results` take in what was posted.",
        )
    begun = dict(zip(posted["consumer"], days(posted["posted_at"]).tolist(), strict=True))
    asked = {persons.get(entry["consumer"], entry["consumer"]) for entry in entries}
    waves = _read_waves(campaign, persons)
    return Activated(
        begun,
        asked | ({*waves["consumer"]} if waves is not None else set()),
        _count_boosted(folder, name, persons),
        _list_codes(campaign, standing, persons),
        waves,
        None if waves is None else _find_second(standing, waves),
    )


def read_seeded(projection: Projection, called: Sequence[str], begin: datetime, end: datetime) -> Activated:
    """The authors of reviews of a product that were written for somebody, from `begin` to before `end`.

    called: its ids. Raises AnalysisError where there is none.
    """
    reviews = projection.reviews
    inside = (reviews["created_at"] >= begin) & (reviews["created_at"] < end)
    seeded = reviews[inside & reviews["product"].isin(called) & reviews["origin"].isin(SEEDED)]
    if seeded.empty:
        raise AnalysisError(
            f"no gifted, paid or invited review of {called[0]} is known from these days",
            hint="With --campaign, those who posted by the journal of a campaign are taken.",
        )
    first = seeded.groupby("consumer")["created_at"].min()
    return Activated(dict(zip(first.index, days(first).tolist(), strict=True)), set(first.index))


def _count_boosted(folder: Path, campaign: str, persons: Mapping[str, str]) -> dict[str, int]:
    posts = read_posts(folder, campaign)
    boosted = posts[(posts["boost"] > 0) & posts["consumer"].notna()]
    people = boosted["consumer"].map(lambda one: persons.get(one, one))
    return {str(consumer): int(n) for consumer, n in people.value_counts(sort=False).items()}


def _list_codes(campaign: Mapping[str, Any], standing: pd.DataFrame, persons: Mapping[str, str]) -> dict[str, str]:
    planned = [(person["consumer"], person.get("code")) for person in campaign["people"]]
    stated = list(zip(standing["consumer"], standing["code"], strict=True))
    return {
        str(code).strip().casefold(): persons.get(consumer, consumer) for consumer, code in [*planned, *stated] if code
    }


def _read_waves(campaign: Mapping[str, Any], persons: Mapping[str, str]) -> pd.DataFrame | None:
    """The waves as chance drew them; a plan keeps that, and a sheet of people does not."""
    drawn = (campaign.get("waves") or {}).get("people")
    if not drawn:
        return None
    waves = pd.DataFrame(drawn, columns=["consumer", "wave", "unit", "pair"])
    waves["consumer"] = waves["consumer"].map(lambda one: persons.get(one, one))
    return waves.drop_duplicates("consumer", ignore_index=True)


def _find_second(standing: pd.DataFrame, waves: pd.DataFrame) -> float | None:
    later = standing[standing["consumer"].isin(waves.loc[waves["wave"] == 2, "consumer"])]
    begun = later[["invited_at", "posted_at"]].min(axis=1).dropna()
    return float(days(begun).min()) if len(begun) else None
