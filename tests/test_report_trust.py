"""How far the report says that its ranking can be trusted: never further than the ranges of the backtest go."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from report_pages import section_facts

import graphkoc
from graphkoc.report import make_document, render, render_markdown
from graphkoc.report.catalogue import LANGUAGES
from graphkoc.report.figures import find_figures

CHANCE = {"copies": 19, "highest": 10.0, "credit": 20.0, "shuffled_copies": 5, "shuffled": 0.1, "share": 0.4}


def ranking(name: str, mean: float, half: float = 0.05) -> dict[str, Any]:
    """The row of a ranking in five tests, with a range of `half` on both sides."""
    low, high = mean - half, mean + half
    return {"ranking": name, "mean": mean, "low": low, "high": high, "within": mean} | {
        "shares": [mean] * 5,
        "hits": [15.0] * 5,
    }


def backtested(run: graphkoc.Run, score: float, audience: float, response: float, **backtest: Any) -> graphkoc.Run:
    """The run with a backtest in which rankings by the score, size and past response did so well."""
    shares = {"score": score, "formula": 0.2, "activity": 0.1, "audience": audience, "pagerank": 0.1}
    shares |= {"past_credit": response, "oracle": 0.7}
    rows = [ranking(name, share) for name, share in shares.items()] + [ranking("random", 0.05, 0.0)]
    placebos = [
        {"name": name, "credit": 100.0, "top_credit": top, "share": top / 100}
        for name, top in (("real", 40.0), ("time reversed", 35.0), ("followees shuffled", 10.0))
    ]
    found = {
        "splits": [0.6, 0.7, 0.75, 0.8, 0.85],
        "kinds": ["forecast"] * 5,
        "horizons": [92.0] * 5,
        "candidates": {"definition": "eligible", "n": [200] * 5, "listed_unchecked": 7},
        "n": [20] * 5,
        "credit": [100.0] * 5,
        "rows": rows,
        "chance": CHANCE,
        "placebos": placebos,
        "parts": [],
    }
    info = {"backtest": found | backtest, "backtest_why_not": None, "backtest_lacks": None}
    return run.replaced(info=run.info | info)


def untested(run: graphkoc.Run, lacks: str) -> graphkoc.Run:
    return run.replaced(info=run.info | {"backtest": None, "backtest_why_not": "", "backtest_lacks": lacks})


def trust(run: graphkoc.Run, language: str = "en", **reader: Any) -> dict[str, Any]:
    found: dict[str, Any] = section_facts(run, "trust", language, **reader)
    return found


@pytest.mark.parametrize(
    ("score", "audience", "response", "short"),
    [
        (
            0.43,
            0.36,
            0.43,
            "On your past data it is level with picking by past response; whether it beats picking by size is not "
            "certain.",
        ),
        (
            0.43,
            0.20,
            0.42,
            "On your past data it is level with picking by past response; it does better than picking by size.",
        ),
        (0.30, 0.36, 0.43, "On your past data picking by past response does better; it does not beat picking by size."),
    ],
)
def test_the_heading_is_a_finding_and_says_better_only_where_the_ranges_are_apart(
    small_run: graphkoc.Run, score: float, audience: float, response: float, short: str
) -> None:
    run = backtested(small_run, score, audience, response)
    assert trust(run)["short"] == short


def test_where_ranges_overlap_nothing_is_called_better(small_run: graphkoc.Run) -> None:
    for lead in (-9, -3, -2, 0, 2, 3, 9):
        facts = trust(backtested(small_run, 0.4 + lead / 100, 0.4, 0.4))
        assert "better" not in facts["short"]
        assert any("overlap" in sentence for sentence in facts["limits"])
        assert "优于" not in trust(backtested(small_run, 0.4 + lead / 100, 0.4, 0.4), "zh")["short"].replace(
            "是否优于", ""
        ).replace("未优于", "")


def test_the_first_screen_reads_shares_with_their_ranges_and_that_they_show_no_cause(small_run: graphkoc.Run) -> None:
    run = backtested(small_run, 0.43, 0.32, 0.43)
    assert trust(run)["line"] == (
        "Our 20 picks account for 43% of later same-product reviews (38–48), the 20 biggest accounts for 32% (27–37). "
        "It ranks; it does not show that anyone caused a sale."
    )
    assert "43%（38–48）" in trust(run, "zh")["line"]
    assert trust(run)["caption"].endswith("the best possible 20 for 70%.")


def test_a_ranking_without_a_signal_is_not_to_be_relied_on(small_run: graphkoc.Run) -> None:
    run = backtested(small_run, 0.43, 0.1, 0.1, chance=CHANCE | {"highest": 21.0})
    facts = trust(run)
    assert "no signal beyond chance" in facts["short"]
    assert "too small to rely on" in next(row for row in facts["placebos"] if "best of" in row["name"])["means"]


@pytest.mark.parametrize(
    ("lacks", "short"),
    [
        ("dates", "Cannot be tested: the reviews have no dates."),
        ("reviews", "Cannot be tested: there are no reviews."),
        ("follows", "Cannot be tested: nobody has a known follower."),
        ("candidates", "Cannot be tested: too few people had a known audience in the past."),
        ("follow_ons", "Cannot be tested: too few followers reviewed the same products later."),
    ],
)
def test_without_a_test_the_section_says_what_the_data_lack(small_run: graphkoc.Run, lacks: str, short: str) -> None:
    run = untested(small_run, lacks)
    assert trust(run)["short"] == short
    assert trust(run)["tested"] is False
    assert "无法检验" in trust(run, "zh")["short"]


def test_the_page_draws_a_test_and_without_one_says_why(small_run: graphkoc.Run) -> None:
    page = render(make_document(backtested(small_run, 0.43, 0.32, 0.43)))
    assert "On your past data it is level with picking by past response" in page
    assert 'class="ranges"' in page
    page = render(make_document(untested(small_run, "dates")))
    assert "Cannot be tested: the reviews have no dates." in page
    assert 'class="ranges"' not in page


def test_where_everybody_is_picked_nothing_is_tested(small_run: graphkoc.Run) -> None:
    candidates = {"definition": "eligible", "n": [30, 25, 20, 22, 24], "listed_unchecked": None}
    facts = trust(backtested(small_run, 1.0, 1.0, 1.0, candidates=candidates))
    assert facts["short"] == "Too few people to test: more than 20 are needed."
    assert "chart" not in facts


def test_what_the_test_does_not_say_is_beside_it(small_run: graphkoc.Run) -> None:
    facts = trust(backtested(small_run, 0.43, 0.40, 0.42))
    limits = " ".join(facts["limits"])
    for part in (
        "(38–48% and 35–45%) overlap",
        "The 5 tests overlap in time, so they are not 5 independent proofs.",
        "do about as well here: past same-product reviews (42%).",
        "not of what an invitation adds",
        "7 people on the list",
    ):
        assert part in limits
    assert [row["label"] for row in facts["chart"]] == [
        "Best possible",
        "This report",
        "Audience size",
        "Random choice",
    ]
    markdown = render_markdown(make_document(backtested(small_run, 0.43, 0.40, 0.42)))
    assert "not 5 independent proofs" in markdown


def test_placebos_stand_beside_the_real_figures(small_run: graphkoc.Run) -> None:
    real, shuffled, back, best, times = trust(backtested(small_run, 0.4, 0.3, 0.3))["placebos"]
    assert real["number"] == 40.0
    assert shuffled["means"] == "Who follows whom matters: 75% of the result is lost without it"
    assert back["means"].startswith("Most of the result is shared taste, not influence")
    assert (best["number"], best["real"]) == (10.0, 20.0)
    assert times["share"] is True
    assert (times["number"], times["real"]) == (0.1, 0.4)


def test_the_dots_and_bands_of_the_chart_stand_where_their_shares_are() -> None:
    rows = [
        {"kind": "ours", "label": "A < B", "note": None, "mean": 0.4, "low": 0.3, "high": 0.5, "range": "30–50%"},
        {"kind": "limit", "label": "By chance", "note": "a note", "mean": 0.1, "low": 0.1, "high": 0.1, "range": None},
    ]
    drawn = find_figures().ranges(rows, [0.0, 0.4, 0.8], 'all "of" it', lambda share: f"{share:.0%}")
    figure = ET.fromstring(drawn)
    assert figure.get("aria-label") == 'all "of" it'
    assert [dot.get("cx") for dot in figure.iter("circle")] == ["50.00%", "12.50%"]
    bands = [line for line in figure.iter("line") if "band" in line.get("class", "")]
    assert [(band.get("x1"), band.get("x2")) for band in bands] == [("37.50%", "62.50%")]
    assert re.findall(r">(\d+%)<", drawn)[:3] == ["0%", "40%", "80%"]


def test_suspicious_patterns_and_rankings_are_said_in_the_readers_language(ciao_run: graphkoc.Run) -> None:
    for language in LANGUAGES:
        facts = trust(ciao_run, language)
        assert {row["people"] for row in facts["patterns"]["rows"]} >= {0, 550}
        assert len(facts["agreement"]["rankings"]) == len(ciao_run.info["agreement"]["rankings"])
        assert all(row["who"]["name"] for row in facts["agreement"]["breaks"])


def test_a_client_sees_no_name_in_the_trust_section(small_run: graphkoc.Run) -> None:
    for row in trust(small_run, kind="client")["patterns"]["moves"]:
        assert "consumer" not in row["who"]
        assert row["who"]["name"].startswith("KOC ")
