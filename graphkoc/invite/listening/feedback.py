"""Feedback: answers about a product by people who were asked, which are never kept as reviews.

`campaigns/feedback.jsonl` has a line for each answer: at (UTC, when it was read), campaign (the name of the campaign or
group), file, consumer, product (id or, where the store has none, as it is written; null for none), rating (0 to 5 or
null), text, given_at (the day, or null). An answer that says what a line already says is known.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.invite.unwilling import FILE as EVENTS
from graphkoc.invite.unwilling import find_unwilling
from graphkoc.runs.ledger import Entry, add_entries, read_entries
from graphkoc.text import number_or_none, text_or_none

__all__ = ["FILE", "add_answers", "identify_answer", "list_answers_of", "make_answer", "read_answers"]

FILE = "feedback.jsonl"
SAYS = ("campaign", "consumer", "product", "rating", "text", "given_at")
"""What makes an answer the same as another."""
COLUMNS = ("consumer", "product", "rating", "text", "given_at")


def make_answer(
    campaign: str, file: str, consumer: str, product: str | None, row: Mapping[Any, Any], now: datetime | None = None
) -> Entry:
    """An answer as the ledger keeps it. row: rating, text and given_at of the table `feedback`."""
    given = row.get("given_at")
    time = now or datetime.now(UTC)
    return {
        "at": time.isoformat(timespec="seconds"),
        "campaign": campaign,
        "file": file,
        "consumer": consumer,
        "product": product,
        "rating": number_or_none(row.get("rating")),
        "text": text_or_none(row.get("text")),
        "given_at": None if given is None or pd.isna(given) else pd.Timestamp(given).isoformat(timespec="seconds"),
    }


def add_answers(folder: Path, answers: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """Add answers that are not known to the ledger, all or none; returns what was added.

    folder: as `graphkoc.invite.saved.campaigns_folder` gives it. Raises StoreError where it cannot be written.
    """

    def find_new(held: list[Entry]) -> list[Mapping[str, Any]]:
        known = {identify_answer(entry) for entry in held}
        new: dict[str, Mapping[str, Any]] = {}
        for answer in answers:
            if (key := identify_answer(answer)) not in known:
                new.setdefault(key, answer)
        return list(new.values())

    return add_entries(folder / FILE, find_new)


def read_answers(folder: Path, campaign: str | None = None, persons: Mapping[str, str] | None = None) -> list[Entry]:
    """The answers of a campaign or group, or of all, the oldest line first; incomplete lines are passed over.

    persons: the consumer in lists by account, for people with several accounts; each answer has that one. What
    somebody answered who has taken their consent back is left out.
    """
    whose = persons or {}
    objections = find_unwilling(read_entries(folder / EVENTS), whose)
    withdrawn = {consumer for consumer, entry in objections.items() if entry["event"] == "withdrawn"}
    answers = [
        entry | {"consumer": whose.get(entry["consumer"], entry["consumer"])}
        for entry in read_entries(folder / FILE)
        if _is_whole(entry) and campaign in (None, entry["campaign"])
    ]
    return [entry for entry in answers if entry["consumer"] not in withdrawn]


def list_answers_of(answers: Iterable[Mapping[str, Any]], consumer: str) -> list[dict[str, Any]]:
    """What one person answered, the newest first: [{campaign, product, rating, text, given_at}]."""
    theirs = [entry for entry in answers if entry["consumer"] == consumer]
    theirs.sort(key=lambda entry: entry.get("given_at") or "", reverse=True)
    return [{name: entry.get(name) for name in ("campaign", *COLUMNS[1:])} for entry in theirs]


def identify_answer(entry: Mapping[str, Any]) -> str:
    """What makes an answer the same as another: 16 hexadecimal digits of what it says."""
    content = json.dumps([entry.get(name) for name in SAYS], ensure_ascii=False)
    return hashlib.sha256(content.encode(errors="surrogatepass")).hexdigest()[:16]


def _is_whole(entry: Mapping[str, Any]) -> bool:
    """Whether a line is an answer of somebody, whatever else is in it."""
    rating, given = entry.get("rating"), entry.get("given_at")
    try:
        if given is not None:
            datetime.fromisoformat(given)
    except (TypeError, ValueError):
        return False
    return (
        all(isinstance(entry.get(name), str) for name in ("campaign", "consumer"))
        and all(entry.get(name) is None or isinstance(entry[name], str) for name in ("product", "text"))
        and (rating is None or (isinstance(rating, int | float) and not isinstance(rating, bool)))
    )
