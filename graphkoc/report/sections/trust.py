"""How far the ranking can be trusted: what it would have found in the data's own past, and what that does not show."""

from __future__ import annotations

import math
from typing import Any

from graphkoc.qualify.authenticity import PATTERNS
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.view import View

__all__ = ["PLACE", "facts", "write_horizon"]

PLACE = 60

LEVEL = 0.02
"""Difference of two shares, as shown, up to which rankings whose ranges overlap are level."""
BOUNDS = ("random", "oracle")
"""What nobody can rank by: chance, and the future."""
SCORES = ("score", "formula")
RESPONSE, SIZE = "past_credit", "audience"
ROWS = 10
"""People in a table of those who move, or on whom rankings disagree."""
MONTHS = {31.0: 1, 62.0: 2, 92.0: 3, 184.0: 6, 366.0: 12}
"""The months of a horizon, by its days (see `graphkoc.runs.horizon`)."""

Row = dict[str, Any]


def facts(view: View) -> dict[str, Any]:
    """The test on the past, where there is one, with what it does not show; agreement and suspicious patterns.

    short: how far to trust the ranking, in one sentence, which is the heading too. line: what follows it on the first
    screen: the shares with their ranges, and that they show no cause. tested: whether the past could be tested; without
    a test there are no rows, and the sentence says why.
    """
    tested = _describe_test(view) if _lacks(view) is None else _describe_absence(view)
    return {**tested, "agreement": _describe_agreement(view), "patterns": _describe_patterns(view)}


def _lacks(view: View) -> str | None:
    """What a test lacks: a request for it, or some of the data; None for nothing.

    Where a top is everybody, all rankings are the same.
    """
    found = view.run.info["backtest"]
    if "backtest" in view.run.skipped:
        return "request"
    if found is None:
        return str(view.run.info["backtest_lacks"])
    return "people" if min(found["candidates"]["n"]) <= min(found["n"]) else None


def _describe_absence(view: View) -> dict[str, Any]:
    lacks, found = _lacks(view), view.run.info["backtest"]
    needed = min(found["n"]) if found else None
    short = view.say(f"trust.lacks_{lacks}", **({"n": needed} if lacks == "people" else {}))
    return {"tested": False, "lacks": lacks, "short": short, "line": view.say("trust.untested"), "limits": []}


def _describe_test(view: View) -> dict[str, Any]:
    say, found = view.say, view.run.info["backtest"]
    rows = {row["ranking"]: row for row in found["rows"]}
    ours, size, top = rows["score"], rows[SIZE], _write_between(say, min(found["n"]), max(found["n"]))
    beaten = found["chance"]["credit"] > found["chance"]["highest"]
    figures = {name: say.percent(rows[row]["mean"]) for name, row in (("ours", "score"), ("size", SIZE))}
    line = say(
        "trust.line",
        top=top,
        **figures,
        ours_range=_write_bare(say, ours),
        size_range=_write_bare(say, size),
    )
    return {
        "tested": True,
        "lacks": None,
        "short": _judge(say, rows) if beaten else say("trust.no_signal"),
        "line": line,
        "beaten": beaten,
        "tests": len(found["splits"]),
        "chart": [_mark(say, rows[name]) for name in ("oracle", "score", SIZE, "random")],
        "ticks": _choose_ticks(max(max(row["high"], row["mean"]) for row in rows.values())),
        "shown": say("trust.shown", top=top, tests=len(found["splits"])),
        "caption": say("trust.caption", top=top, **figures, best=say.percent(rows["oracle"]["mean"])),
        "limits": _list_limits(view, rows),
        "placebos": _list_placebos(view),
        "rankings": _list_rankings(view),
        "splits": list(found["splits"]),
        "within": write_horizon(say, found["horizons"]),
        "people": list(found["candidates"]["n"]),
        "selected": list(found["n"]),
        "credit": list(found["credit"]),
        "parts": _list_parts(view),
    }


def _judge(say: Catalogue, rows: dict[str, Row]) -> str:
    """How the ranking does beside the two that anybody could pick by, level before the rest."""
    relations = {name: _compare(rows["score"], rows[name]) for name in (RESPONSE, SIZE)}
    order = sorted(relations, key=lambda name: relations[name] != "level")
    first, second = (say(f"trust.{relations[name]}", what=say(f"trust.by_{name}")) for name in order)
    return say("trust.short", first=first, second=second)


def _compare(ours: Row, other: Row) -> str:
    """above, level, open, under or below: never above where the ranges overlap."""
    if not _overlap(ours, other):
        return "above" if ours["low"] > other["high"] else "below"
    lead = round(ours["mean"], 2) - round(other["mean"], 2)
    return "level" if abs(lead) <= LEVEL + 1e-9 else "open" if lead > 0 else "under"


def _overlap(one: Row, other: Row) -> bool:
    return bool(one["low"] <= other["high"] and other["low"] <= one["high"])


