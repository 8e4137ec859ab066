"""Patterns that call for a second look, and the ranking without the people who show them."""

from __future__ import annotations

from typing import Any

from graphkoc.qualify.authenticity import PATTERNS
from graphkoc.report.run_view import View

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 140, "Patterns"

ROWS = 20


def facts(view: View) -> dict[str, Any]:
    """The patterns with how many people show each, the blocks, and who moves when the suspicious are left out.

    Only key opinion consumers are named, and of those who move the ROWS who move furthest.
    """
    run, found = view.run, view.run.info["authenticity"]
    kocs = run.kocs().set_index("consumer", drop=False)
    shown = run.suspicions[run.suspicions["consumer"].isin(kocs.index)].drop_duplicates(["consumer", "pattern"])
    among = shown["pattern"].value_counts()
    moved = run.moves[run.moves["moved"].fillna(0) != 0]
    furthest = moved.loc[moved["moved"].abs().sort_values(ascending=False, kind="stable").index].head(ROWS)
    leaving = run.moves.loc[run.moves["rank_without"].isna(), "consumer"].head(ROWS)
    return {
        **found,
        "rows": [
            {"pattern": name, "meaning": PATTERNS[name], "people": people, "kocs": int(among.get(name, 0))}
            for name, people in found["patterns"].items()
        ],
        "moves": [
            view.link(kocs.loc[row["consumer"]])
            | {"before": int(row["rank"]), "after": int(row["rank_without"]), "moved": int(row["moved"])}
            for row in furthest.to_dict("records")
        ],
        "leave": [view.link(kocs.loc[consumer]) for consumer in leaving],
        "leaving": found["effect"]["leave"],
    }
