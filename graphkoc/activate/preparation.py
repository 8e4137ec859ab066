"""What a plan is chosen from: the candidates who have a price and whom no rule forbids, and the limits on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.activate.candidates import count_left_out, list_candidates
from graphkoc.activate.costs import price_candidates
from graphkoc.activate.limits import Cap, Quota, Share
from graphkoc.activate.request import PlanRequest
from graphkoc.activate.yields import expect_posts, match_rates
from graphkoc.arrays import Values
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.invite.rules import check_invitations
from graphkoc.runs.run import Run
from graphkoc.text import count

__all__ = ["Prepared", "find_niches", "list_limits", "prepare", "weigh_followers"]


@dataclass(frozen=True, eq=False)
class Prepared:
    """The people whom a plan is chosen from.

    people: a row per person, sorted by consumer: the columns of `list_candidates`, of `price_candidates`, of
    `match_rates` and of `expect_posts`, incentive (gift or paid), spent (what one post costs, with the units of those
    who are sent one and do not post), label_needed, fields, missing and rule (what has to stand on a post, which
    columns it needs, which of these are not filled, and why). left_out: how many with a role are left out, in words;
    left_out_people: the same by reason: a key of `graphkoc.activate.candidates.LEFT_OUT`, unpriced or forbidden.
    overrides: rules that were set aside, for the journal. notice: that the rules are no legal advice.
    """

    people: pd.DataFrame
    left_out: list[str]
    left_out_people: dict[str, int]
    overrides: list[dict[str, Any]]
    notice: str


def prepare(
    run: Run,
    request: PlanRequest,
    prices: pd.DataFrame | None = None,
    rates: pd.DataFrame | None = None,
    refused: Collection[str] = (),
    invited: Collection[str] = (),
    unwilling: Collection[str] = (),
) -> Prepared:
    """The candidates with prices, yields and rules.

    prices, rates: see `graphkoc.activate.costs.read_prices` and `graphkoc.activate.yields.read_rates`. refused: people
    whom the client does not want. invited: people on earlier lists. unwilling: people who asked not to be contacted.
    Raises AnalysisError where nobody is left, and UsageError where the budget pays nobody.
    """
    away = {str(run.person(one)["consumer"]) for one in (*request.excluded, *request.booked)}
    found, left = list_candidates(run, away, refused, invited, unwilling)
    if found.empty:
        hint = "; ".join(count_left_out(left)) or "`graphkoc kocs` lists who has a role."
        raise AnalysisError("nobody is left to plan with", hint=hint)
    priced = price_candidates(found, request.costs, prices, request.post_format)
    incentive = np.where(priced["price_source"] == "gift", "gift", "paid")
    checked = check_invitations(found.assign(incentive=incentive), dict.fromkeys(request.overrides, request.why))
    yields = match_rates(found, rates)
    expected = expect_posts(yields, priced)
    needs = checked.people.rename(columns={"label": "label_needed", "sentence": "rule"})
    parts = [found, priced.drop(columns="consumer"), yields, expected]
    people = pd.concat([*parts, needs[["allowed", "label_needed", "fields", "missing", "rule"]]], axis=1)
    people = people.assign(incentive=incentive, spent=people["cost_per_post"].fillna(people["cost"]))
    unpriced = people["cost"].isna()
    forbidden = ~unpriced & ~people["allowed"]
    reasons = [
        *count_left_out(left),
        *(f"{count(n, 'people')}: {why}" for why, n in people.loc[unpriced, "why_not"].value_counts().items()),
        *(f"{count(n, 'people')}: {why}" for why, n in people.loc[forbidden, "rule"].value_counts().items()),
    ]
    numbers = {str(why): int(n) for why, n in left["why"].value_counts().sort_index().items()}
    numbers |= {"unpriced": int(unpriced.sum()), "forbidden": int(forbidden.sum())}
    kept = people[~unpriced & ~forbidden].reset_index(drop=True)
    if kept.empty:
        why = "has a price" if unpriced.any() else "may be invited"
        raise AnalysisError(f"nobody {why}, so there is no plan", hint=reasons[-1])
    if (cheapest := kept["spent"].min()) > request.budget:
        why = f"nobody can be paid with {request.budget:,.0f}: the cheapest post costs {cheapest:,.2f}"
        raise UsageError(why, hint="Raise --budget.")
    return Prepared(kept, reasons, {why: n for why, n in numbers.items() if n}, checked.overrides, checked.notice)


def find_niches(run: Run, request: PlanRequest) -> dict[str, float]:
    """The ids of the niches asked for, with their weights; UsageError for one that there is none of."""
    return {run.group(name, "niche")[1]: weight for name, weight in request.niches.items()}


def weigh_followers(run: Run, request: PlanRequest, niches: dict[str, float], followers: NDArray[np.bool_]) -> Values:
    """(n,) float64: what each person counts as a follower, in the order of the run's people.

    1, or with niches the largest weight of those that the person is in, and 0 in none; 0 for followers of somebody who
    is booked. followers: (n,) bool, who follows somebody booked.
    """
    people = run.people["consumer"]
    weight = np.ones(len(people))
    if niches:
        members = run.members_of("niche")
        best = members.assign(weight=members["niche"].map(niches)).groupby("consumer")["weight"].max()
        weight = people.map(best).fillna(0.0).to_numpy(dtype=float)
    return np.where(followers, 0.0, weight)


def list_limits(
    people: pd.DataFrame, request: PlanRequest, niches: dict[str, float], names: dict[str, str]
) -> tuple[tuple[Cap, ...], tuple[Quota, ...], tuple[Share, ...]]:
    """The caps, quotas and shares of a plan. people: as `Prepared` has them; names: of the niches, by id."""
    kol, gifted = (people["role"] == "kol").to_numpy(), people["product"].notna().to_numpy()
    caps = [
        Cap(members, most, name)
        for members, most, name in (
            (kol, request.kols, "KOLs"),
            (~kol, request.kocs, "KOCs"),
            (gifted, request.stock, "products in stock"),
        )
        if most is not None
    ]
    inside = {niche: np.array([niche in own for own in people["niches"]], dtype=bool) for niche in niches}
    quotas = [
        Quota(inside[niche], request.least_per_niche, names[niche]) for niche in niches if request.least_per_niche
    ]
    shares = []
    if request.agency_share < 1:
        agencies = people["agency"].dropna().unique()
        shares += [
            Share((people["agency"] == one).to_numpy(bool), request.agency_share, round_up=True, name=str(one))
            for one in sorted(agencies)
        ]
    if request.new_share:
        shares.append(Share(~people["new"].to_numpy(bool), 1 - request.new_share, name="known faces"))
    return tuple(caps), tuple(quotas), tuple(shares)
