"""The posts of a wrap-up: the best, the critical and what was done about them, and those that need a look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from graphkoc.activate.outcome.definitions import Definitions
from graphkoc.activate.outcome.posts import FIGURES, MONEY, TAKEN_DOWN
from graphkoc.qualify.quality.stars import LOW
from graphkoc.text import display_name, number_or_none, text_or_none, whole_or_none

__all__ = ["check_posts", "describe_finding", "find_critical", "list_best", "list_posts"]

QUOTED = 240
"""Characters of a quote."""
FINDING = ("id", "theme", "sign", "people", "status", "owner", "due", "note")
TEXTS = ("url", "platform", "format", "direction", "title", "state", "label_seen", "filing")

Names = Mapping[str, str]
"""What people are called, by consumer."""


def list_best(posts: pd.DataFrame, names: Names, definitions: Definitions) -> list[dict[str, Any]]:
    """The posts with the most engagements."""
    known = posts[posts["engagements"] > 0]
    order = known.sort_values(["engagements", "reads", "post"], ascending=[False, False, True], kind="stable")
    return list_posts(order.head(definitions.best), names, definitions)


def list_posts(posts: pd.DataFrame, names: Names, definitions: Definitions) -> list[dict[str, Any]]:
    """Each post for JSON, with its author's name, cpe, viral and boosted, which are None where they are not known."""
    return [_describe_post(row, names, definitions) for row in posts.to_dict("records")]


def find_critical(
    posts: pd.DataFrame,
    opinions: pd.DataFrame | None,
    findings: Iterable[Mapping[str, Any]],
    notes: Names,
    names: Names,
    definitions: Definitions,
) -> dict[str, Any]:
    """The posts with a low rating or a problem in their text, what they say, and what was done.

    opinions: post, rating, constructive and quote of the posts that are known as reviews. findings: with the consumers
    who raise it. notes: the journal's last remark on each person. Returns posts (those that are named), count (of all;
    None where of no post anything is known), known (posts whose text or rating is known) and of (posts).
    """
    known = 0 if opinions is None else int(posts["post"].isin(opinions["post"]).sum())
    if opinions is None or not known:
        return {"posts": [], "count": None, "known": 0, "of": len(posts)}
    low = opinions[(opinions["rating"] <= LOW) | (opinions["constructive"] == True)]  # noqa: E712 - it may be null
    rows = posts.merge(low.drop_duplicates("post"), on="post", how="inner").to_dict("records")
    by_person = [(one, set(one.get("consumers") or ())) for one in findings]
    listed = []
    for row in rows[: definitions.critical]:
        consumer = text_or_none(row["consumer"])
        listed.append(
            {
                "name": _name(consumer, names),
                "url": text_or_none(row["url"]),
                "rating": number_or_none(row["rating"]),
                "quote": display_name(text_or_none(row["quote"]) or "", QUOTED) or None,
                "findings": [describe_finding(one) for one, people in by_person if consumer in people],
                "note": notes.get(consumer) if consumer else None,
            }
        )
    return {"posts": listed, "count": len(rows), "known": known, "of": len(posts)}


def check_posts(posts: pd.DataFrame, seen: Names, names: Names) -> dict[str, Any]:
    """Posts without a label and posts taken down, each {name, url}, and of how many nobody has recorded the label.

    seen: yes or no by consumer, as the journal has it, where the sheet of results says nothing.
    """
    labels = posts["label_seen"].fillna(posts["consumer"].map(dict(seen)))
    gone = posts["state"] == TAKEN_DOWN
    return {
        "without_label": _name_posts(posts[(labels == "no") & ~gone], names),
        "label_not_known": int((labels.isna() & ~gone).sum()),
        "taken_down": _name_posts(posts[gone], names),
        "of": len(posts),
    }


def describe_finding(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A finding as a wrap-up has it: without the people who raise it."""
    return {name: finding.get(name) for name in FINDING}


def _describe_post(row: Mapping[Any, Any], names: Names, definitions: Definitions) -> dict[str, Any]:
    consumer = text_or_none(row["consumer"])
    likes, cost, engagements = (number_or_none(row[name]) for name in ("likes", "cost", "engagements"))
    return {
        "consumer": consumer,
        "name": _name(consumer, names),
        **{name: text_or_none(row[name]) for name in TEXTS},
        "posted": None if pd.isna(row["posted_at"]) else row["posted_at"].date().isoformat(),
        "followers": whole_or_none(row["followers"]),
        **{name: number_or_none(row[name]) for name in (*FIGURES, *MONEY)},
        "cpe": cost / engagements if cost is not None and engagements else None,
        "viral": None if likes is None else likes >= definitions.viral_likes,
        "boosted": None if pd.isna(row["boost"]) else bool(row["boost"] > 0),
    }


def _name(consumer: str | None, names: Names) -> str | None:
    return None if consumer is None else names.get(consumer, consumer)


def _name_posts(posts: pd.DataFrame, names: Names) -> Sequence[dict[str, Any]]:
    return [
        {"name": _name(text_or_none(consumer), names), "url": text_or_none(url)}
        for consumer, url in zip(posts["consumer"], posts["url"], strict=True)
    ]
