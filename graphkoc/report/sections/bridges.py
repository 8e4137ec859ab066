"""Bridges: people whose audience is of several circles or niches."""

from __future__ import annotations

from typing import Any

from graphkoc.report.run_view import View
from graphkoc.runs.roles import RANKED

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 60, "Bridges"

ROWS = 20


def facts(view: View) -> dict[str, Any] | None:
    """The key opinion consumers who bridge, at most ROWS of them, and how many others do; None if nobody."""
    bridges = view.run.bridges
    if bridges.empty:
        return None
    table = bridges.merge(view.run.people[["consumer", "name", "rank"]], on="consumer", how="left")
    named = table[table["role"].isin(RANKED)]
    rows = [
        view.link(row)
        | {"circles": int(row["circles"]), "twice": int(row["circles_twice"]), "niches": int(row["niches"])}
        for row in named.head(ROWS).to_dict("records")
    ]
    return {"rows": rows, "kocs": len(named), "others": len(table) - len(named)}
