"""A small campaign that is over: six people, seven posts, one of them boosted and one taken down, by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd

from graphkoc.activate.outcome.posts import find_posts
from graphkoc.activate.outcome.recap import Outcome

__all__ = ["IDS", "make_outcome", "make_post"]

IDS = tuple(f"xhs:{number}" for number in range(6))
FOLLOWERS = (2_140, 12_000, 0, 800, None, 640_000, 30)
URL = "https://www.xiaohongshu.com/explore/{:024x}"


def make_post(number: int, **more: Any) -> dict[str, Any]:
    """A line of the ledger of posts; the authors of the last two are not known."""
    return {
        "at": "2026-05-01T00:00:00+00:00",
        "campaign": "spring",
        "file": "notes.xlsx",
        "post": f"results:{number}",
        "consumer": IDS[number] if number < 5 else None,
        "url": URL.format(number),
        "platform": "xiaohongshu",
        "title": f"Kettle | note {number}",
        "posted_at": (date(2026, 4, 10) + timedelta(days=4 * number)).isoformat(),
        "measured_at": "2026-04-30",
        "followers": FOLLOWERS[number],
        "impressions": 10_000 * (number + 1),
        "reads": 900 * (number + 1),
        "likes": 100 + 400 * number,
        "collects": 20,
        "comments": 5,
        "shares": 1,
        "engagements": None if number % 2 else 130 + 400 * number,
        "cost": 300.10 + number,
        "selling": 390.25 + number,
        "boost": 500.0 if number == 2 else None,
        "label_seen": ("yes", "no", None)[number % 3],
        "state": "taken down" if number == 3 else "live",
    } | more


def make_outcome(**more: Any) -> Outcome:
    """All that can be known of it; more: other values of the fields of an outcome."""
    people = [
        {"consumer": one, "name": f"Lin {number}", "platform": "xiaohongshu", "followers": 1_000 * number}
        | {"cost": 300.10 + number, "selling": 390.25 + number + (0.01 if number == 2 else 0), "place": "roster"}
        for number, one in enumerate(IDS)
    ]
    campaign = {"name": "spring", "client": "Nordkessel", "product": "Luto Mini", "currency": "CNY", "budget": 5_000}
    campaign |= {"starts": "2026-04-01", "ends": "2026-04-30", "people": people}
    campaign |= {"targets": {"posts": 6, "exposed": 600, "impressions": 300_000, "cpe": 2.0}}
    standing = pd.DataFrame(
        {
            "consumer": IDS,
            "state": ["paid", "posted", "posted", "posted", "received", "declined"],
            "invited_at": ["2026-04-01"] * 6,
            "accepted_at": ["2026-04-02"] * 5 + [None],
            "received_at": ["2026-04-05"] * 5 + [None],
            "posted_at": ["2026-04-10", "2026-04-14", "2026-04-18", "2026-04-22", None, None],
            "note": [None, "answered on 3 May", None, None, None, None],
            "rights_until": [None, "2026-06-05", "2026-09-01", None, None, None],
        }
    )
    opinions = pd.DataFrame(
        {
            "post": ["results:1", "results:2", "results:3"],
            "rating": [2.0, 5.0, None],
            "constructive": [True, False, True],
            "quote": ["The lid drips. A silicone ring fixed it.", "great", "too loud"],
        }
    )
    findings = [
        {"id": "f1", "theme": "lid drips", "people": 6, "consumers": ["xhs:3"], "status": "done", "note": "new gasket"},
        {"id": "f2", "theme": "too loud", "people": 2, "status": "open"},
    ]
    forecast = {"campaign": "spring", "posts": 6.0, "exposed": 600, "responders": 44.2, "low": 20.0, "high": 80.0}
    forecast |= {"within": {"30": 11.0, "90": 22.1}}
    known: dict[str, Any] = {
        "campaign": campaign,
        "standing": standing,
        "posts": find_posts([make_post(number) for number in range(7)]),
        "day": date(2026, 5, 30),
        "money": {"committed": 3_600.0, "ready": 400.5, "paid": 1_200.0},
        "units": {"offered": 10, "claimed": 8, "shipped": 8, "received": 7, "reviewed": 0},
        "opinions": opinions,
        "findings": findings,
        "exposed": 512,
        "rates": [{"tier": "", "channel": "", "accept": 0.48, "deliver": 0.95, "post": 0.82, "n": 46}],
        "forecasts": [{**forecast, "total": 1_800.6}],
        "outcomes": [
            {"campaign": "spring", "posts": 6, "exposed": 512, "within": {"30": 12, "90": 19}, "total": 2_121.7}
        ],
        "lift": {"adoptions": 39, "expected": 25.3, "lift": 13.7, "low": 5.1, "high": 22.0, "p": 0.02, "controls": 99}
        | {"controls_as_large": 1, "would_have_shown": 8, "followers": 160},
    }
    return Outcome(**(known | more))
