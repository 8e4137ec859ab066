"""The sheet of people: all key opinion consumers by rank, with what the page lists of each."""

from __future__ import annotations

from typing import Any

from graphkoc.exports.book import Column, Sheet
from graphkoc.report.people.cards import find_profile
from graphkoc.report.people.rows import list_rows
from graphkoc.report.view import View

__all__ = ["make_people"]


def make_people(view: View) -> Sheet:
    """A row for each key opinion consumer, the first by rank first."""
    say, ours = view.say, not view.reader.is_client
    found = list_rows(view, None)
    niches = {niche["key"]: niche["name"] for niche in found["niches"]}
    wide = "kol" if any(one["stated"] for one in view.run.info["reach_of"]) else "wide"
    columns = (
        Column("rank", say("people.rank"), "whole"),
        Column("name", say("people.name")),
        Column("handle", say("tables.handle")),
        Column("type", say("people.column_type")),
        Column("niche", say("people.niche")),
        Column("platforms", say("people.column_platforms")),
        Column("audience", say("people.column_audience"), "whole"),
        Column("stated", say("people.column_stated"), "whole"),
        Column("unseen", say(f"people.column_unseen_{wide}"), "whole"),
        Column("reviews", say("people.column_reviews" if view.dated else "people.column_reviews_all"), "whole"),
        Column("quality", say("people.column_quality"), "whole"),
        Column("score", say("tables.score"), "number", bar=True),
        Column("own", say("tables.own"), "number"),
        Column("others", say("tables.others"), "number"),
        *([Column("price", say("people.column_price"), "money")] if ours else []),
        Column("last", say("people.column_last"), "day"),
        Column("tags", say("people.column_tags")),
        Column("profile", say("people.profile"), "link"),
        *([Column("id", say("tables.id"))] if ours else []),
    )
    listed = zip(found["rows"], view.kocs, strict=True)
    rows = [_make_row(view, row, person["consumer"], niches) for row, person in listed]
    return Sheet("people", say("tables.people"), columns, rows, fixed=2)


def _make_row(view: View, row: dict[str, Any], consumer: str, niches: dict[str, str]) -> dict[str, Any]:
    comma, who = view.say("lists.comma"), row["who"]
    same = ("audience", "stated", "unseen", "reviews", "quality", "score", "own", "others", "last", "type")
    return {name: row[name] for name in same} | {
        "rank": who["rank"],
        "name": who["name"],
        "handle": who["handle"],
        "niche": niches.get(row["niche"] or ""),
        "platforms": comma.join(row["platforms"]) or None,
        "price": None if row["price"] is None else round(row["price"], 2),
        "tags": comma.join(row["tags"]) or None,
        "profile": find_profile(view, consumer),
        "id": who.get("consumer"),
    }
