"""What a report says of suspicious patterns, and of how far rankings agree: how much weight the list bears."""

from __future__ import annotations

from typing import Any

from graphkoc.qualify.authenticity import PATTERNS
from graphkoc.runs.run import Run
from graphkoc.text import person_name

__all__ = ["agreement", "authenticity"]

ROWS = 20
RANKINGS = {
    "score": "the score",
    "formula": "the formula",
    "audience": "audience size",
    "pagerank": "PageRank",
    "engagement": "engagement received",
}


def authenticity(run: Run) -> dict[str, Any]:
    """The patterns with how many people show each, the blocks, and who moves when the suspicious are left out.

    Only key opinion consumers are named, and of those who move the ones who move furthest.
    """
    told = run.info["authenticity"]
    ranked = set(run.kocs()["consumer"])
    shown = run.suspicions[run.suspicions["consumer"].isin(ranked)].drop_duplicates(["consumer", "pattern"])
    among = shown["pattern"].value_counts()
    moved = run.moves[run.moves["moved"].fillna(0) != 0]
    furthest = moved.loc[moved["moved"].abs().sort_values(ascending=False, kind="stable").index].head(ROWS)
    names = _names(run)
    return {
        **told,
        "rows": [
            {"pattern": name, "meaning": PATTERNS[name], "people": people, "kocs": int(among.get(name, 0))}
            for name, people in told["patterns"].items()
        ],
        "moves": [
            {
                **names[row["consumer"]],
                "before": int(row["rank"]),
                "after": int(row["rank_without"]),
                "moved": int(row["moved"]),
            }
            for row in furthest.to_dict("records")
        ],
        "leave": [names[consumer] for consumer in run.moves.loc[run.moves["rank_without"].isna(), "consumer"]][:ROWS],
        "leaving": told["effect"]["leave"],
    }


def agreement(run: Run) -> dict[str, Any] | None:
    """Pairs of rankings with what they share, and the people on whom they break; None where none is told."""
    told = run.info["agreement"]
    if not told or len(told["rankings"]) < 2:
        return None
    names = _names(run)
    pairs = [
        {**pair, "a": RANKINGS[pair["a"]], "b": RANKINGS[pair["b"]], "shared": round(pair["overlap"] * told["k"])}
        for pair in told["pairs"]
    ]
    return {
        "k": told["k"],
        "people": told["people"],
        "by_lot": told["by_lot"] * told["k"],
        "rankings": [RANKINGS[name] for name in told["rankings"]],
        "pairs": pairs,
        "least": min(pairs, key=lambda pair: pair["overlap"]),
        "breaks": [
            {**names[one["consumer"]], "places": [one["places"][name] for name in told["rankings"]]}
            for one in told["breaks"]
            if one["consumer"] in names
        ],
    }


def _names(run: Run) -> dict[str, dict[str, Any]]:
    """How each key opinion consumer is called, and her rank."""
    return {
        row["consumer"]: {"who": person_name(row), "rank": int(row["rank"])}
        for row in run.kocs()[["consumer", "name", "rank"]].to_dict("records")
    }
