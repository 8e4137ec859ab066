"""What a run says of itself, in sentences."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import graphkoc
from graphkoc.runs.reached import PARTS
from graphkoc.runs.run import Run
from graphkoc.runs.summary import describe_backtest
from graphkoc.runs.tables import shaped

INFO: dict[str, Any] = {
    "settings": {"notice": None},
    "counts": {
        "consumers": 40,
        "reviews": 80,
        "follows": 200,
        "engaged": 0,
        "uncounted_follows": 0,
        "purchases": 0,
        "customers": 0,
    },
    "ties_of": {"csv": "follows"},
    "parts": {"reached_kol": 20, "only_koc": 6, "nobody": 4, "not_known": 10},
    "reach_of": [],
    "crawl": None,
    "left_out": None,
    "stands_in": None,
    "circles": {"why_not": None, "control": {"published": 0, "tentative": 1}},
    "niches": {"why_not": None},
    "niche_control": 0,
    "score": {
        "kind": "formula",
        "why": "the past is short; there is not enough for a list: nobody passes every gate",
        "model": None,
    },
    "tiers": {"name": "relative", "small": "a small audience is 5 to 18 known followers", "why": "no limits fit"},
    "backtest": None,
    "backtest_why_not": "the past is too short",
}


def run(roles: tuple[str, ...] = ("koc",), status: tuple[str, ...] = (), **info: Any) -> Run:
    """A run of these roles and circles, with some entries of `info` replaced."""
    blank = {"reviews": 1, "posts": 1, "posts_engaged": 0, "hears_kol": False, "hears_koc": False, "suspicious": False}
    ids = [f"csv:{n}" for n in range(len(roles))]
    people = shaped("people", pd.DataFrame({"consumer": ids, "role": roles, **blank}))
    circles = pd.DataFrame({"circle": [f"c{n}" for n in range(len(status))], "status": status})
    circles = shaped("circles", circles.assign(people=10, **dict.fromkeys(("kocs", "kols", "wide", *PARTS), 0)))
    return Run("run", INFO | info, people=people, circles=circles)


def counts(**changed: int) -> dict[str, int]:
    return INFO["counts"] | changed


def test_a_run_says_what_was_analysed_found_and_checked() -> None:
    assert graphkoc.describe_run(run(("koc", "possible", "kol", "none"), ("published", "tentative", "tentative"))) == [
        "40 consumers, 80 reviews, 200 follows",
        "1 circle, 2 tentative (1 in the rewired network)",
        "0 niches (0 with categories shuffled), 2 key opinion consumers by the formula",
        "of 40 consumers, KOLs reach 20, only KOCs reach 6, nobody listed reaches 4, and of 10 it is not known",
        "a small audience is 5 to 18 known followers, by the tiers relative: no limits fit",
        "Not checked against the past: the past is too short.",
    ]


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (run(settings={"notice": "Everything is invented."}), "Everything is invented."),
        (run(crawl="80 notes by 3 authors: a crawl"), "80 notes by 3 authors: a crawl"),
        (run(("possible",)), "0 niches (0 with categories shuffled), 1 possible key opinion consumer by the formula"),
        (
            run(("none",)),
            "No list: the past is short; there is not enough for a list: nobody passes every gate.",
        ),
        (
            run(circles={"why_not": "2 were found in the rewired network", "control": {}}),
            "no circle is published: 2 were found in the rewired network",
        ),
        (run(tiers={"name": "relative", "small": None, "why": "nobody has any"}), "nobody has any"),
        (run(left_out="2 comments are left out"), "2 comments are left out"),
        (
            run(counts=counts(purchases=3, customers=1)),
            "40 consumers, 80 reviews, 200 follows, 3 purchases by 1 customer",
        ),
        (run(backtest={"verdict": "The ranking works."}), "The ranking works."),
        (
            run(counts=counts(uncounted_follows=4)),
            "40 consumers, 80 reviews, 200 follows (4 more are undated and not counted, because one of the two has "
            "reviewed nothing)",
        ),
        (
            run(ties_of={"xiaohongshu": "engagements"}, counts=counts(follows=0, engaged=9)),
            "40 consumers, 80 reviews, 9 ties by engagement (on xiaohongshu, where follows are not available)",
        ),
        (
            run(ties_of={"xiaohongshu": "engagements", "csv": "follows"}, counts=counts(engaged=1)),
            "40 consumers, 80 reviews, 200 follows, 1 tie by engagement (on xiaohongshu, where follows are not "
            "available)",
        ),
    ],
)
def test_a_run_says_what_is_special_about_it(made: Run, sentence: str) -> None:
    assert sentence in graphkoc.describe_run(made)


def test_a_ranking_says_how_it_was_made_and_of_whom() -> None:
    assert graphkoc.describe_ranking(run()) == [
        "Ranked by the formula.",
        "Not checked against the past: the past is too short.",
    ]
    special = run(stands_in="no follows are known on xiaohongshu", crawl="collected around a few accounts")
    assert graphkoc.describe_ranking(special)[2:] == [
        "No follows are known on xiaohongshu.",
        "These are collected around a few accounts.",
    ]
    assert describe_backtest(run(backtest={"verdict": "The ranking works."})) == "The ranking works."


@pytest.mark.parametrize(
    ("kind", "why_not", "sentence"),
    [
        ("niche", None, "No niche was found: no segment reviews anything more than chance explains."),
        ("circle", None, "No circle was found: none is recovered in resampled networks."),
        ("niche", "chance finds as many", "No niche is published: chance finds as many."),
        ("circle", "chance finds as many", "No circle is published: chance finds as many."),
    ],
)
def test_what_a_run_does_not_have_has_a_reason(kind: str, why_not: str | None, sentence: str) -> None:
    made = run(**{f"{kind}s": {"why_not": why_not, "control": {}}})
    assert graphkoc.describe_absence(made, kind) == sentence
