"""What a plan is asked for, checked before anything is worked out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from graphkoc.activate.costs import Costs
from graphkoc.errors import UsageError

__all__ = ["PlanRequest"]


@dataclass(frozen=True)
class PlanRequest:
    """The limits, goals and circumstances of a plan.

    budget: the most that it may cost, above 0. niches: ids or names of the niches to reach, with how much a follower
    in each counts; empty: all followers count alike. kols, kocs: at most so many; None for any number. booked: people
    who are hired already, whose followers need nobody else. excluded: people to leave out. least_per_niche: of each
    niche named, at least so many people. new_share: of the people, at least this share is on no earlier list.
    agency_share: at most this share is of one agency. stock: at most so many products can be sent; None for any number.
    posts_a_day: at most so many posts on one day. kol_goal, koc_goal: goals of `graphkoc.activate.goal_names.GOALS`.
    post_format: the format whose prices count. product: what it is for, in words. client: whose decisions hold.
    currency: a name, for readers; nothing is converted. costs: see `graphkoc.activate.costs`. launch, blackouts: see
    `graphkoc.activate.phases`. waitlist: whether half is invited later. overrides: rules that do not hold. why: the
    reason for the overrides. rng_seed: of the draw of the halves. Raises UsageError for a value that cannot be.
    """

    budget: float
    niches: Mapping[str, float] = field(default_factory=dict)
    kols: int | None = None
    kocs: int | None = None
    booked: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    least_per_niche: int = 0
    new_share: float = 0.0
    agency_share: float = 1.0
    stock: int | None = None
    posts_a_day: int | None = None
    kol_goal: str = "responders"
    koc_goal: str = "responders"
    post_format: str | None = None
    product: str | None = None
    client: str | None = None
    currency: str = ""
    costs: Costs = field(default_factory=Costs)
    launch: date | None = None
    blackouts: tuple[tuple[date, date], ...] = ()
    waitlist: bool = True
    overrides: tuple[str, ...] = ()
    why: str = ""
    rng_seed: int = 0

    def __post_init__(self) -> None:
        if not (math.isfinite(self.budget) and self.budget > 0):
            raise UsageError(f"the budget is {self.budget:g}, and must be above 0", hint="Say what the plan may cost.")
        for niche, weight in self.niches.items():
            if not (math.isfinite(weight) and weight > 0):
                raise UsageError(f"the weight of {niche} is {weight:g}, and must be above 0", hint="Write NAME=2.")
        if self.least_per_niche and not self.niches:
            raise UsageError("a least number of people a niche needs niches", hint="Name them with --niche.")
        if self.kols == 0 and self.kocs == 0:
            raise UsageError("a plan without KOLs and without KOCs has nobody", hint="Leave out --kol 0 or --koc 0.")
        if self.overrides and not self.why.strip():
            raise UsageError("a rule is overridden only with a reason", hint="Add --why.")

    def to_dict(self) -> dict[str, Any]:
        """The request for JSON."""
        return asdict(self) | {
            "launch": self.launch and self.launch.isoformat(),
            "blackouts": [[first.isoformat(), last.isoformat()] for first, last in self.blackouts],
        }
