"""The people of a plan: whom it invites, who stands in reserve, in which wave, with which code, and why each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from graphkoc.activate.codes import assign_codes
from graphkoc.activate.costs import describe_benchmark
from graphkoc.activate.greedy import Problem
from graphkoc.activate.request import PlanRequest
from graphkoc.activate.waves import Waves, split_waves
from graphkoc.activate.yields import Invitations, plan_invitations
from graphkoc.arrays import Indices
from graphkoc.text import count, number_or_none, text_or_none, whole_or_none

__all__ = ["Roster", "list_people", "make_roster", "order_reserves"]

RESERVES = 0.25
"""Of the people of a role who are invited, so many more stand in reserve, and at least one."""
WORDS = (
    *("consumer", "account", "name", "handle", "url", "platform", "role", "label", "circle", "agency", "client"),
    *("price_source", "format", "incentive", "label_needed", "rule"),
)
MONEY = (
    *("product", "retail", "shipping", "customs", "handling", "fee", "platform_fee", "tax", "rebate", "boost"),
    *("cost", "spent", "selling", "quote", "benchmark", "expected", "expected_cost"),
)


@dataclass(frozen=True, eq=False)
class Roster:
    """Who is invited and who is in reserve.

    rows: (r,) int64, rows of the people whom the plan is chosen from; the roster first, by order of choice. place: (r,)
    roster or reserve. invitations: how many are invited for the posts wanted. waves: None without a waiting list.
    codes: (r,) one of each person's own, None without.
    """

    rows: Indices
    place: list[str]
    invitations: Invitations
    waves: Waves | None
    codes: list[str | None]

    @property
    def posts(self) -> float | None:
        """The posts that can be expected; None where rates are not known."""
        expected = self.invitations.groups["expected"]
        return float(expected.sum()) if len(expected) and expected.notna().all() else None


def order_reserves(people: pd.DataFrame, problem: Problem, chosen: Indices) -> Indices:
    """The people who are not chosen, by what they would add to the chosen for their cost, the best first."""
    left = problem.weight.copy()
    for row in chosen:
        ends = slice(problem.exposure.indptr[row], problem.exposure.indptr[row + 1])
        left[problem.exposure.indices[ends]] *= 1 - problem.exposure.data[ends]
    cost = people["spent"].to_numpy(dtype=float)
    rate = np.divide(problem.exposure @ left, cost, out=np.full(len(cost), np.inf), where=cost > 0)
    others = np.setdiff1d(np.arange(len(people)), chosen)
    return others[np.argsort(-rate[others], kind="stable")]


def make_roster(
    people: pd.DataFrame,
    chosen: Indices,
    others: Indices,
    followers: csr_array,
    request: PlanRequest,
    codes: Sequence[str] | None = None,
) -> Roster:
    """Whom to invite, so that as many posts can be expected as people were chosen.

    people: as `graphkoc.activate.preparation.Prepared` has them. others: as `order_reserves` returns them. followers:
    (k, n), not 0 where somebody follows. codes: those to give out, in order.
    """
    rows = np.concatenate([chosen, others])
    order = people.iloc[rows][["consumer", "role", "expected", "lost", "n"]].rename(columns={"role": "group"})
    wanted = {str(role): int(n) for role, n in people.iloc[chosen]["role"].value_counts().items()}
    invitations = plan_invitations(order, wanted)
    listed = invitations.people.assign(row=rows)
    invited = listed[listed["status"] == "invite"]
    most = {str(role): math.ceil(n * RESERVES) for role, n in invited["group"].value_counts().items()}
    waiting = listed[(listed["status"] == "reserve") & (listed["place"] <= listed["group"].map(most).fillna(0))]
    rows = np.concatenate([invited["row"].to_numpy(), waiting["row"].to_numpy()]).astype(np.int64)
    waves = None
    if request.waitlist and len(invited) > 1:
        mine = people.iloc[invited["row"]]
        circles = [text_or_none(circle) for circle in mine["circle"]]
        drawn = followers[invited["row"].to_numpy()]
        waves = split_waves(mine["consumer"].tolist(), circles, drawn, request.rng_seed)
    given: list[str | None] = [None] * len(rows)
    if codes is not None:
        given = assign_codes(people["consumer"].iloc[rows].tolist(), codes)["code"].tolist()
    return Roster(rows, ["roster"] * len(invited) + ["reserve"] * len(waiting), invitations, waves, given)


def list_people(people: pd.DataFrame, roster: Roster, figures: Mapping[int, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row for each person of the roster and the reserve, for JSON.

    figures: what is counted and expected of each, by row of `people`: exposed, exposed_only_here, responders, capture.
    """
    wave = (
        {}
        if roster.waves is None
        else dict(zip(roster.waves.people["consumer"], roster.waves.people["wave"], strict=True))
    )
    listed = []
    for order, (row, place, code) in enumerate(zip(roster.rows.tolist(), roster.place, roster.codes, strict=True), 1):
        person = people.iloc[row]
        figure = figures[row]
        words = {name: text_or_none(person[name]) for name in WORDS}
        money = {name: number_or_none(person[name]) for name in MONEY}
        numbers = {name: whole_or_none(person[name]) for name in ("followers", "audience", "benchmark_n", "rank")}
        listed.append(
            {"order": order, "place": place}
            | words
            | money
            | numbers
            | {
                "niches": person["niches"],
                "new": bool(person["new"]),
                "needs": person["missing"],
                "wave": whole_or_none(wave.get(person["consumer"])),
                "code": code,
                "flags": person["flags"],
                **figure,
                "why": _say_why(person, figure),
            }
        )
    return listed


def _say_why(person: pd.Series[Any], figure: Mapping[str, Any]) -> str:
    """What a person adds, in words."""
    parts = []
    if figure["exposed"] is not None:
        known = "people who engaged" if person["ties"] == "engagements" else "known followers"
        alone = figure["exposed_only_here"]
        only = f", {alone:,} of them through nobody else here" if alone else ""
        parts.append(f"{figure['exposed']:,} {known}{only}")
    if person["niches"]:
        parts.append(f"writes about {', '.join(figure['niche_names'])}")
    if not person["new"]:
        parts.append("on an earlier list")
    if person["price_source"] == "quote":
        parts.append(f"asks {person['quote']:,.0f}, {describe_benchmark(person.to_dict())}")
    return "; ".join(parts) or count(int(person["audience"]), "known followers")
