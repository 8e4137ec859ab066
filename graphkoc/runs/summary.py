"""A run in sentences: what was analysed, what was found, how it was checked. Commands, reports and the API use them."""

from __future__ import annotations

from collections import Counter

from graphkoc.runs.horizon import describe_horizons
from graphkoc.runs.reached import describe_loaded, describe_parts, wide_words
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.text import count

__all__ = ["describe_absence", "describe_backtest", "describe_ranking", "describe_run"]

NOTHING_FOUND = {
    "niche": "No niche was found: no segment reviews anything more than chance explains.",
    "circle": "No circle was found: none is recovered in resampled networks.",
}


def describe_run(run: Run) -> list[str]:
    """What was analysed and found, a sentence or a list of counts each: data, circles, niches, ranking, tiers, check.

    The first sentence is the run's notice, where it has one.
    """
    counts, roles = run.info["counts"], Counter(row["role"] for row in run.rows("people", ["role"]))
    listed = sum(roles[role] for role in RANKED)
    who = "possible key opinion consumers" if listed == roles["possible"] > 0 else "key opinion consumers"
    niches = count(len(run.rows("niches", ["niche"])), "niches")
    sentences = [
        run.info["settings"]["notice"],
        f"{count(counts['consumers'], 'consumers')}, {count(counts['reviews'], 'reviews')}, {_count_ties(run)}"
        f"{_count_purchases(run)}",
        run.info["crawl"],
        run.info["left_out"],
        _count_circles(run),
        f"{niches} ({run.info['niche_control']} with categories shuffled), "
        f"{count(listed, who)} by the {run.info['score']['kind']}",
        None if listed else f"No list: {run.info['score']['why']}.",
        f"of {count(counts['consumers'], 'consumers')}, {describe_parts(run.info['parts'], wide_words(run))}",
        *describe_loaded(run),
        _describe_tiers(run),
        describe_backtest(run),
    ]
    return [sentence for sentence in sentences if sentence]


def describe_ranking(run: Run) -> list[str]:
    """What to know before relying on the ranking: how it was made and checked, and which people it is of."""
    if not run.info["counts"]["reviews"]:
        return [f"No list: {run.info['score']['why']}."]
    sentences = [f"Ranked by {_describe_score(run)}.", describe_backtest(run)]
    if followers := run.info["stands_in"]:
        sentences.append(f"{followers[:1].upper()}{followers[1:]}.")
    if crawl := run.info["crawl"]:
        sentences.append(f"These are {crawl}.")
    return sentences


def _describe_score(run: Run) -> str:
    score = run.info["score"]
    if not score["model"]:
        return f"the {score['kind']}"
    return f"a forecast of the next {describe_horizons([score['model']['horizon_days']])}"


def describe_backtest(run: Run) -> str:
    """What the past of the data shows of the ranking, or why it shows nothing."""
    if run.info["backtest"]:
        return str(run.info["backtest"]["verdict"])
    return f"Not checked against the past: {run.info['backtest_why_not']}."


def describe_absence(run: Run, kind: str) -> str:
    """Why a run has no group of a kind: niche or circle."""
    why_not = run.info[f"{kind}s"]["why_not"]
    if f"{kind}s" in run.skipped:
        return f"{why_not[:1].upper()}{why_not[1:]}."
    return f"No {kind} is published: {why_not}." if why_not else NOTHING_FOUND[kind]


def _count_ties(run: Run) -> str:
    """How many ties there are, and on which platforms they are not follows."""
    counts = run.info["counts"]
    engaged = [platform for platform, ties in run.info["ties_of"].items() if ties == "engagements"]
    follows = [count(counts["follows"], "follows")] if counts["follows"] or not engaged else []
    if left := counts["uncounted_follows"]:
        left_out = f"{left:,} more are undated and not counted, because one of the two has reviewed nothing"
        follows[-1:] = [f"{count(counts['follows'], 'follows')} ({left_out})"]
    stand_in = f"{count(counts['engaged'], 'ties')} by engagement"
    stand_in += f" (on {', '.join(engaged)}, where follows are not available)"
    return ", ".join([*follows, stand_in] if engaged else follows)


def _count_purchases(run: Run) -> str:
    """How many purchases and customers there are, to go on a list; nothing where there are none."""
    counts = run.info["counts"]
    if not counts["purchases"]:
        return ""
    return f", {count(counts['purchases'], 'purchases')} by {count(counts['customers'], 'customers')}"


def _describe_tiers(run: Run) -> str:
    """The audience size limits used, and why."""
    tiers = run.info["tiers"]
    small = f"{tiers['small']}, by the tiers {tiers['name']}: " if tiers["small"] else ""
    return f"{small}{tiers['why']}"


def _count_circles(run: Run) -> str:
    """How many circles there are, or why none is published."""
    circles = run.info["circles"]
    if "circles" in run.skipped:
        return str(circles["why_not"])
    if circles["why_not"]:
        return f"no circle is published: {circles['why_not']}"
    status = Counter(row["status"] for row in run.rows("circles", ["status"]))
    chance = sum(circles["control"].values())
    return f"{count(status['published'], 'circles')}, {status['tentative']} tentative ({chance} in the rewired network)"
