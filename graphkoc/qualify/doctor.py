"""What a load can carry: each thing that an analysis rests on, and what is missing of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from graphkoc.graph.action_log import Log
from graphkoc.graph.projection import Projection
from graphkoc.qualify import tiers
from graphkoc.qualify.audience import FOLLOWERS, basis
from graphkoc.text import count

__all__ = ["checks", "crawl"]

FEW_AUTHORS = 50
MANY_EACH = 5
"""Reviews an author from which a load with few authors was gathered around accounts."""
ENOUGH = 0.9
"""Share of the rows that must have a thing for it to be called there."""


def checks(projection: Projection, consumers: pd.DataFrame) -> list[dict[str, Any]]:
    """What can be done with a projection: [{check, ok, detail, hint}]; the hint says what is lost where it is not ok.

    Each says what an analysis of the same data does, and no more. consumers: contact_key and unionid of every
    account.
    """
    reviews, people = projection.reviews, len(projection.consumers)
    dated = bool(reviews["created_at"].notna().any())
    known = reviews["origin"].notna() & (reviews["origin"] != "unknown")
    contacts = int(consumers.notna().any(axis=1).sum())
    log = projection.log()
    return [
        _found(
            "people", people >= 100, count(people, "consumers"), "Of under 100 people little stands out from chance."
        ),
        _authors(projection),
        _found(
            "reviews have dates",
            *_share(reviews["created_at"], "reviews"),
            "Reviews without a date are left out of the score and the backtest."
            if dated
            else "Without dates nobody is active or first: the score is percentiles, which no past checks.",
        ),
        _found(
            "reviews have words",
            *_share(reviews["review"].isin(projection.texts["review"]).replace(False, None), "reviews"),
            "Of reviews without words copied text is not found, nor what is the author's own; names of circles and "
            "niches rest on categories and products, and accounts are harder to match.",
        ),
        _products(projection),
        _found(
            "products have categories",
            *_share(projection.products["category"], "products"),
            "Where there are no categories, niches are made of tags, words, or products that go together.",
        ),
        _audiences(projection, log),
        _dates_of_follows(projection, log),
        _platforms(projection),
        _found(
            "origin of reviews",
            bool(known.any()),
            f"{int(known.sum()):,} of {count(len(reviews), 'reviews')} say whether they were earned, gifted or paid",
            "Unpaid opinions cannot be told from paid ones here, so nobody is kept out for being paid.",
        ),
        _found(
            "contacts",
            contacts > 0,
            f"{contacts:,} of {count(len(consumers), 'accounts')} have a contact key or a WeCom unionid",
            "No contact finds anybody here again on another platform.",
        ),
    ]


def _found(check: str, ok: bool, detail: str, hint: str) -> dict[str, Any]:
    return {"check": check, "ok": bool(ok), "detail": detail, "hint": "" if ok else hint}


def _share(column: pd.Series[Any], noun: str) -> tuple[bool, str]:
    """Whether enough of a column is there, and how much in words."""
    there, rows = int(column.notna().sum()), len(column)
    return there > 0 and there >= ENOUGH * rows, f"{there:,} of {count(rows, noun)}" if rows else f"no {noun}"


def _products(projection: Projection) -> dict[str, Any]:
    """Whether it is known what reviews are about: a product or, where nothing is sold, tags."""
    reviews = projection.reviews
    tagged = int(projection.topics()["review"].nunique())
    ok, said = _share(reviews["product"], "reviews")
    ok = ok or 0 < ENOUGH * len(reviews) <= int(reviews["product"].notna().sum()) + tagged
    said += f"; {tagged:,} that name none have tags, which count as products do" if tagged else ""
    hint = "Follow-on reviews are counted by product, or by tag where no product is named: others count for nobody."
    return _found("reviews name products", ok, said, hint)


def _audiences(projection: Projection, log: Log) -> dict[str, Any]:
    """Whether known audiences can be compared with each other, as an analysis would."""
    counted = log.until(log.last_day).network
    heard = len(np.unique(counted.source))
    engaged = len(projection.engaged) > 0
    whom = basis(projection.ties_of()) if engaged else FOLLOWERS
    many = f"{count(len(projection.follows), 'follows')}, {count(len(projection.engagements), 'engagements')}"
    platforms = {platform for profile in tiers.profiles().values() for platform in profile.platforms}
    stated = projection.consumers["followers"].notna() & projection.consumers["platform"].isin(platforms)
    if heard:
        hint = f"The audiences of fewer than {tiers.COMPARED} people cannot be compared: whose is small is not known"
    else:
        hint = "Nobody's audience is known: people are ranked by their own activity, as possible key opinion consumers"
    if stated.any():
        hint += f", but for {count(int(stated.sum()), 'people')} whose platform states their followers"
    said = f"{many}; {count(heard, 'people')} with an audience ({whom})"
    return _found("follows", heard >= tiers.COMPARED, said, f"{hint}.")


def _dates_of_follows(projection: Projection, log: Log) -> dict[str, Any]:
    """Whether it is known since when people follow, and how many follows no analysis counts for want of it."""
    follows = projection.follows
    ok, said = _share(follows["since"], "follows")
    if left := projection.uncounted(log):
        said += f"; {left:,} without one {'is' if left == 1 else 'are'} not counted, as an end has reviewed nothing"
    hint = "A follow without a date counts once both ends have reviewed; the backtest is a little kinder for it."
    return _found("follows have dates", ok, said, hint if len(follows) else "There are none to have a date.")


def crawl(projection: Projection) -> str | None:
    """What to say where a load is no sample of people, but was gathered around a few accounts; None where it is."""
    authors = projection.reviews["consumer"].nunique()
    if not 0 < authors < FEW_AUTHORS or len(projection.reviews) < MANY_EACH * authors:
        return None
    return f"{_written(projection)}: a crawl around accounts, no KOC sample"


def _authors(projection: Projection) -> dict[str, Any]:
    """Whether the load is a sample of people."""
    crawled, anybody = crawl(projection), len(projection.reviews) > 0
    hint = (
        "Those who only comment are an audience. Gather by keyword, product or group, so that many authors are in it."
    )
    said = crawled or _written(projection)
    return _found("authors", anybody and not crawled, said, hint if anybody else "Nobody has written anything.")


def _written(projection: Projection) -> str:
    reviews = projection.reviews
    notes = len(reviews) > 0 and reviews["product"].isna().mean() > 0.5
    by = count(reviews["consumer"].nunique(), "authors")
    return f"{count(len(reviews), 'notes' if notes else 'reviews')} by {by}"


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
