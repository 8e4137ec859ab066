"""The report's section on the newest plan: posts first, then people, costs, and what followers are to review."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from page_browser import open_page
from playwright.sync_api import Browser
from report_pages import HOSTILE, Page, section

from graphkoc.activate.costs import Costs
from graphkoc.activate.plan import make_plan
from graphkoc.activate.preparation import prepare
from graphkoc.activate.request import PlanRequest
from graphkoc.activate.yields import read_rates
from graphkoc.invite.saved import plans_folder, save_list
from graphkoc.report.document import make_document
from graphkoc.report.figures.curves import find_ticks
from graphkoc.report.page import render, render_markdown
from graphkoc.report.readers import Reader
from graphkoc.runs.run import Run

RATES = read_rates(pd.DataFrame([{"tier": "", "channel": "", "accept": 0.5, "deliver": 1.0, "post": 0.8, "n": 60}]))
REQUEST = PlanRequest(budget=200.0, costs=Costs(product=25.0, shipping=6.0), currency="EUR", product="Luto Mini")
CLIENT = Reader("client")
ENGLISH_OF_THE_PLAN = ("why", "notes", "costs", "comparison", "invitations", "bound")

Reported = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def run(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The small run in a folder of its own, where plans can be saved."""
    return Run.load(Path(shutil.copytree(small_run.folder, tmp_path_factory.mktemp("planning") / "run")))


@pytest.fixture(scope="module")
def plan(run: Run) -> dict[str, Any]:
    """A plan whose prediction is known and calibrated; only to be read."""
    made = make_plan(run, REQUEST, prepare(run, REQUEST, rates=RATES), None, "no store was read")
    made |= {"name": "autumn", "responders": 40.0, "low": 30.0, "high": 50.0, "horizon": 184.0}
    made |= {"within": {"30": 10.0, "90": 20.0}, "made_at": "2026-07-01T08:00:00+00:00"}
    for row in (*made["alternatives"], *(point for curve in made["curves"] for point in curve["points"])):
        row |= {"responders": 40.0, "low": 30.0, "high": 50.0}
    return made


@pytest.fixture
def report(run: Run, plan: dict[str, Any]) -> Reported:
    """Reports on the plan, changed."""

    def make(language: str = "en", reader: Reader | None = None, **changed: Any) -> dict[str, Any]:
        save_list(plans_folder(Path(run.folder)), copy.deepcopy(plan) | changed)
        return make_document(run, language, reader)

    return make


def text_of(document: dict[str, Any]) -> str:
    found = section(render(document), "plan")
    assert found is not None
    return found


def test_without_a_plan_there_is_no_such_section(small_run: Run) -> None:
    assert "plan" not in make_document(small_run)["sections"]


def test_figures_stand_in_the_order_of_what_is_asked_of_a_plan(report: Reported) -> None:
    facts = report()["sections"]["plan"]
    names = [figure["name"] for figure in facts["figures"]]
    assert names == [name for name in ("posts", "reach", "reads", "per_post", "cpm", "cpe", "reviews") if name in names]
    assert {"posts", "reach", "per_post", "reviews"} <= set(names)


def test_counted_people_and_estimated_reads_are_never_added(report: Reported, plan: dict[str, Any]) -> None:
    reach = plan["reach"] | {"estimated": 9_000.0, "estimated_of": 4}
    figures = {one["name"]: one for one in report(reach=reach)["sections"]["plan"]["figures"]}
    assert figures["reach"]["value"] == f"{reach['once']:,}"
    assert figures["reads"]["value"] == "9,000"


def test_the_prediction_is_of_the_campaign_and_the_rest_is_behind_a_click(report: Reported) -> None:
    facts = report()["sections"]["plan"]
    reviews = facts["figures"][-1]
    assert reviews["value"] == "20"
    assert "within 90 days" in reviews["text"]
    assert "10 of them within 30 days" in reviews["text"]
    assert "range 15 to 25" in reviews["text"]
    assert "Within 6 months 40 reviews" in facts["later"]


def test_a_prediction_without_a_range_is_called_not_calibrated(report: Reported) -> None:
    assert "Not calibrated" in report(low=None, high=None)["sections"]["plan"]["figures"][-1]["text"]
    assert "predicted" in report(responders=None)["sections"]["plan"]["figures"][-1]["text"]


def test_mixes_whose_ranges_overlap_cannot_be_told_apart(report: Reported, plan: dict[str, Any]) -> None:
    rows = [{**row, "unmet": [], "people": 5} for row in plan["alternatives"]]
    same = report(alternatives=rows)["sections"]["plan"]["comparison"]
    assert "cannot be told apart" in same
    rows = [{**row, "low": 1.0, "high": 2.0, "responders": 1.5} for row in rows]
    rows[1] |= {"low": 50.0, "high": 70.0, "responders": 60.0}
    apart = report(alternatives=rows)["sections"]["plan"]["comparison"]
    assert apart.startswith("The prediction is highest for KOCs only")
    assert "better" not in apart


def test_without_rates_no_number_of_posts_is_named(report: Reported) -> None:
    facts = report(posts=None)["sections"]["plan"]
    assert facts["figures"][0]["value"] == "–"
    assert "about" not in facts["headline"]


