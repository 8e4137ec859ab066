"""Backtest: whether the ranking would have found the people whose followers reviewed next."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from graphkoc.qualify.ranking_names import RANKINGS
from graphkoc.report import charts
from graphkoc.report.number_formats import TEXT
from graphkoc.report.run_view import View
from graphkoc.runs.horizon import describe_horizons
from graphkoc.runs.run import Run
from graphkoc.runs.summary import describe_backtest
from graphkoc.text import display_name

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 130, "Backtest"

YARDSTICKS = {"score", "formula", "random", "oracle"}
"""The score and its formula, and two bounds that nobody could rank by; the rest are the simple rankings."""


def facts(view: View) -> dict[str, Any]:
    """The rankings with what each found, the placebos, and what chance finds; only the verdict where untested."""
    run, found = view.run, view.run.info["backtest"]
    if found is None:
        return {"tested": False, "verdict": describe_backtest(run)}
    by_name = {row["ranking"]: row for row in found["rows"]}
    ours, size = by_name["score"], by_name["audience"]
    # Where the score is the formula, both rows are the same: two of them would look like independent evidence.
    rows = [row for row in found["rows"] if row["ranking"] != "formula" or row["shares"] != ours["shares"]]
    rows = sorted(rows, key=lambda row: (-row["mean"], row["ranking"]))
    plain = max((row for row in rows if row["ranking"] not in YARDSTICKS), key=lambda row: row["mean"])
    marks = [
        "ours" if row["ranking"] == "score" else "limit" if row["ranking"] in ("oracle", "random") else "plain"
        for row in rows
    ]
    labels = [RANKINGS.get(row["ranking"], row["ranking"]) for row in rows]
    means, lows, highs = ([row[name] for row in rows] for name in ("mean", "low", "high"))
    placebos = {placebo["name"]: placebo for placebo in found["placebos"]}
    return {
        "tested": True,
        "rows": [{**row, "label": label, "ours": row is ours} for row, label in zip(rows, labels, strict=True)],
        "splits": found["splits"],
        "horizon": describe_horizons(found["horizons"]),
        "candidates": found["candidates"],
        "credit": found["credit"],
        "n": found["n"],
        "named": _write_range(found["n"]),
        "verdict": describe_backtest(run),
        "chance": found.get("chance"),
        "margin": found.get("margin"),
        "notes": found.get("notes", ()),
        "parts": [part | {"label": _name_part(run, part)} for part in found.get("parts", ())],
        "placebos": found["placebos"],
        "real": placebos.get("real"),
        "reversed": placebos.get("time reversed"),
        "ours": ours,
        "size": size,
        "plain": plain,
        "plain_label": RANKINGS.get(plain["ranking"], plain["ranking"]),
        "overlaps": not (ours["low"] > plain["high"] or plain["low"] > ours["high"]),
        "hits": sum(ours["hits"]) / len(ours["hits"]),
        "hits_by_lot": sum(by_name["random"]["hits"]) / len(by_name["random"]["hits"]),
        "figure": Markup(charts.interval_bars(labels, means, lows, highs, marks)),
    }


def _name_part(run: Run, part: dict[str, Any]) -> str:
    named = run.group_name("niche", part["name"]) if part["by"] == "niche" else None
    return display_name(f"{part['by']} {named or part['name']}", TEXT)


def _write_range(numbers: list[int]) -> str:
    low, high = min(numbers), max(numbers)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"
