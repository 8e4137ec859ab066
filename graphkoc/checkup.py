"""What a load can carry: each thing that an analysis rests on, and what is missing of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc import tiers
from graphkoc.counts import count
from graphkoc.projection import Projection

__all__ = ["checks"]

FEW_AUTHORS = 50
MANY_EACH = 5
"""Reviews an author from which a load with few authors was gathered around accounts."""


def checks(projection: Projection, consumers: pd.DataFrame) -> list[dict[str, Any]]:
    """What can be done with a projection: [{check, ok, detail, hint}]; the hint says what is lost where it is not ok.

    consumers: contact_key and unionid of every account.
    """
    reviews, follows, people = projection.reviews, projection.follows, len(projection.consumers)
    known = reviews["origin"].notna() & (reviews["origin"] != "unknown")
    heard = int((projection.ties()["source"].value_counts() >= tiers.SMALLEST).sum())
    contacts = int(consumers.notna().any(axis=1).sum())
    return [
        _found("people", people >= 100, count(people, "consumers"), "Under 100 people nothing stands out from chance."),
        _authors(projection),
        _found(
            "reviews have dates",
            *_share(reviews["created_at"], 0.9, "reviews"),
            "Without times there is no recent activity, no score and no backtest.",
        ),
        _found(
            "reviews have words",
            *_share(reviews["review"].isin(projection.texts["review"]).replace(False, None), 0.5, "reviews"),
            "Without text niches have no words for names, copied text is not found, and accounts are hard to match.",
        ),
        _found(
            "reviews name products",
            *_share(reviews["product"], 0.5, "reviews"),
            "Follow-on reviews are counted by product.",
        ),
        _found(
            "products have categories",
            *_share(projection.products["category"], 0.5, "products"),
            "Niches are found in categories.",
        ),
        _found(
            "follows",
            heard >= 20,
            f"{count(len(follows), 'follows')}, {count(len(projection.engagements), 'engagements')}; "
            f"{count(heard, 'people')} with at least {tiers.SMALLEST} known followers",
            "Without followers, or people who engage, there is no audience to rank by.",
        ),
        _found(
            "follows have dates",
            *_share(follows["since"], 0.9, "follows"),
            "A follow without a date counts once both ends have reviewed; the backtest is a little kinder for it.",
        ),
        _platforms(projection),
        _found(
            "origin of reviews",
            bool(known.any()),
            f"{int(known.sum()):,} of {len(reviews):,} reviews say whether they were earned, gifted or paid",
            "Unpaid opinions cannot be told from paid ones here.",
        ),
        _found(
            "contacts",
            contacts > 0,
            f"{contacts:,} of {len(consumers):,} accounts have a contact key or a WeCom unionid",
            "Nobody here can be invited, or found again on another platform, by an exact key.",
        ),
    ]


def _found(check: str, ok: bool, detail: str, hint: str) -> dict[str, Any]:
    return {"check": check, "ok": bool(ok), "detail": detail, "hint": "" if ok else hint}


def _share(column: pd.Series[Any], least: float, noun: str) -> tuple[bool, str]:
    """Whether enough of a column is there, and how much in words."""
    there, rows = int(column.notna().sum()), len(column)
    return there > 0 and there >= least * rows, f"{there:,} of {count(rows, noun)}" if rows else f"no {noun}"


def _authors(projection: Projection) -> dict[str, Any]:
    """Whether the load is a sample of people, or was gathered around a few accounts."""
    reviews = projection.reviews
    notes = len(reviews) > 0 and reviews["product"].isna().mean() > 0.5
    authors = reviews["consumer"].nunique()
    crawled = 0 < authors < FEW_AUTHORS and len(reviews) >= MANY_EACH * authors
    said = f"{count(len(reviews), 'notes' if notes else 'reviews')} by {count(authors, 'authors')}"
    said += ": a crawl around accounts, no KOC sample" if crawled else ""
    hint = (
        "Those who only comment are an audience. Gather by keyword, product or group, so that many authors are in it."
    )
    return _found("authors", authors > 0 and not crawled, said, hint if authors else "Nobody has written anything.")


def _platforms(projection: Projection) -> dict[str, Any]:
    """Whether people are seen on more than one platform."""
    names = [name for name in projection.platforms["platform"] if name != "unknown"]
    several = int(projection.accounts["consumer"].nunique())
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    who = f"{count(several, 'people')} {'is' if several == 1 else 'are'}"
    said = f"{len(names)} platforms ({shown}); {who} known on several accounts"
    hint = "What people do elsewhere is not seen."
    if len(names) < 2:
        said = f"one platform only: {names[0]}" if names else "no platform is named"
    elif not several:
        hint = "`graphkoc identity suggest` lists accounts that are likely one person."
    return _found("platforms", len(names) > 1 and several > 0, said, hint)