def test_the_slider_rests_at_the_budget_of_the_plan(report: Reported, plan: dict[str, Any]) -> None:
    document = report()
    slider = document["sections"]["plan"]["slider"]
    assert slider["points"][slider["at"]]["budget"] == plan["budget"]
    assert slider["points"][-1]["budget"] == 2 * plan["budget"]
    page = render(document)
    [attrs] = [attrs for tag, attrs in Page(page).elements if tag == "input" and attrs.get("id") == "plan-budget"]
    assert attrs["value"] == str(slider["at"])
    assert "disabled" in attrs
    reached = [one["reached"] for point in slider["points"] for mix, one in point["mixes"].items() if mix == "joint"]
    assert reached == sorted(reached)


def test_every_budget_of_the_slider_is_in_a_table(report: Reported) -> None:
    document = report()
    text = text_of(document)
    for point in document["sections"]["plan"]["slider"]["points"]:
        assert point["shown"] in text
        for mix in point["mixes"].values():
            assert mix["money"] in text


def test_the_running_total_ends_within_the_budget(report: Reported, plan: dict[str, Any]) -> None:
    roster = report()["sections"]["plan"]["roster"]
    totals = [row["total"] for row in roster]
    assert totals == sorted(totals)
    assert totals[-1] <= plan["budget"] + max(row["cost"] for row in roster)
    assert [row["order"] for row in roster] == list(range(1, len(roster) + 1))


def test_a_plan_without_prices_is_a_roster(report: Reported, plan: dict[str, Any]) -> None:
    people = [{**one, "cost": None, "spent": None, "expected_cost": None} for one in plan["people"]]
    text = text_of(report(cost=0.0, people=people))
    assert "Add a price list" in text
    assert "Running total" not in text
    assert "€" not in text


def test_the_client_sees_selling_prices_and_no_costs(report: Reported, plan: dict[str, Any]) -> None:
    people = [{**one, "selling": 47.11} for one in plan["people"]]
    document = report(reader=CLIENT, people=people, cost=123.45)
    text, facts = text_of(document), document["sections"]["plan"]
    assert "€47.11" in text
    assert "KOC 01" in text
    assert facts["slider"] is None
    assert facts["listed"] == []
    assert not {"per_post", "cpm", "cpe"} & {figure["name"] for figure in facts["figures"]}
    assert all(row["cost"] is None and row["total"] is None for row in facts["roster"])
    for secret in ("31", "123.45"):
        assert f"€{secret}" not in text


def test_no_sentence_of_the_plan_itself_is_shown(report: Reported, plan: dict[str, Any]) -> None:
    marked = dict.fromkeys(ENGLISH_OF_THE_PLAN, "SENTENCE OF THE PLAN")
    people = [{**one, "why": "SENTENCE OF THE PLAN"} for one in plan["people"]]
    document = report(**marked, people=people, left_out=["SENTENCE OF THE PLAN"])
    assert "SENTENCE OF THE PLAN" not in render(document) + render_markdown(document)


def test_somebody_who_left_the_data_is_counted(report: Reported, plan: dict[str, Any]) -> None:
    people = [*plan["people"], {**plan["people"][0], "consumer": "gone:1", "name": "Somebody Gone"}]
    text = text_of(report(people=people))
    assert "Of the plan 1 person cannot be found in this run." in text
    assert "Somebody Gone" not in text


def test_hostile_names_run_nothing(report: Reported) -> None:
    for text in (str(one)[:150] for one in HOSTILE if one):
        page = render(report(product=text, currency=text[:20]))
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "<svg onload" not in page


def test_the_chinese_section_says_what_the_trade_says(report: Reported) -> None:
    text = text_of(report("zh", product="小水壶"))
    assert "预测，非增量" in text
    for causal in ("带动", "带来", "转化"):
        assert causal not in text


def test_ticks_are_round_and_reach_the_largest() -> None:
    assert find_ticks(244) == [0, 100, 200, 300]
    assert find_ticks(3) == [0, 1, 2, 3]
    assert find_ticks(0) == [0]


# In the browser


def test_the_slider_shows_what_another_budget_gives_and_dims_whom_it_does_not_pay_for(
    browser: Browser, report: Reported
) -> None:
    document = report()
    points = document["sections"]["plan"]["slider"]["points"]
    page = open_page(browser, render(document))
    slider, shown, dimmed = (page.locator(one) for one in ("#plan-budget", "output[for=plan-budget]", ".beyond"))
    assert shown.text_content() == points[int(slider.input_value())]["shown"]
    slider.press("Home")
    assert shown.text_content() == points[0]["shown"]
    fewest = dimmed.count()
    slider.press("End")
    assert shown.text_content() == points[-1]["shown"]
    assert dimmed.count() < fewest


def test_without_a_script_the_slider_rests_at_the_budget_of_the_plan(browser: Browser, report: Reported) -> None:
    document = report()
    page = open_page(browser, render(document), java_script_enabled=False)
    slider = page.locator("#plan-budget")
    assert slider.is_disabled()
    assert int(slider.input_value()) == document["sections"]["plan"]["slider"]["at"]
