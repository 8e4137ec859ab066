"""Which analyses the loaded data support: each thing that an analysis rests on, and what is missing of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from graphkoc.arrays import is_among
from graphkoc.graph.action_log import Log
from graphkoc.graph.projection import Projection
from graphkoc.qualify import tiers
from graphkoc.qualify.audience import FOLLOWERS, basis
from graphkoc.text import count

__all__ = ["checks", "crawl", "describe_unattributed"]

FEW_AUTHORS = 50
MANY_EACH = 5
"""Minimum number of reviews per author for a load with few authors to count as collected around accounts."""
ENOUGH = 0.9
"""Share of the rows that must have a value for a check to pass."""


def checks(projection: Projection, consumers: pd.DataFrame) -> list[dict[str, Any]]:
    """What a projection supports: [{check, ok, detail, hint}]; the hint says what is lost where a check fails.

    Each describes what an analysis of the same data does. consumers: contact_key and unionid of every
    account.
    """
    reviews, people = projection.reviews, len(projection.consumers)
    dated = bool(reviews["created_at"].notna().any())
    known = reviews["origin"].notna() & (reviews["origin"] != "unknown")
    contacts = int(consumers.notna().any(axis=1).sum())
    log = projection.log()
    return [
        _make_check(
            "people",
            people >= 100,
            count(people, "consumers"),
            "With fewer than 100 people little stands out from chance.",
        ),
        _check_authors(projection),
        _make_check(
            "reviews have dates",
            *_check_share(reviews["created_at"], "reviews"),
            "Reviews without a date are left out of the score and the backtest."
            if dated
            else "Without dates nobody is active or first: the score is made of percentiles, which no past data check.",
        ),
        _make_check(
            "reviews have words",
            *_check_share(reviews["review"].where(is_among(reviews["review"], projection.texts["review"])), "reviews"),
            "Without review text, copied and original content cannot be detected; names of circles and niches rest "
            "on categories and products, and accounts are harder to match.",
        ),
        _check_products(projection),
        _make_check(
            "products have categories",
            *_check_share(projection.products["category"], "products"),
            "Where there are no categories, niches are made of tags, words, or products that go together.",
        ),
        _check_audiences(projection, log),
        _check_follow_dates(projection, log),
        _check_platforms(projection),
        _make_check(
            "origin of reviews",
            bool(known.any()),
            f"{int(known.sum()):,} of {count(len(reviews), 'reviews')} say whether they were earned, gifted or paid",
            "Paid and unpaid opinions cannot be distinguished here, so nobody is kept out for being paid.",
        ),
        _make_check(
            "contacts",
            contacts > 0,
            f"{contacts:,} of {count(len(consumers), 'accounts')} have a contact key or a WeCom unionid",
            "No contact data: people cannot be matched across platforms.",
        ),
    ]


def _make_check(check: str, ok: bool, detail: str, hint: str) -> dict[str, Any]:
    return {"check": check, "ok": bool(ok), "detail": detail, "hint": "" if ok else hint}


def _check_share(column: pd.Series[Any], noun: str) -> tuple[bool, str]:
    """Whether enough of a column is there, and how much in words."""
    there, rows = int(column.notna().sum()), len(column)
    return there > 0 and there >= ENOUGH * rows, f"{there:,} of {count(rows, noun)}" if rows else f"no {noun}"


def _check_products(projection: Projection) -> dict[str, Any]:
    """Whether it is known what reviews are about: a product or, where nothing is sold, tags."""
    reviews = projection.reviews
    tagged = int(projection.topics()["review"].nunique())
    ok, detail = _check_share(reviews["product"], "reviews")
    ok = ok or 0 < ENOUGH * len(reviews) <= int(reviews["product"].notna().sum()) + tagged
    detail += f"; {tagged:,} that name none have tags, which count as products" if tagged else ""
    hint = (
        "Follow-on reviews are counted by product, or by tag where no product is named; other reviews are not counted."
    )
    return _make_check("reviews name products", ok, detail, hint)


def _check_audiences(projection: Projection, log: Log) -> dict[str, Any]:
    """Whether known audiences can be compared with each other, as an analysis would."""
    counted = log.until(log.last_day).network
    heard = len(np.unique(counted.source))
    engaged = len(projection.engaged) > 0
    whom = basis(projection.ties_of()) if engaged else FOLLOWERS
    many = f"{count(len(projection.follows), 'follows')}, {count(len(projection.engagements), 'engagements')}"
    platforms = {platform for profile in tiers.profiles().values() for platform in profile.platforms}
    stated = projection.consumers["followers"].notna() & projection.consumers["platform"].isin(platforms)
    if heard:
        hint = f"Audience sizes are compared only among {tiers.COMPARED} or more people, so tiers are unknown"
    else:
        hint = "No audience is known: people are ranked by their own activity, as possible key opinion consumers"
    if stated.any():
        hint += f", except for {count(int(stated.sum()), 'people')} whose platform states their followers"
    detail = f"{many}; {count(heard, 'people')} with an audience ({whom})"
    return _make_check("follows", heard >= tiers.COMPARED, detail, f"{hint}.")


def _check_follow_dates(projection: Projection, log: Log) -> dict[str, Any]:
    """Whether follows have dates, and how many without one no analysis counts."""
    follows = projection.follows
    ok, detail = _check_share(follows["since"], "follows")
    if left := projection.uncounted(log):
        be = "is" if left == 1 else "are"
        detail += f"; {left:,} without one {be} not counted because one of the two people has reviewed nothing"
    hint = "A follow without a date counts once both people have reviewed, which slightly flatters the backtest."
    if projection.reviews.empty:
        hint = "Without reviews every follow counts, with or without a date."
    return _make_check("follows have dates", ok, detail, hint if len(follows) else "There are no follows.")


def crawl(projection: Projection) -> str | None:
    """A sentence on data that were collected around a few accounts, so not a sample of people; None for any others."""
    authors = projection.reviews["consumer"].nunique()
    if not 0 < authors < FEW_AUTHORS or len(projection.reviews) < MANY_EACH * authors:
        return None
    return f"{_describe_written(projection)}: collected around a few accounts, so not a sample of KOCs"


def describe_unattributed(projection: Projection) -> str | None:
    """How many engagements are left out because nobody is known to have written the post; None without any."""
    left = projection.unattributed
    if left.empty:
        return None
    what = "comments" if (left["kind"] == "comment").all() else "engagements"
    posts = count(left["review"].nunique(), "posts")
    be = "is" if len(left) == 1 else "are"
    return f"{count(len(left), what)} on {posts} whose author is unknown {be} left out"


def _check_authors(projection: Projection) -> dict[str, Any]:
    """Whether the load is a sample of people."""
    crawled, anybody = crawl(projection), len(projection.reviews) > 0
    hint = "People who only comment are an audience. Gather by keyword, product or group, to have many authors."
    detail = crawled or _describe_written(projection)
    if left_out := describe_unattributed(projection):
        detail += f"; {left_out}"
    return _make_check("authors", anybody and not crawled, detail, hint if anybody else "Nobody has written anything.")


def _describe_written(projection: Projection) -> str:
    reviews = projection.reviews
    notes = len(reviews) > 0 and reviews["product"].isna().mean() > 0.5
    by = count(reviews["consumer"].nunique(), "authors")
    return f"{count(len(reviews), 'notes' if notes else 'reviews')} by {by}"


def _check_platforms(projection: Projection) -> dict[str, Any]:
    """Whether people are known on more than one platform."""
    names = [name for name in projection.platforms["platform"] if name != "unknown"]
    several = int(projection.accounts["consumer"].nunique())
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    who = f"{count(several, 'people')} {'is' if several == 1 else 'are'}"
    detail = f"{len(names)} platforms ({shown}); {who} known on several accounts"
    hint = "Activity elsewhere is missing."
    if len(names) < 2:
        detail = f"one platform only: {names[0]}" if names else "no platform is named"
    elif not several:
        hint = "`graphkoc identity suggest` lists accounts that are likely one person."
    return _make_check("platforms", len(names) > 1 and several > 0, detail, hint)
