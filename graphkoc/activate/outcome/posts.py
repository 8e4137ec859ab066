"""What was posted for campaigns and every reading of its figures, kept in `campaigns/posts.jsonl`.

A line has at (UTC), campaign (its name), file, and COLUMNS, of which those that are not known are null. A post is
identified by its address or, without one, by its id. Its author is a consumer of the campaign, or null where nobody can
tell: the post counts in every total all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.activate.outcome.readings import add_readings, merge_readings
from graphkoc.runs.ledger import Entry, read_entries
from graphkoc.text import fold_address

__all__ = [
    "COLUMNS",
    "FIGURES",
    "LEDGER",
    "MONEY",
    "TAKEN_DOWN",
    "add_posts",
    "find_posts",
    "identify_post",
    "join_journal",
    "read_posts",
]

LEDGER = "posts.jsonl"
TIMES = ("posted_at", "measured_at")
COUNTS = ("impressions", "reads", "likes", "collects", "comments", "shares", "engagements", "clicks", "orders")
FIGURES = (*COUNTS, "revenue")
"""What came of a post, as its platform or the sheet states it."""
MONEY = ("cost", "selling", "boost")
TEXTS = ("url", "platform", "format", "direction", "title", "filing", "label_seen", "state", "note")
COLUMNS = ("post", "consumer", *TIMES, *TEXTS, "followers", *FIGURES, *MONEY)
"""The columns of the canonical table of posts but for its campaign."""
TAKEN_DOWN = "taken down"
"""The state of a post that cannot be seen any more."""


def add_posts(folder: Path, campaign: str, posts: pd.DataFrame, file: str, now: datetime) -> list[Entry]:
    """Add the posts of a file to the ledger of a folder of campaigns; returns what was not known before.

    posts: COLUMNS, or some of them; consumer is the author's id, or missing. See `graphkoc.activate.outcome.readings`.
    """
    known = posts.reindex(columns=list(COLUMNS)).astype(object)
    rows = known.where(known.notna(), None).to_dict("records")
    return add_readings(folder / LEDGER, campaign, rows, file, now, identify_post)


def read_posts(folder: Path, campaign: str | None = None) -> pd.DataFrame:
    """The posts of a campaign, or of every one, with their newest figures: see `find_posts`."""
    entries = read_entries(folder / LEDGER)
    return find_posts(one for one in entries if campaign in (None, one.get("campaign")))


def find_posts(entries: Iterable[Entry]) -> pd.DataFrame:
    """A row a post and campaign: campaign, then COLUMNS, of each the newest value that is known.

    Times are datetime64[us] in UTC, counts and money float64, texts object; NaT, NaN and None where nothing is known.
    """
    listed = [one for one in entries if identify_post(one)]
    rows = merge_readings(listed, lambda one: f"{one.get('campaign')}\n{identify_post(one)}", "measured_at")
    table = pd.DataFrame(rows, columns=["campaign", *COLUMNS]).astype(object)
    for name in TIMES:
        texts = table[name].map(lambda cell: cell if isinstance(cell, str) else None)
        table[name] = pd.to_datetime(texts, errors="coerce", utc=True, format="ISO8601").dt.tz_localize(None)
        table[name] = table[name].astype("datetime64[us]")
    for name in ("followers", *FIGURES, *MONEY):
        table[name] = pd.to_numeric(table[name], errors="coerce").astype("float64")
    words = ["campaign", "post", "consumer", *TEXTS]
    table[words] = table[words].where(table[words].notna(), None)
    return table


def join_journal(posts: pd.DataFrame, standing: pd.DataFrame, campaign: str) -> pd.DataFrame:
    """The posts of a campaign with what the journal alone knows: posts without figures, and which were taken down.

    posts: as `find_posts` returns them. standing: as `graphkoc.activate.running.journal.find_standing` returns it. A
    post that the journal has without an address is one that the ledger lacks where its author has fewer posts there.
    """
    known = {address for url in posts["url"] if (address := fold_address(url))}
    here = posts.groupby("consumer").size()
    state, missing = posts["state"].copy(), []
    for row in standing.to_dict("records"):
        consumer, urls = row["consumer"], {fold_address(url): url for url in row["urls"]}
        mine = posts["consumer"] == consumer
        if not pd.isna(row["taken_down_at"]):
            live = posts["url"].map(fold_address).isin(urls)
            state[mine & ~live & state.isna()] = TAKEN_DOWN
        absent = [url for address, url in urls.items() if address not in known]
        unnamed = max(row["posts"] - len(absent) - int(here.get(consumer, 0)), 0)
        missing += [
            {"campaign": campaign, "consumer": consumer, "url": url, "post": f"journal:{consumer}:{number}"}
            | {"posted_at": _write_time(row["posted_at"]) if row["posts"] == 1 else None}
            for number, url in enumerate([*absent, *[None] * unnamed])
        ]
    listed = posts.assign(state=state)
    return pd.concat([listed, find_posts(missing)], ignore_index=True) if missing else listed


def identify_post(row: Mapping[Any, Any]) -> str:
    """What makes two rows the same post: its address without what differs between links, else its id."""
    url = row.get("url")
    return (fold_address(url) if isinstance(url, str) else "") or str(row.get("post") or "")


def _write_time(time: pd.Timestamp) -> str | None:
    return None if pd.isna(time) else time.isoformat()
