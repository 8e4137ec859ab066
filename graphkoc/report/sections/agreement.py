"""Agreement: whether another ranking would name the same people."""

from __future__ import annotations

from typing import Any

from graphkoc.qualify.ranking_names import RANKINGS
from graphkoc.report.run_view import View

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 120, "Agreement"


def facts(view: View) -> dict[str, Any] | None:
    """Pairs of rankings with what they share, and the people on whom they disagree; None with fewer than two."""
    found = view.run.info["agreement"]
    if not found or len(found["rankings"]) < 2:
        return None
    kocs = view.run.kocs().set_index("consumer", drop=False)
    pairs = [
        {**pair, "a": RANKINGS[pair["a"]], "b": RANKINGS[pair["b"]], "shared": round(pair["overlap"] * found["k"])}
        for pair in found["pairs"]
    ]
    return {
        "k": found["k"],
        "people": found["people"],
        "by_lot": found["by_lot"] * found["k"],
        "rankings": [RANKINGS[name] for name in found["rankings"]],
        "pairs": pairs,
        "least": min(pairs, key=lambda pair: pair["overlap"]),
        "breaks": [
            view.link(kocs.loc[one["consumer"]]) | {"places": [one["places"][name] for name in found["rankings"]]}
            for one in found["breaks"]
            if one["consumer"] in kocs.index
        ],
    }
