"""A small run: an analysis of a small market with everything that the data of one analysis can have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from small_market import market

import graphkoc
from graphkoc.analysis import Settings, analyse
from graphkoc.graph.projection import Projection
from graphkoc.progress import Clock

__all__ = ["analyse_small_market", "small_market"]

PLATFORMS = ("forum", "weibo", "xiaohongshu", "instagram")
PEOPLE, BEFORE = 60, 45
CATEGORIES = ("Tea", "Toys", "Pots", "Books")
BRAND = graphkoc.Brand(("Kettle & Co",), ("Other",))


def analyse_small_market(folder: Path) -> graphkoc.Run:
    """A run of the market in folder/run, which follows on from a run of its first people."""
    before = analyse(small_market(BEFORE), folder / "before", Settings(brand=BRAND), Clock(None), processes=1)
    settings = Settings(brand=BRAND)
    run = analyse(small_market(PEOPLE), folder / "run", settings, Clock(None), previous=before, processes=1)
    run.save()
    return run


def small_market(people: int) -> Projection:
    """People on platforms with tier files and on one without, who state followers, with a brand and its rival.

    Fifteen people each write about the six products of one category; with few people the last category is missing.
    """
    ids = [f"{PLATFORMS[number % 4]}:{number:02}" for number in range(people)]
    # Each follows the next seven, who also write about what this person wrote about a little later; the first
    # four are followed by everybody.
    pairs = {(ids[(number + step) % people], one) for number, one in enumerate(ids) for step in range(1, 8)}
    pairs |= {(one, other) for one in ids[:4] for other in ids if one != other}
    reviews: list[dict[str, Any]] = [
        {
            "review": f"r{number}-{turn}",
            "consumer": one,
            "product": f"p{6 * (number // 15) + (number + turn) % 6}",
            "rating": 1.0 + (number + turn) % 5,
            "created_at": f"2026-0{1 + turn}-{1 + number % 28:02}",
            "likes": 3 * number + turn,
            "origin": ("earned", "paid", "gifted", None)[(number + turn) % 4],
        }
        for number, one in enumerate(ids)
        for turn in range(6)
    ]
    files = [{"file": "reviews.csv", "read": len(reviews) + 6, "loaded": len(reviews), "duplicate": 4, "rejected": 2}]
    return market(
        consumers=[
            {"consumer": one, "name": f"Person {number}", "platform": one.partition(":")[0]}
            | {"kind": ("person", None, "brand")[number % 3]}
            | ({} if one.startswith("forum") or number % 5 == 0 else {"followers": 40 * 3 ** (number % 9)})
            for number, one in enumerate(ids)
        ],
        follows=[{"source": source, "target": target, "weight": 1.0} for source, target in sorted(pairs)],
        reviews=reviews,
        texts=[
            {"review": row["review"], "text": f"{row['consumer']} boils {row['product']} in two minutes, quietly"}
            for row in reviews
        ],
        products=[
            {
                "product": f"p{number}",
                "brand": ("Kettle & Co", "Other")[number % 2],
                "category": CATEGORIES[number // 6],
            }
            for number in range(24)
        ],
        purchases=[
            {"order": f"o{number}", "consumer": one, "product": f"p{number % 6}", "bought_at": "2026-03-01"}
            for number, one in enumerate(ids[::2])
        ],
        loads=[{"load": "shop:1", "source": "shop", "loaded_at": "2026-07-01", "files": json.dumps(files)}],
    )
