"""The sheet of the newest plan: its people in the order in which to add them, and the reserve after them."""

from __future__ import annotations

from typing import Any

from graphkoc.exports.book import Column, Sheet
from graphkoc.report.people.cards import find_profile
from graphkoc.report.sections.plan import list_places
from graphkoc.report.view import View
from graphkoc.text import display_name

__all__ = ["make_plan"]


def make_plan(view: View) -> Sheet:
    """A row for each person of the plan; none where no plan is saved. A client's has no cost."""
    say, ours = view.say, not view.reader.is_client
    facts = view.facts("plan")
    currency = display_name(facts["currency"]) if facts else ""
    columns = (
        Column("order", say("plan.order_head"), "whole"),
        Column("name", say("people.name")),
        Column("handle", say("tables.handle")),
        Column("place", say("tables.place")),
        Column("role", say("tables.role")),
        Column("niche", say("plan.niche_head")),
        Column("reached", say("plan.reached_head"), "whole", bar=True),
        Column("only_here", say("tables.only_here"), "whole"),
        Column("posts", say("plan.posts_head"), "number"),
        *([Column("cost", _add_currency(say("plan.cost_head"), currency), "money")] if ours else []),
        *([Column("total", _add_currency(say("plan.total_head"), currency), "money")] if ours else []),
        Column("selling", _add_currency(say("plan.selling_head"), currency), "money"),
        Column("flags", say("plan.flags_head")),
        Column("profile", say("people.profile"), "link"),
        *([Column("id", say("tables.id"))] if ours else []),
    )
    rows = []
    if view.plan is not None:
        for place, people in zip(("roster", "reserve"), list_places(view, view.plan), strict=True):
            listed = zip(facts[place], people, strict=True)
            rows += [_make_row(view, row, place, str(one["consumer"])) for row, one in listed]
    return Sheet("plan", say("plan.link"), columns, rows, fixed=2)


def _add_currency(head: str, currency: str) -> str:
    return f"{head} ({currency})" if currency else head


def _make_row(view: View, row: dict[str, Any], place: str, consumer: str) -> dict[str, Any]:
    who = row["person"]
    numbers = ("posts", "cost", "total", "selling")
    rounded = {name: None if row[name] is None else round(row[name], 2) for name in numbers}
    return {
        "order": row["order"],
        "name": who["name"],
        "handle": who["handle"],
        "place": view.say(f"plan.{place}"),
        "role": row["role"],
        "niche": row["niche"],
        "reached": row["reached"],
        "only_here": row["only_here"],
        **rounded,
        "flags": view.say("lists.comma").join(row["flags"]) or None,
        "profile": find_profile(view, consumer),
        "id": who.get("consumer"),
    }
