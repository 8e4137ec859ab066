"""The sheets of niches and of circles: who reaches the people of each, and who is first in it."""

from __future__ import annotations

from typing import Any

from graphkoc.exports.book import Column, Sheet
from graphkoc.report.groups.rows import list_finer, list_rows, list_types, make_cards
from graphkoc.report.sections.niches import FEW_PEOPLE
from graphkoc.report.view import View
from graphkoc.runs.reached import PARTS

__all__ = ["make_circles", "make_niches"]

DECIMALS = 4
"""Of a share, which is shown as whole percent."""

Row = dict[str, Any]


def make_niches(view: View) -> Sheet:
    """A row for each niche in the order of the page, those inside another right after it; product types without any."""
    niches, circles = list_rows(view, "niche"), list_rows(view, "circle")
    if not niches and not circles:
        return _make_sheet(view, "niches", view.say("tables.types"), view.say("people.column_type"), list_types(view))
    names = {row["id"]: row["name"] for row in niches}
    rows = []
    for niche in niches:
        inside = [row for row in view.once(list_finer) if row["parent"] == niche["id"]]
        rows += [niche, *(row | {"inside": names[niche["id"]]} for row in inside)]
    return _make_sheet(view, "niches", view.say("niches.link"), view.say("people.niche"), rows)


def make_circles(view: View) -> Sheet:
    """A row for each circle, in the order of the page."""
    say = view.say
    return _make_sheet(view, "circles", say("tables.circles"), say("tables.circle"), list_rows(view, "circle"))


def _make_sheet(view: View, name: str, title: str, head: str, rows: list[Row]) -> Sheet:
    say = view.say
    columns = (
        Column("name", head),
        Column("inside", say("tables.inside")) if name == "niches" else Column("platform", say("people.platform")),
        Column("people", say("niches.column_people"), "whole"),
        Column("kocs", say("niches.column_kocs"), "whole"),
        *(Column(part, _begin_large(say(f"parts.{part}")), "whole") for part in PARTS),
        Column("white", say("niches.column_white"), "whole"),
        Column("white_share", say("tables.white_share"), "share", bar=True),
        Column("kol_share", say("tables.kol_share"), "share", bar=True),
        Column("change", say("tables.change_white"), "whole"),
        *([Column("stability", say("tables.stability"), "share")] if name == "circles" else []),
        Column("first", say("tables.first")),
        Column("words", say("tables.words")),
        Column("products", say("tables.products")),
    )
    stable = {row["circle"]: row["stability"] for row in view.run.rows("circles", ["circle", "stability"])}
    few = len(view.run.people) < FEW_PEOPLE
    cards = make_cards(view, rows) if any(row["anchor"] for row in rows) else [None] * len(rows)
    made = [
        _make_row(view, row, card, None if few else stable.get(row["id"]), few)
        for row, card in zip(rows, cards, strict=True)
    ]
    return Sheet(name, title, columns, made, fixed=1)


def _make_row(view: View, row: Row, card: Row | None, stability: float | None, few: bool) -> Row:
    """few: whether there are too few people for a share to mean anything."""
    say = view.say
    comma = say("lists.comma")
    shares = {"white_share": row["white_share"], "kol_share": row["kol_share"], "stability": stability}
    return {
        "name": row["name"],
        "inside": row.get("inside"),
        "platform": say.platform(row["platform"]) if row["kind"] == "circle" else None,
        **{name: row[name] for name in ("people", "kocs", "white", "change")},
        **(row["parts"] or dict.fromkeys(PARTS)),
        **{name: None if few or share is None else round(share, DECIMALS) for name, share in shares.items()},
        "first": comma.join(_write_who(view, who) for who in card["kocs"]) or None if card else None,
        "words": comma.join(card["words"]) or None if card else None,
        "products": comma.join(card["products"]) or None if card else None,
    }


def _begin_large(text: str) -> str:
    return text[:1].upper() + text[1:]


def _write_who(view: View, who: Row) -> str:
    name = view.say.data(who["name"])
    return f"{name} ({who['handle']})" if who["handle"] else name
