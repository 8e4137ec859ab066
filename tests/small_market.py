"""A small market: frames of a projection, each with the columns that are given and nothing in the others."""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc.graph.projection import Projection

__all__ = ["market"]

COUNTS = ("likes", "collects", "comments", "shares", "views", "helpful", "media", "verified")
COLUMNS = {
    "follows": ["source", "target", "weight", "since"],
    "reviews": ["review", "consumer", "product", "rating", "created_at", *COUNTS, "origin", "url"],
    "consumers": [
        *("consumer", "name", "platform", "followers", "kind", "joined_at", "quote"),
        *("handle", "url", "consent", "agency", "audience_stated", "location", "reads"),
    ],
    "products": ["product", "title", "brand", "category"],
    "engagements": ["engagement", "consumer", "review", "kind", "created_at"],
    "purchases": ["order", "product", "consumer", "bought_at", "status"],
    "texts": ["review", "title", "text", "tags"],
    "loads": ["load", "source", "loaded_at", "files"],
}
TIMES = ("since", "created_at", "joined_at", "bought_at", "loaded_at")
NUMBERS = {"weight": "float64", "rating": "float64", "quote": "float64"}


def market(**tables: list[dict[str, Any]]) -> Projection:
    """The projection of rows of each table."""
    frames = {}
    for name, columns in COLUMNS.items():
        frame = pd.DataFrame(tables.get(name, []), columns=columns)
        for column in columns:
            if column in TIMES:
                frame[column] = pd.to_datetime(frame[column]).astype("datetime64[us]")
            elif column in COUNTS or column in ("followers", "reads"):
                frame[column] = frame[column].astype("Int64")
            else:
                frame[column] = frame[column].astype(NUMBERS.get(column, "str"))
        frames[name] = frame
    identities = pd.DataFrame(tables.get("identities", []), columns=["account", "person"], dtype="str")
    return Projection.from_tables(frames | {"identities": identities})
