"""All key opinion consumers as rows of one table, at most as many as a page can hold."""

from __future__ import annotations

from typing import Any

from graphkoc.report.catalogue import TEXT
from graphkoc.report.people.cards import list_platforms
from graphkoc.report.people.cautions import list_tags
from graphkoc.report.people.evidence import count_unseen
from graphkoc.report.view import Person, View
from graphkoc.text import display_name, number_or_none, whole_or_none

__all__ = ["ROWS", "list_rows"]

ROWS = 300
"""People whom a page lists; a file of all is a command away."""
OPTIONAL = ("type", "platforms", "audience", "stated", "unseen", "reviews", "quality", "score", "price", "last", "tags")
"""Columns that are left out where nobody has a value."""
OWN_PARTS = ("activity_points", "content_points")
"""What a person does themselves; the rest of the score is about their audience."""


def list_rows(view: View, most: int | None = ROWS) -> dict[str, Any]:
    """The key opinion consumers by rank: {list, rows, columns, niches, platforms, capped}.

    most: how many are listed; all with None.
    rows: [{who, find, niche, type, platforms, audience, stated, unseen, reviews, quality, score, own, others, price,
    last, tags}], with None for what is not known. score is own and others: what a person does, and what their audience
    does. find: what the find box looks in. columns: those of OPTIONAL that anybody has. niches: [{key, name}], of which
    a row names the key; platforms: the names to filter by. capped: a sentence where there are more.
    """
    listed = view.kocs[:most]
    niches = {niche: f"n{place}" for place, niche in enumerate(_list_niches(view, listed), 1)}
    rows = [_make_row(view, person, niches) for person in listed]
    capped = {"shown": len(rows), "all": view.say.count(len(view.kocs), "kocs")}
    return {
        "list": view.say("people.list", kocs=view.say.count(len(view.kocs), "kocs")),
        "rows": rows,
        "columns": [name for name in OPTIONAL if any(row[name] not in (None, [], 0) for row in rows)],
        "niches": [{"key": key, "name": _name_niche(view, niche)} for niche, key in niches.items()],
        "platforms": list(dict.fromkeys(name for row in rows for name in row["platforms"])),
        "capped": view.say("people.capped", **capped) if len(rows) < len(view.kocs) else None,
    }


def _make_row(view: View, person: Person, niches: dict[str, str]) -> dict[str, Any]:
    consumer, who = person["consumer"], view.who(person["consumer"])
    type_ = display_name(person["main_type"], TEXT) if person["main_type"] else None
    unseen, known = count_unseen(view, consumer)
    score, own = round(person["score"], 2), round(_sum_own(view, person), 2)
    return {
        "who": who,
        "find": " ".join(text for text in (who["name"], who["handle"], type_) if text),
        "niche": niches.get(person["niche"]),
        "type": type_,
        "platforms": list_platforms(view, consumer),
        "audience": int(person["audience"]),
        "stated": whole_or_none(person["followers"]),
        "unseen": unseen if known else None,
        "reviews": int(person["reviews_365"] if view.dated else person["reviews"]),
        "quality": None if number_or_none(person["quality"]) is None else round(person["quality"]),
        "score": score,
        "own": own,
        "others": round(score - own, 2),
        "price": None if view.reader.is_client else number_or_none(person["quote"]),
        "last": person["last_review"].date().isoformat() if person["last_review"] is not None else None,
        "tags": list_tags(view, consumer),
    }


def _sum_own(view: View, person: Person) -> float:
    """The points for what a person does themselves, by the score's own parts."""
    parts = ("own_activity_points",) if view.run.info["score"]["kind"] == "formula" else OWN_PARTS
    return sum(number_or_none(person.get(part)) or 0.0 for part in parts)


def _list_niches(view: View, listed: list[Person]) -> list[str]:
    """The niches of these people, in the order of their names."""
    found = {person["niche"] for person in listed if person["niche"]}
    return sorted(found, key=lambda niche: (_name_niche(view, niche).casefold(), niche))


def _name_niche(view: View, niche: str) -> str:
    return str(view.group("niche", niche)["name"])
