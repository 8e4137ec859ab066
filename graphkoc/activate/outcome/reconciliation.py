"""The plan and the results of a campaign, person by person and to the cent; cost and selling price apart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from graphkoc.activate.costs import UNIT
from graphkoc.activate.outcome.engagement import add_up_cents
from graphkoc.text import number_or_none, person_name

__all__ = ["add_up_goods", "reconcile"]

KINDS = ("cost", "selling")


def reconcile(people: Sequence[Mapping[str, Any]], posts: pd.DataFrame) -> dict[str, Any]:
    """What was planned and what the results say, of each person and in all.

    people: those who were invited: consumer, cost and selling as planned, and perhaps the items of
    `graphkoc.activate.costs`. posts: cost and selling of each. A planned cost is compared without the product and its
    way (product, shipping, customs, handling), which no sheet of results has; these are planned_goods.

    Returns planned_cost, planned_selling, planned_goods ({value, how}; None where nobody has one), people ([{consumer,
    name, posts, planned_cost, cost, cost_difference, planned_selling, selling, selling_difference}], all amounts None
    where they are not known), differences (the people with one), not_posted (planned, without a post), unplanned
    ({posts, cost, selling} of posts by nobody on the plan). The people and unplanned add up to the totals.
    """
    listed = {person["consumer"]: person for person in people}
    by_person = {str(one): rows for one, rows in posts.groupby("consumer")}
    rows = []
    for consumer, person in listed.items():
        theirs = by_person.get(consumer, posts.iloc[:0])
        planned = {"cost": _plan_cost(person), "selling": number_or_none(person.get("selling"))}
        row: dict[str, Any] = {
            "consumer": consumer,
            "name": person_name({"name": None, **person}),
            "posts": len(theirs),
        }
        for kind in KINDS:
            known = theirs[kind].dropna()
            actual = add_up_cents(known) if len(known) else None
            both = planned[kind] is not None and actual is not None
            row |= {f"planned_{kind}": planned[kind], kind: actual}
            row[f"{kind}_difference"] = add_up_cents([actual, -planned[kind]]) if both else None  # type: ignore[list-item, operator]
        rows.append(row)
    others = posts[~posts["consumer"].isin(listed)]
    return {
        **{f"planned_{kind}": _total([row[f"planned_{kind}"] for row in rows]) for kind in KINDS},
        "planned_goods": add_up_goods(listed.values()),
        "people": rows,
        "differences": [row for row in rows if any(row[f"{kind}_difference"] for kind in KINDS)],
        "not_posted": [row["name"] for row in rows if not row["posts"]],
        "unplanned": {"posts": len(others)} | {kind: add_up_cents(others[kind].dropna()) for kind in KINDS},
    }


def add_up_goods(people: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The product and its way of these people, as far as the plan has them: {value, how, of}."""
    return _total([_price_goods(person) for person in people])


def _plan_cost(person: Mapping[str, Any]) -> float | None:
    """What a person was to cost without the product and its way; to the cent."""
    cost = number_or_none(person.get("cost"))
    return None if cost is None else add_up_cents([cost, -(_price_goods(person) or 0.0)])


def _price_goods(person: Mapping[str, Any]) -> float | None:
    items = [amount for name in UNIT if (amount := number_or_none(person.get(name))) is not None]
    return add_up_cents(items) if items else None


def _total(amounts: Sequence[float | None]) -> dict[str, Any]:
    known = [amount for amount in amounts if amount is not None]
    return {"value": add_up_cents(known) if known else None, "how": "stated", "of": len(known)}