def _list_limits(view: View, rows: dict[str, Row]) -> list[str]:
    """What the test does not show, a sentence each."""
    say, run, found = view.say, view.run, view.run.info["backtest"]
    ours, size = rows["score"], rows[SIZE]
    ranges = {
        "ours": _write_range(say, ours["low"], ours["high"]),
        "size": _write_range(say, size["low"], size["high"]),
    }
    simple = [row for name, row in rows.items() if name not in (*SCORES, *BOUNDS)]
    level = [row for row in simple if _compare(ours, row) in ("level", "under", "below")]
    near = [row for row in simple if row not in level and row["ranking"] != SIZE and _overlap(ours, row)]
    counts, unchecked = run.info["counts"], found["candidates"]["listed_unchecked"]
    sentences = [
        say("trust.overlap" if _overlap(ours, size) else "trust.apart", **ranges),
        say("trust.tests_overlap", n=len(found["splits"])),
        say("trust.do_as_well", names=_name_rankings(say, level)) if level else None,
        say("trust.near", names=_name_rankings(say, near)) if near else None,
        _describe_score(view),
        _describe_undated(say, counts),
        say("trust.unchecked", people=say.count(unchecked, "people")) if unchecked else None,
        say("trust.no_increment"),
    ]
    return [sentence for sentence in sentences if sentence]


def _name_rankings(say: Catalogue, rows: list[Row]) -> str:
    best = sorted(rows, key=lambda row: (-row["mean"], row["ranking"]))
    return say.join(
        say("trust.with_share", name=say(f"trust.ranking_{row['ranking']}"), share=say.percent(row["mean"]))
        for row in best
    )


def _describe_score(view: View) -> str:
    """Whether the score is a forecast or a formula, and why."""
    say, score, counts = view.say, view.run.info["score"], view.run.info["counts"]
    if model := score["model"]:
        return say(
            "trust.forecast",
            n=len(model["windows"]),
            months=write_horizon(say, [model["horizon_days"]]),
            kept=say.percent(model["keeps_to_formula"]),
        )
    return say("trust.formula_short" if counts["follows"] + counts["engaged"] else "trust.formula_alone")


def _describe_undated(say: Catalogue, counts: dict[str, Any]) -> str | None:
    if not counts["undated_follows"]:
        return None
    ties = say.count(counts["follows"] + counts["engaged"], "ties" if counts["engaged"] else "follows")
    return say("trust.undated", n=counts["undated_follows"], ties=ties)


def _list_placebos(view: View) -> list[dict[str, Any]]:
    """What the same people collect where influence is impossible: name, number or share, the real one, what it means.

    share: whether the two are shares, and not follow-on reviews.
    """
    say, found = view.say, view.run.info["backtest"]
    real, back, shuffled = (placebo["top_credit"] for placebo in found["placebos"])
    chance = found["chance"]
    rows = [
        ("real", real, None, say("trust.means_real")),
        ("shuffled", shuffled, real, _explain_drop(say, "follows", real, shuffled)),
        ("reversed", back, real, _explain_drop(say, "order", real, back)),
        (
            "best",
            chance["highest"],
            chance["credit"],
            say("trust.means_beaten" if chance["credit"] > chance["highest"] else "trust.means_unbeaten"),
        ),
    ]
    times = ("times", chance["shuffled"], chance["share"], say("trust.means_times"))
    copies = {"best": chance["copies"], "times": chance["shuffled_copies"]}
    return [
        {
            "name": say(f"trust.placebo_{name}", **({"n": copies[name]} if name in copies else {})),
            "number": number,
            "real": beside,
            "share": name == "times",
            "means": means,
        }
        for name, number, beside, means in [*rows, times]
    ]


def _explain_drop(say: Catalogue, what: str, real: float, placebo: float) -> str:
    """What it means that so much of the result is left."""
    if real > 1.5 * placebo:
        return say(f"trust.means_{what}", share=say.percent(1 - placebo / real))
    return say(f"trust.means_no_{what}")


def _list_rankings(view: View) -> list[dict[str, Any]]:
    """Every ranking in the test, the best first; the formula only where it is not the score itself."""
    say, found = view.say, view.run.info["backtest"]
    ours = next(row for row in found["rows"] if row["ranking"] == "score")
    rows = [row for row in found["rows"] if row["ranking"] != "formula" or row["shares"] != ours["shares"]]
    rows.sort(key=lambda row: (-row["mean"], row["ranking"]))
    return [
        {
            "label": say(f"trust.ranking_{row['ranking']}"),
            "ours": row is ours,
            "mean": row["mean"],
            "range": _write_range(say, row["low"], row["high"]) if row["high"] > row["low"] else None,
            "within": row["within"] if math.isfinite(row["within"]) else None,
            "shares": list(row["shares"]),
            "hits": sum(row["hits"]) / len(row["hits"]),
        }
        for row in rows
    ]


