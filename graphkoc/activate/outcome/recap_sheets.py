"""A wrap-up as three tables, as campaign tools have them: its figures, its people and its posts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphkoc.activate.outcome.engagement import add_up_cents

__all__ = ["SHEETS", "list_sheets"]

SHEETS = ("kpis", "people", "content")
SECRET = ("cost", "cpe", "planned_cost", "cost_difference")
"""Columns that a client does not see."""
SUMMED = ("impressions", "reads", "engagements")
MONEY = ("planned_cost", "planned_goods", "cost", "goods", "total", "planned_selling", "selling", "margin", "boost")
SPENDING = ("budget", "committed", "ready", "paid")
SHOWN_TO_CLIENTS = ("planned_selling", "selling", "boost")
HEARD = ("posts", "live", "invited", "accepted", "declined", "shipped", "received", "posted", "lost")

Row = dict[str, Any]


def list_sheets(recap: Mapping[str, Any], client: bool = False) -> dict[str, list[Row]]:
    """The rows of each of SHEETS, with the same figures as the document; a client's have no costs.

    kpis: part (all posts, those without boost or boosted ones), figure, value, how, target, of, posts. people: those
    invited, with what they were to cost and what came of them. content: the posts.
    """
    people, content = _list_people(recap), [dict(post) for post in recap["content"]]
    if client:
        people, content = (
            [{name: cell for name, cell in row.items() if name not in SECRET} for row in rows]
            for rows in (people, content)
        )
    return {"kpis": _list_kpis(recap, client), "people": people, "content": content}


def _list_kpis(recap: Mapping[str, Any], client: bool) -> list[Row]:
    targets = {row["figure"]: row["target"] for row in recap["targets"]}
    delivery, money = recap["delivery"], recap["money"]
    figures: list[tuple[str, str, Mapping[str, Any]]] = [("all", name, delivery[name]) for name in HEARD]
    shown = SHOWN_TO_CLIENTS if client else (*SPENDING, *MONEY)
    figures += [("all", name, money[name]) for name in shown]
    for part, known in recap["engagement"].items():
        figures += [(part, name, one) for name, one in known.items() if name not in ("posts", "by_cost", "by_selling")]
        for basis in ("by_selling",) if client else ("by_cost", "by_selling"):
            figures += [(part, f"{name}_{basis}", one) for name, one in known.get(basis, {}).items()]
    return [
        {"part": part, "figure": name, "value": one["value"], "how": one["how"]}
        | {"target": targets.get(_find_target(name)) if part == "all" else None}
        | {"of": one.get("of"), "posts": one.get("posts"), "currency": money["currency"]}
        for part, name, one in figures
        if one["value"] is not None
    ]


def _find_target(figure: str) -> str:
    """The target that stands beside a figure: that of the posts is of the live ones."""
    return {"live": "posts", "posts": ""}.get(figure, figure)


def _list_people(recap: Mapping[str, Any]) -> list[Row]:
    rows = []
    for person in recap["money"]["people"]:
        mine = [post for post in recap["content"] if post["consumer"] == person["consumer"]]
        sums: Row = {}
        for name in SUMMED:
            known = [post[name] for post in mine if post[name] is not None]
            sums[name] = int(add_up_cents(known)) if known else None
        first = min((post["posted"] for post in mine if post["posted"]), default=None)
        rows.append({**person, "posted": first, **sums})
    return rows
