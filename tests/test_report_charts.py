"""The figures of the report: what is drawn is as long, as wide and as high as the numbers are."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_pages import marked

from graphkoc.report import charts
from graphkoc.text import percent


@given(st.floats(0, 1))
def test_a_meter_is_filled_to_its_share(share: float) -> None:
    (fill,) = marked(ET.fromstring(charts.meter(share)), "rect", "fill")
    assert float(fill.get("width")) == pytest.approx(100 * share, abs=0.01)


def test_the_parts_of_a_score_stand_end_to_end() -> None:
    figure = ET.fromstring(charts.stacked_bar([6.0, -1.0, 3.0], 12.0))
    (own,), (theirs,) = marked(figure, "rect", "part-0"), marked(figure, "rect", "part-2")
    assert (float(own.get("x")), float(own.get("width"))) == (0, 50)
    assert (float(theirs.get("x")), float(theirs.get("width"))) == (50, 25)
    assert marked(figure, "rect", "part-1") == [], "no points, no width"


def test_bars_are_as_long_as_their_shares() -> None:
    means = [0.8, 0.4, 0.1, 0.0]
    text = charts.interval_bars(list("abcd"), means, [0.7, 0.3, 0.1, 0.0], [0.9, 0.5, 0.1, 0.0], ["plain"] * 4)
    bars = [float(bar.get("width")) for bar in marked(ET.fromstring(text), "rect", "bar")]
    assert bars == pytest.approx([bars[0] * mean / 0.8 for mean in means], abs=0.02)
    assert len(marked(ET.fromstring(text), "path", "interval")) == 2


def scatter(audience: list[float], score: list[float], rank: list[float], wide: list[bool]) -> ET.Element:
    names = [f"n{i}" for i in range(len(audience))]
    arrays = [np.array(values, dtype=float) for values in (audience, score, rank)]
    audiences = [f"{number} known followers" for number in audience]
    return ET.fromstring(
        charts.audience_scatter(*arrays, np.array(wide), names, audiences, "known followers", (5.0, 18.0))
    )


def test_the_scatter_is_logarithmic_in_the_audience_and_straight_in_the_score() -> None:
    nan = float("nan")
    figure = scatter([5, 10, 20, 40], [4, 8, 12, 16], [1, 2, 3, nan], [False, False, False, True])
    marks = marked(figure, "circle", "koc")[::-1]
    x, y = ([float(mark.get(of)) for mark in marks] for of in ("cx", "cy"))
    assert x[1] - x[0] == pytest.approx(x[2] - x[1], abs=0.02)
    assert y[0] - y[1] == pytest.approx(y[1] - y[2], abs=0.02)
    assert marks[0][0].text == "n0: 5 known followers, score 4.0"


def test_marks_on_one_spot_are_drawn_once_and_people_without_followers_not_at_all() -> None:
    nan = float("nan")
    figure = scatter([7, 7, 0, 50], [3, 3, 3, 9], [nan, nan, nan, nan], [False, False, False, True])
    assert marked(figure, "path", "dots")[0].get("d").count("M") == 1
    assert marked(figure, "path", "wide")[0].get("d").count("M") == 1


def test_more_people_make_no_heavier_figure() -> None:
    rng = np.random.default_rng(0)
    n = 50_000
    audience, score = np.floor(rng.pareto(1, n)) + 1, rng.random(n) * 20
    small = (audience >= 5) & (audience <= 18)
    rank = np.where(small, np.cumsum(small), np.nan)
    text = charts.audience_scatter(
        audience, score, rank, audience > 18, ["name"] * n, ["many"] * n, "known followers", (5.0, 18.0)
    )
    assert len(text) < 400_000


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0%"), (0.001, "<1%"), (0.014, "1%"), (0.999, ">99%"), (1, "100%"), (0.352, "35%")]
)
def test_percent_rounds_to_nothing_or_everything_only_what_is(share: float, text: str) -> None:
    assert percent(share) == text