def _list_parts(view: View) -> list[dict[str, Any]]:
    """The platforms and niches that have people enough for a test of their own."""
    say = view.say

    def name(part: Row) -> str:
        if part["by"] == "platform":
            return say.platform(part["name"])
        return say.data(view.group("niche", part["name"])["name"])

    return [
        {
            "name": name(part),
            **{key: part[key] for key in ("candidates", "credit", "score", "audience", "random")},
            "range": _write_range(say, part["low"], part["high"]),
        }
        for part in view.run.info["backtest"]["parts"]
    ]


def _describe_agreement(view: View) -> dict[str, Any] | None:
    """Whether other rankings would name the same people; None with fewer than two rankings."""
    say, found = view.say, view.run.info["agreement"]
    if not found or len(found["rankings"]) < 2:
        return None
    pairs = [
        {
            "a": say(f"trust.ranking_{pair['a']}"),
            "b": say(f"trust.ranking_{pair['b']}"),
            "shared": round(pair["overlap"] * found["k"]),
        }
        for pair in found["pairs"]
    ]
    beside = next((i for i, pair in enumerate(found["pairs"]) if {pair["a"], pair["b"]} == {"score", SIZE}), 0)
    first = pairs[beside]
    return {
        "k": found["k"],
        "people": found["people"],
        "summary": say("trust.agreement", n=first["shared"], k=found["k"], ranking=first["b"]),
        "by_chance": say("trust.by_chance", n=round(found["by_lot"] * found["k"], 1), k=found["k"]),
        "rankings": [say(f"trust.ranking_{name}") for name in found["rankings"]],
        "pairs": pairs,
        "breaks": [
            {"who": view.who(one["consumer"]), "places": [one["places"][name] for name in found["rankings"]]}
            for one in found["breaks"][:ROWS]
            if one["consumer"] in view.people
        ],
    }


def _describe_patterns(view: View) -> dict[str, Any]:
    """The suspicious patterns with how many people show each, and the ranking without the suspicious people."""
    say, run, found = view.say, view.run, view.run.info["authenticity"]
    kocs = {person["consumer"] for person in view.kocs}
    shown = {(row["consumer"], row["pattern"]) for row in run.rows("suspicions", ["consumer", "pattern"])}
    suspicious = sum(bool(person["suspicious"]) for person in view.kocs)
    moves = [row for row in run.rows("moves", ["consumer", "rank", "rank_without", "moved"]) if row["moved"]]
    moves.sort(key=lambda row: (-abs(row["moved"]), row["rank"]))
    effect = {name: found["effect"][name] for name in ("leave", "stay", "move", "furthest")}
    return {
        "people": found["people"],
        "summary": say("trust.suspicious", people=say.count(found["people"], "people"), kocs=suspicious),
        "rows": [
            {
                "name": say(f"trust.pattern_{_key(pattern)}"),
                "means": say(f"trust.explains_{_key(pattern)}"),
                "people": found["patterns"][pattern],
                "kocs": sum(consumer in kocs for consumer, shows in shown if shows == pattern),
            }
            for pattern in PATTERNS
        ],
        "searched": found["why_not"] is None,
        "effect": say("trust.effect", **effect) if found["people"] else None,
        "moves": [
            {
                "who": view.who(row["consumer"]),
                "before": row["rank"],
                "after": row["rank_without"],
                "moved": say.signed(row["moved"]),
            }
            for row in moves[:ROWS]
        ],
    }


def _key(pattern: str) -> str:
    return pattern.replace(" ", "_").replace("-", "_")


def _mark(say: Catalogue, row: Row) -> dict[str, Any]:
    """A row of the chart."""
    name = row["ranking"]
    is_exact = row["low"] == row["high"]
    return {
        "kind": {"score": "ours", SIZE: "size"}.get(name, "limit"),
        "label": say(f"trust.chart_{name}"),
        "note": say("trust.knows_the_future") if name == "oracle" else None,
        **{key: row[key] for key in ("mean", "low", "high")},
        "range": None if is_exact else _write_range(say, row["low"], row["high"]),
    }


def _choose_ticks(highest: float) -> list[float]:
    """A scale from 0 in steps of 5, 10 or 20 points, at most six, up to the first at or above the highest share."""
    step = next(step for step in (5, 10, 20, 25) if math.ceil(100 * highest / step) <= 5 or step == 25)
    return [step * number / 100 for number in range(math.ceil(100 * highest / step) + 1)]


def _write_range(say: Catalogue, low: float, high: float) -> str:
    return say("trust.range", low=round(100 * low), high=say.percent(high))


def _write_bare(say: Catalogue, row: Row) -> str:
    """The range of a row in percent without their sign, to stand behind a share in a sentence."""
    return say("trust.bare_range", low=round(100 * row["low"]), high=round(100 * row["high"]))


def _write_between(say: Catalogue, low: int, high: int) -> str:
    return say.number(low) if low == high else say("trust.between", low=low, high=high)


def write_horizon(say: Catalogue, horizons: list[float]) -> str:
    """Horizons in months, or in days where they are none, each once."""
    kinds = list(dict.fromkeys(horizons))
    return say.join(
        say.count(MONTHS[days], "months") if days in MONTHS else say.count(round(days), "days") for days in kinds
    )
