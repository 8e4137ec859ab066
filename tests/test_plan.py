"""A plan: within its limits, the same for the same request, without whoever may not be asked, and honest about it."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import icalendar
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import graphkoc
from graphkoc import analysis
from graphkoc.activate.costs import Costs
from graphkoc.activate.plan import make_plan
from graphkoc.activate.preparation import prepare
from graphkoc.activate.probability import FILE, Learned, learn, write_probabilities
from graphkoc.activate.request import PlanRequest
from graphkoc.activate.yields import read_rates
from graphkoc.annotations import find_settings
from graphkoc.cli import cli
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.runs.run import Run

GIFT = Costs(product=25.0, retail=60.0, shipping=6.0)
RATES = read_rates(pd.DataFrame([{"tier": "", "channel": "", "accept": 0.5, "deliver": 1.0, "post": 0.8, "n": 60}]))
PREPARED = ("prices", "rates", "refused", "invited")
"""What the people of a plan are prepared with."""
ASKED = PlanRequest(budget=2000.0, costs=GIFT, currency="EUR")


@dataclass(frozen=True)
class Brand:
    """The invented brand: its folder, run, truth, what was learned of it, and the consumer of each account."""

    folder: Path
    run: Run
    truth: dict[str, Any]
    learned: Learned
    persons: dict[str, str]

    def plan(self, request: PlanRequest = ASKED, **more: Any) -> dict[str, Any]:
        prepared = prepare(self.run, request, **{name: more.pop(name) for name in PREPARED if name in more})
        return make_plan(self.run, request, prepared, self.learned, **more)

    def consumers(self, *numbers: int) -> set[str]:
        """The consumers in the run whom these numbers of the truth stand for."""
        accounts = [account for number in numbers for account in self.truth["people"][str(number)]]
        return {self.persons.get(account, account) for account in accounts} & set(self.run.people["consumer"])


@pytest.fixture(scope="module")
def brand(brand_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Brand:
    folder = Path(shutil.copytree(brand_output, tmp_path_factory.mktemp("plan") / "brand"))
    run = Run.load(folder / "run")
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    learned, why = learn(*analysis.read_log(graphkoc.project(store), find_settings(run)))
    store.close()
    assert learned is not None, why
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    persons = dict(zip(run.accounts["account"], run.accounts["consumer"], strict=True))
    return Brand(folder, run, truth, learned, persons)


@pytest.fixture(scope="module")
def plain(brand: Brand) -> dict[str, Any]:
    """The plan of the plain request; only to be read."""
    return brand.plan()


def listed(plan: dict[str, Any], place: str | None = None) -> list[str]:
    return [person["consumer"] for person in plan["people"] if place in (None, person["place"])]


def test_the_document_has_what_scripts_rest_on(plain: dict[str, Any]) -> None:
    plan = plain
    keys = {"people", "exposed", "responders", "low", "high", "calibrated", "bound", "curve", "overlaps", "by_niche"}
    assert keys | {"alternatives", "invite", "posts"} <= set(plan)
    each = {"consumer", "role", "cost", "exposed", "exposed_only_here", "responders", "why"}
    assert all(each <= set(person) for person in plan["people"])
    assert all({"mix", "people", "exposed", "responders", "cost"} <= set(row) for row in plan["alternatives"])
    json.dumps(plan, allow_nan=False)


def test_a_plan_keeps_to_its_budget_and_its_bound(brand: Brand) -> None:
    for budget in (50.0, 500.0, 5000.0):
        plan = brand.plan(replace(ASKED, budget=budget))
        assert 0 < plan["cost"] <= budget
        assert plan["value"] <= plan["bound"]
        spent = sum(person["cost"] for person in plan["people"] if person["place"] == "roster")
        assert spent == pytest.approx(plan["cost"]) == pytest.approx(plan["money"]["spent"])


def test_more_money_is_never_worth_less(brand: Brand) -> None:
    values = [brand.plan(replace(ASKED, budget=budget))["value"] for budget in (100.0, 200.0, 500.0, 1000.0, 1900.0)]
    assert values == sorted(values)


def test_equal_requests_have_equal_plans(brand: Brand, plain: dict[str, Any]) -> None:
    assert brand.plan() == plain


def test_limits_on_people_hold(brand: Brand) -> None:
    plan = brand.plan(replace(ASKED, kols=1, kocs=5, budget=20_000.0, waitlist=False))
    roles = [person["role"] for person in plan["people"] if person["place"] == "roster"]
    assert roles.count("kol") <= 1
    assert roles.count("koc") == 5
    stocked = brand.plan(replace(ASKED, stock=3))
    assert len(listed(stocked, "roster")) == 3


def test_each_niche_asked_for_has_its_people(brand: Brand) -> None:
    niches = brand.run.niches["niche"].tolist()[:2]
    plan = brand.plan(replace(ASKED, niches=dict.fromkeys(niches, 1.0), least_per_niche=2))
    for niche in niches:
        assert sum(niche in person["niches"] for person in plan["people"] if person["place"] == "roster") >= 2
    assert [row["niche"] for row in plan["by_niche"]] == sorted(niches)


def test_nobody_is_listed_whom_somebody_rules_out(brand: Brand, plain: dict[str, Any]) -> None:
    first, second, *_ = listed(plain, "roster")
    plan = brand.plan(replace(ASKED, excluded=(first,)), refused={second})
    assert not {first, second} & set(listed(plan))


def test_the_followers_of_somebody_booked_count_no_more(brand: Brand, plain: dict[str, Any]) -> None:
    first = listed(plain, "roster")[0]
    plan = brand.plan(replace(ASKED, booked=(first,)))
    assert first not in listed(plan)
    assert plan["responders"] < brand.plan(replace(ASKED, excluded=(first,)))["responders"]


def test_a_weight_makes_no_follower_two(brand: Brand) -> None:
    niche = brand.run.niches["niche"].iloc[0]
    once, twice = (brand.plan(replace(ASKED, niches={niche: weight})) for weight in (1.0, 2.0))
    assert listed(once) == listed(twice)
    assert twice["value"] == pytest.approx(2 * once["value"])
    assert twice["responders"] == pytest.approx(once["responders"])


def test_new_faces_have_their_share(brand: Brand, plain: dict[str, Any]) -> None:
    known = set(listed(plain))
    plan = brand.plan(replace(ASKED, new_share=0.6, waitlist=False), invited=known)
    new = [person["new"] for person in plan["people"] if person["place"] == "roster"]
    assert np.mean(new) >= 0.6
    assert all(person["consumer"] not in known for person in plan["people"] if person["new"])


def test_turning_every_rating_round_changes_no_plan(brand: Brand, plain: dict[str, Any]) -> None:
    store = graphkoc.open_store(f"ladybug:{brand.folder / 'graphkoc.lbug'}")
    projection = graphkoc.project(store)
    store.close()
    reviews = projection.reviews.assign(rating=5 - projection.reviews["rating"])
    learned, why = learn(*analysis.read_log(replace(projection, reviews=reviews), find_settings(brand.run)))
    assert make_plan(brand.run, ASKED, prepare(brand.run, ASKED), learned, why) == plain


def test_planted_key_opinion_consumers_are_in_the_plan_and_traps_have_their_flags(brand: Brand) -> None:
    plan = brand.plan(replace(ASKED, budget=5000.0))
    planted = brand.consumers(*brand.truth["kocs"])
    people = brand.run.people
    # Who asks for ten times what a gift costs is a tenth of the money for the followers of one.
    affordable = planted & set(people.loc[(people["role"] == "koc") & people["quote"].isna(), "consumer"])
    assert len(affordable) >= 5
    assert len(set(listed(plan, "roster")) & affordable) >= 0.8 * len(affordable)
    flagged = {person["consumer"] for person in plan["people"] if person["flags"]}
    for name, trap in brand.truth["traps"].items():
        assert set(listed(plan)) & brand.consumers(*trap["people"]) <= flagged, name


def test_nobody_on_amazon_alone_is_invited_with_a_gift(brand: Brand) -> None:
    plan = brand.plan(replace(ASKED, budget=50_000.0))
    assert "amazon" not in {person["platform"] for person in plan["people"]}
    assert not any("Amazon alone" in flag for person in plan["people"] for flag in person["flags"])


def test_a_kol_without_a_price_is_in_no_plan(brand: Brand) -> None:
    plan = brand.plan(replace(ASKED, budget=1e6))
    kols = [person for person in plan["people"] if person["role"] == "kol"]
    assert {person["price_source"] for person in kols} <= {"quote"}
    assert any("Neither a quote nor a tier price is known" in line for line in plan["left_out"])


def test_as_many_are_invited_as_the_posts_need(brand: Brand) -> None:
    plan = brand.plan(rates=RATES)
    assert plan["posts"] >= plan["planned"]
    assert plan["invite"]["koc"] == len(listed(plan, "roster"))
    assert plan["posts"] == pytest.approx(0.4 * len(listed(plan, "roster")))
    assert plan["money"]["per_post"] == pytest.approx(plan["money"]["spent"] / plan["posts"])
    gift = next(person for person in plan["people"] if person["price_source"] == "gift")
    assert (gift["cost"], gift["spent"]) == (31.0, pytest.approx(31.0 / 0.8)), "units that bring no post are paid too"


def test_without_rates_no_number_of_posts_is_named(plain: dict[str, Any]) -> None:
    plan = plain
    assert plan["posts"] is None
    assert plan["money"]["per_post"] is None
    assert "No number of posts is named" in "\n".join(graphkoc.describe_plan(plan))


def test_the_figures_stand_in_their_order(brand: Brand) -> None:
    text = "\n".join(graphkoc.describe_plan(brand.plan(rates=RATES)))
    order = ["posts expected", "known followers reached", "CPM", "CPE", "expected to review"]
    places = [text.index(words) for words in order]
    assert places == sorted(places)
    assert "it does not say what the campaign causes" in text


def test_counted_and_estimated_reach_are_two_figures(plain: dict[str, Any]) -> None:
    reach = plain["reach"]
    assert reach["once"] >= reach["twice"] >= (reach["thrice"] or 0)
    assert "Sainsbury" in reach["independence"]
    assert reach["estimated"] is None or reach["estimated"] != reach["once"]


def test_without_probabilities_the_plan_says_so_and_predicts_nothing(brand: Brand) -> None:
    plan = make_plan(
        brand.run,
        ASKED,
        prepare(brand.run, ASKED),
        None,
        "all reviews have the same time, so that none followed another",
    )
    assert plan["responders"] is None
    assert all(person["responders"] is None for person in plan["people"])
    assert "No reviews by followers are predicted" in "\n".join(graphkoc.describe_plan(plan))
    assert listed(plan, "roster")


def test_half_of_the_roster_waits_for_the_second_wave(brand: Brand, plain: dict[str, Any]) -> None:
    plan = plain
    waves = [person["wave"] for person in plan["people"] if person["place"] == "roster"]
    assert set(waves) == {1, 2}
    assert 0 <= plan["waves"]["leak"] <= 1
    assert brand.plan(replace(ASKED, waitlist=False))["waves"] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"budget": 0.0}, "the budget is 0, and must be above 0"),
        ({"budget": -5.0}, "the budget is -5, and must be above 0"),
        ({"budget": float("nan")}, "the budget is nan, and must be above 0"),
        ({"niches": {"Kettles": 0.0}}, "the weight of Kettles is 0"),
        ({"least_per_niche": 2}, "needs niches"),
        ({"kols": 0, "kocs": 0}, "has nobody"),
        ({"overrides": ("xiaohongshu_filing",)}, "only with a reason"),
    ],
)
def test_a_request_that_cannot_be_is_refused_in_one_sentence(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        PlanRequest(**{"budget": 100.0, **changes})


def test_an_unknown_niche_and_nobody_to_plan_with_are_refused_in_one_sentence(brand: Brand) -> None:
    with pytest.raises(UsageError, match="there is no niche called 'Saddles'"):
        brand.plan(replace(ASKED, niches={"Saddles": 1.0}))
    with pytest.raises(UsageError, match=r"nobody can be paid with 1: the cheapest post costs 31\.00"):
        brand.plan(replace(ASKED, budget=1.0))
    everybody = tuple(brand.run.people["consumer"])
    with pytest.raises(AnalysisError, match="nobody is left to plan with"):
        brand.plan(ASKED, refused=everybody)
    unpriced = replace(ASKED, costs=Costs())
    priced = {person["price_source"] for person in brand.plan(unpriced)["people"]}
    assert priced == {"quote"}, "without a product cost only quotes are prices"
    quoting = set(brand.run.people.loc[brand.run.people["quote"].notna(), "consumer"])
    with pytest.raises(AnalysisError, match="nobody has a price"):
        brand.plan(unpriced, refused=quoting)


def test_the_command_saves_the_plan_and_its_calendar_and_learns_once(
    brand: Brand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Path(shutil.copytree(brand.folder, tmp_path / "brand"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graphkoc.toml").write_text("[costs]\nproduct = 25\nshipping = 6\n", encoding="utf-8")
    (tmp_path / "rates.csv").write_text("accept,deliver,post\n48%,100%,82%\n", encoding="utf-8")
    store = ["--store", f"ladybug:{folder / 'graphkoc.lbug'}"]
    words = ["plan", str(folder / "run"), "--budget", "800", "--yields", "rates.csv", "--launch", "2026-10-12"]
    asked = [*store, *words, "--name", "spring", "--calendar", "spring.ics", "--format", "json"]
    done = CliRunner().invoke(cli, asked)
    assert done.exit_code == 0, done.output
    document = json.loads(done.stdout)
    assert (folder / "run" / FILE).is_file()
    assert json.loads((folder / "plans" / "spring.json").read_text(encoding="utf-8"))["budget"] == 800
    calendar = icalendar.Calendar.from_ical((tmp_path / "spring.ics").read_bytes())
    starts = sorted(event["dtstart"].dt for event in calendar.walk("VEVENT"))
    assert [day.isoformat() for day in starts] == sorted(row["starts"] for row in document["calendar"])
    before = (folder / "run" / FILE).stat().st_mtime_ns
    again = CliRunner().invoke(cli, asked)
    assert again.exit_code == 0, again.output
    assert (folder / "run" / FILE).stat().st_mtime_ns == before
    kept = json.loads(again.stdout)["people"]
    assert kept == document["people"], "a plan that replaces itself has not seen its people before"


def test_a_rule_that_is_set_aside_is_journalled_with_its_reason(brand: Brand, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(brand.folder, tmp_path / "brand"))
    write_probabilities(folder / "run", brand.learned)
    request = replace(ASKED, overrides=("xiaohongshu_filing",), why="filed by the agency")
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    plan = graphkoc.plan_campaign(store, Run.load(folder / "run"), request, today=datetime(2026, 1, 1, tzinfo=UTC))
    store.close()
    assert not any("filing_number" in person["needs"] for person in plan["people"])
    (line,) = (folder / "plans" / "overrides.jsonl").read_text(encoding="utf-8").splitlines()
    entry = json.loads(line)
    assert (entry["rule"], entry["why"], entry["plan"]) == ("xiaohongshu_filing", "filed by the agency", "run")
    assert entry["consumers"]


def test_the_command_without_a_budget_says_what_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["plan"])
    assert done.exit_code == 2
    assert "A plan needs a budget" in done.stderr


def test_a_plan_of_changed_data_is_refused_until_they_are_analysed_again(brand: Brand, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(brand.folder, tmp_path / "brand"))
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    (tmp_path / "reviews.csv").write_text(
        "review,consumer,product,created_at,text\nr1,new,p1,2025-01-01,It boils\n", encoding="utf-8"
    )
    graphkoc.load(store, "csv", [tmp_path / "reviews.csv"])
    with pytest.raises(UsageError, match="the data in the store have changed since the run"):
        graphkoc.plan_campaign(store, Run.load(folder / "run"), ASKED, today=datetime(2026, 1, 1, tzinfo=UTC))
    store.close()


def test_a_launch_is_planned_back_around_blackout_days(brand: Brand) -> None:
    blackout = (date(2026, 10, 1), date(2026, 10, 7))
    plan = brand.plan(replace(ASKED, launch=date(2026, 10, 12), blackouts=(blackout,)))
    assert plan["calendar"]
    for row in plan["calendar"]:
        assert row["ends"] < "2026-10-01" or row["starts"] > "2026-10-07", row
    assert "The forecast does not depend on the order of phases." in plan["notes"]
