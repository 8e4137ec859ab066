"""Who is a candidate at a day: the people whom windows, backtest, chance test and list rank.

There are two definitions. `eligible` is that of the list: the required gates, at any day of the past, and enough known
followers to have follow-on reviews at all. `audience` needs a log alone: known audiences from 5 to the 80th percentile.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values, number_ids
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.qualify import tiers
from graphkoc.qualify.audience import basis
from graphkoc.qualify.gates.gates import Orders, add_orders, roles, share_of
from graphkoc.qualify.gates.originality import own_content
from graphkoc.qualify.gates.words import GATES, limits_of
from graphkoc.qualify.tiers import Limits
from graphkoc.runs.roles import RANKED

__all__ = ["AUDIENCE", "DEFINITIONS", "Candidates", "Eligible", "SmallAudience", "validate_definition"]

DEFINITIONS = ("eligible", "audience")

Indices = NDArray[np.int64]


def validate_definition(name: str) -> None:
    """Raise UsageError for a definition of candidates that there is none of."""
    if name not in DEFINITIONS:
        raise UsageError(f"there are no candidates {name!r}", hint=f"There are: {', '.join(DEFINITIONS)}.")


class Candidates(Protocol):
    """A definition of candidates, with its name."""

    definition: str

    def find(self, log: Log, audience: Values, as_of: float) -> Indices:
        """Indices into log.network, sorted. audience: (n,) known followers at day `as_of`; nothing later is read."""

    def count_unchecked(self, log: Log, audience: Values, as_of: float) -> int | None:
        """How many people the list has at day `as_of` who are no candidates; None where the list is not known."""


class SmallAudience:
    """Candidates by their known audience alone."""

    definition = "audience"

    def find(self, log: Log, audience: Values, as_of: float) -> Indices:
        """Who has a small audience; none where nobody has a follower."""
        try:
            return np.flatnonzero(tiers.relative(audience).small(audience))
        except AnalysisError:
            return np.empty(0, dtype=np.int64)

    def count_unchecked(self, log: Log, audience: Values, as_of: float) -> None:
        """A log has no list."""
        return


AUDIENCE = SmallAudience()


class Eligible:
    """Candidates by the gates that the list requires.

    What a platform states (followers, kind of account) is known as of today alone and stands for every day; it is in
    no feature of a score. Reviews and orders count up to the day. The gates client and tightly knit are unknown in the
    past, and keep nobody out.
    """

    definition = "eligible"

    def __init__(
        self,
        projection: Projection,
        log: Log,
        limits: Mapping[str, Limits],
        copied: pd.Series[str],
        tier_profile: str | None = None,
    ) -> None:
        """limits: by platform (`tiers.limits`). copied: reviews that nearly copy somebody else's text."""
        ids = log.network.ids
        consumers = projection.consumers.set_index("consumer").loc[ids]
        self._stated = tiers.largest_stated(consumers, projection.accounts, tier_profile)
        self._profile, self._basis = tier_profile, basis(projection.ties_of())
        self._limits = limits
        self._platform = consumers["platform"].to_numpy()
        code, platforms = pd.factorize(consumers["platform"].fillna("").to_numpy(dtype=object))
        self._limit = {
            name: np.array([limits_of(limits, one)[name] for one in platforms], dtype=float)[code]
            for name in ("days", "reviews", "letters", "own_share", "unpaid_share")
        }
        self._orders = Orders(projection.purchases, ids)
        self._is_no_person = np.isin(consumers["kind"].astype(object).to_numpy(), ["brand", "staff"])
        reviews = projection.reviews
        who, day = number_ids(ids, reviews["consumer"]), days(reviews["created_at"])
        platform = reviews["consumer"].map(consumers["platform"])
        near = reviews["review"].isin(copied).to_numpy()
        content = own_content(reviews, projection.texts, platform, self._limit["letters"][who], near)
        order = np.argsort(day, kind="stable")[: int(np.isfinite(day).sum())]
        self._day, self._who = day[order], who[order]
        self._known, self._own = content["known"].to_numpy()[order], content["own"].to_numpy()[order]
        self._paid = (reviews["origin"] == "paid").to_numpy(dtype=bool)[order]

    def list_people(self, log: Log, audience: Values, as_of: float) -> Indices:
        """Who would be on the list at day `as_of`, the possible ones included."""
        n = len(log.network)
        stated = self._stated
        size = tiers.sized(stated["platform"], stated["followers"], audience, self._profile, self._basis).table
        written = int(np.searchsorted(log.day, as_of, side="right"))
        begin = int(np.searchsorted(log.day, as_of - self._limit["days"].max(initial=0.0), side="right"))
        writer, day = log.person[begin:written], log.day[begin:written]
        recent = np.bincount(writer[day > as_of - self._limit["days"][writer]], minlength=n)
        orders = self._orders.count(as_of, self._limit["days"])
        active, _ = add_orders(recent.astype(float), orders, log.first_day <= as_of)
        then = int(np.searchsorted(self._day, as_of, side="right"))
        who, known, own, paid = self._who[:then], self._known[:then], self._own[:then], self._paid[:then]
        own_share = share_of(who[known & own], who[known], n)
        paid_share = share_of(who[paid], who, n)
        failed = {
            "person": self._is_no_person,
            "active": active < self._limit["reviews"],
            "creative": own_share < self._limit["own_share"],
            "small": ~size["tier"].isin(["small", tiers.UNKNOWN]).to_numpy(),
            "unpaid": 1 - paid_share < self._limit["unpaid_share"],
        }
        state = {f"gate_{gate.name}": np.where(failed.get(gate.name, False), "failed", "") for gate in GATES}
        people = size[["tier", "tier_profile"]].assign(**state, platform=self._platform, audience=audience)
        return np.flatnonzero(np.isin(roles(people, self._limits), RANKED))

    def find(self, log: Log, audience: Values, as_of: float) -> Indices:
        """Those on the list at day `as_of` who have known followers enough."""
        listed = self.list_people(log, audience, as_of)
        return listed[audience[listed] >= tiers.SMALLEST]

    def count_unchecked(self, log: Log, audience: Values, as_of: float) -> int:
        """How many on the list at day `as_of` have too few known followers."""
        listed = self.list_people(log, audience, as_of)
        return int((audience[listed] < tiers.SMALLEST).sum())
