"""The wrap-up: what it counts, what it leaves open, and how it reads in both languages."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pandas as pd
import pytest
from small_outcome import IDS, make_outcome, make_post

from graphkoc.activate.lift.words import say_verdict
from graphkoc.activate.outcome.definitions import read_definitions
from graphkoc.activate.outcome.posts import FIGURES, MONEY, find_posts
from graphkoc.activate.outcome.recap import Outcome, make_recap
from graphkoc.activate.outcome.recap_text import write_recap
from graphkoc.activate.outcome.recap_words import LANGUAGES
from graphkoc.errors import UsageError
from graphkoc.exports.rows import as_json


@pytest.fixture(scope="module")
def recap() -> dict[str, Any]:
    return make_recap(make_outcome())


LEAK = re.compile(r"\bnan\b|\binf\b|NaT|None(?!:| among| was)")
"""What Python calls a value that is not known; sentences begin with None too."""


def nothing_known() -> Outcome:
    standing = pd.DataFrame({"consumer": [], "state": []}, dtype=object)
    return Outcome({"name": "spring", "people": []}, standing, find_posts([]), date(2026, 5, 30))


def text_of(document: dict[str, Any], heading: str, language: str = "en", reader: str = "team") -> str:
    """The section under a heading."""
    found = re.search(rf"## (?:\d+\. )?{heading}\n\n(.*?)(?=\n\n## |\Z)", write_recap(document, language, reader), re.S)
    assert found, heading
    return found[1]


def test_the_sums_are_those_of_the_posts(recap: dict[str, Any]) -> None:
    every = recap["engagement"]["all"]
    numbers = range(7)
    assert every["impressions"] == {
        "value": sum(10_000 * (n + 1) for n in numbers),
        "how": "stated",
        "of": 7,
        "posts": 7,
    }
    assert every["engagements"]["value"] == sum(100 + 400 * n + 26 if n % 2 else 130 + 400 * n for n in numbers), (
        "as stated, else the sum of likes, saves, comments and shares"
    )
    assert every["viral_posts"]["value"] == sum(100 + 400 * n >= read_definitions().viral_likes for n in numbers)
    assert every["clicks"]["value"] is None
    assert recap["delivery"]["live"]["value"] == 6


def test_rates_are_made_of_sums_and_boosted_posts_stand_apart(recap: dict[str, Any]) -> None:
    parts = recap["engagement"]
    assert "by_cost" not in parts["all"], "organic and boosted figures are never put together"
    plain = [n for n in range(7) if n != 2]
    cost = sum(300.10 + n for n in plain)
    assert parts["plain"]["by_cost"]["cpm"]["value"] == pytest.approx(
        1000 * cost / sum(10_000 * (n + 1) for n in plain)
    )
    assert parts["plain"]["by_selling"]["cpc"]["value"] == pytest.approx(
        sum(390.25 + n for n in plain) / sum(900 * (n + 1) for n in plain)
    )
    assert parts["boosted"]["by_cost"]["cpe"]["value"] == pytest.approx((302.10 + 500) / 930)
    assert parts["plain"]["by_cost"]["ctr"]["value"] == pytest.approx(0.09)


def test_a_rate_is_of_the_posts_of_which_both_sides_are_known() -> None:
    table = find_posts([make_post(0, impressions=None), make_post(1), make_post(3, cost=None)])
    rate = make_recap(make_outcome(posts=table))["engagement"]["all"]["by_cost"]["cpm"]
    assert (rate["of"], rate["posts"]) == (1, 3)
    assert rate["value"] == pytest.approx(1000 * 301.10 / 20_000)


def test_plan_and_results_reconcile_to_the_cent_and_cost_and_selling_price_apart(recap: dict[str, Any]) -> None:
    money = recap["money"]
    assert money["cost"]["value"] == 2_121.70
    assert money["selling"]["value"] == 2_752.75
    [wrong] = money["differences"]
    assert (wrong["consumer"], wrong["cost_difference"], wrong["selling_difference"]) == ("xhs:2", 0.0, -0.01)
    assert money["unplanned"] == {"posts": 2, "cost": 611.20, "selling": 791.50}
    for kind, total in (("cost", 2_121.70), ("selling", 2_752.75)):
        parts = sum(round(100 * (row[kind] or 0)) for row in money["people"]) + round(100 * money["unplanned"][kind])
        assert parts == round(100 * total)
    assert money["not_posted"] == ["Lin 5"]
    assert money["margin"]["value"] == 631.05


def test_goods_are_no_part_of_the_cost_that_a_sheet_of_results_has() -> None:
    outcome = make_outcome()
    people = [
        {**one, "cost": one["cost"] + 32.55, "product": 30.0, "shipping": 2.55} for one in outcome.campaign["people"]
    ]
    money = make_recap(make_outcome(campaign={**outcome.campaign, "people": people}))["money"]
    assert money["planned_goods"]["value"] == round(6 * 32.55, 2)
    assert [row["cost_difference"] for row in money["people"]] == [0.0] * 5 + [None]


def test_a_margin_is_named_only_where_both_prices_of_every_post_are_known() -> None:
    table = find_posts([make_post(0), make_post(1, selling=None)])
    assert make_recap(make_outcome(posts=table))["money"]["margin"]["value"] is None


def test_an_author_without_known_followers_is_in_a_tier_of_their_own(recap: dict[str, Any]) -> None:
    rows = {row["tier"]: row for row in recap["tiers"]}
    assert list(rows) == ["头部 (top KOL)", "初级 (junior KOL)", "KOC", "素人 (amateur)", None]
    assert rows[None]["planned"] == 1, "the plan has 0 followers of the first, which is not known"
    assert rows["KOC"]["planned"] == 5
    assert sum(row["posts"] for row in recap["tiers"]) == 7
    unknown = make_recap(make_outcome(posts=find_posts([make_post(5, followers=None), make_post(6, followers=0)])))
    assert {row["tier"]: row["posts"] for row in unknown["tiers"]}[None] == 2


def test_whoever_reached_a_stage_went_through_those_before(recap: dict[str, Any]) -> None:
    delivery = recap["delivery"]
    stages = ("invited", "accepted", "shipped", "received", "posted")
    assert [delivery[name]["value"] for name in stages] == [6, 5, 5, 5, 5], "nobody recorded that anything was shipped"
    assert (delivery["declined"]["value"], delivery["unknown_authors"]) == (1, 2)
    assert delivery["after_end"] == 1
    assert delivery["days_to_post"] == 11.0


def test_whoever_has_the_product_and_no_post_is_named() -> None:
    table = find_posts([make_post(number) for number in range(4)])
    found = make_recap(make_outcome(posts=table))
    assert found["delivery"]["never_posted"] == ["Lin 4"]
    assert {row["step"]: row["names"] for row in found["next"]}["silent"] == ["Lin 4"]


def test_targets_stand_beside_what_came(recap: dict[str, Any]) -> None:
    rows = {row["figure"]: row for row in recap["targets"]}
    assert (rows["posts"]["target"], rows["posts"]["value"], rows["posts"]["share"]) == (6, 6, 1.0)
    assert (rows["exposed"]["value"], rows["exposed"]["how"]) == (512, "counted")
    assert rows["total"]["target"] == 5_000, "the budget"
    assert rows["cpe"]["less_is_better"]


def test_critical_posts_name_what_was_done(recap: dict[str, Any]) -> None:
    critical = recap["critical"]
    assert (critical["count"], critical["known"], critical["of"]) == (2, 3, 7)
    first, second = critical["posts"]
    assert (first["name"], first["rating"], first["note"]) == ("Lin 1", 2.0, "answered on 3 May")
    assert [one["theme"] for one in second["findings"]] == ["lid drips"]
    shown = text_of(recap, "Critical posts and what was done")
    assert "(2 of 5 stars): “The lid drips. A silicone ring fixed it.” Note: answered on 3 May." in shown
    assert "Taken up as “lid drips” (done)." in shown


def test_ratings_change_nothing_but_the_critical_posts() -> None:
    outcome = make_outcome()
    assert outcome.opinions is not None
    flipped = make_recap(make_outcome(opinions=outcome.opinions.assign(rating=[5.0, 1.0, 5.0], constructive=False)))
    before = make_recap(outcome)
    assert {name for name in before if before[name] != flipped[name]} == {"critical", "next"}
    again = [[row for row in one["next"] if row["step"] == "again"] for one in (before, flipped)]
    assert again[0] == again[1]


def test_labels_and_posts_taken_down(recap: dict[str, Any]) -> None:
    checks = recap["posts_to_check"]
    assert [one["name"] for one in checks["without_label"]] == ["Lin 1", "Lin 4"]
    assert [one["name"] for one in checks["taken_down"]] == ["Lin 3"]
    assert checks["label_not_known"] == 2
    journal = make_outcome().standing.assign(label_seen="no")
    found = make_recap(make_outcome(standing=journal))["posts_to_check"]
    assert [one["name"] for one in found["without_label"]] == ["Lin 1", "Lin 2", "Lin 4"], "the sheet is the newer word"


def test_the_forecast_stands_beside_the_outcome(recap: dict[str, Any]) -> None:
    rows = {row["figure"]: row for row in recap["forecasts"]}
    assert list(rows) == ["posts", "exposed", "total", "responders"]
    assert rows["responders"]["inside"] is True
    shown = text_of(recap, "Forecast against outcome")
    assert "| spring | Followers who followed on within 90 days | 22 | 19 | within 10 to 40 |" in shown
    assert "does not say what the campaign causes" in shown


def test_an_effect_is_told_without_a_p_value(recap: dict[str, Any]) -> None:
    shown = text_of(recap, "Lift")
    assert shown.startswith(f"- {say_verdict(recap['lift'])}\n"), "the sentence of the command lift"
    assert "39 of 160 followers of those who posted reviewed the product" in shown
    assert "p =" not in write_recap(recap)


def test_a_dud_is_told_with_what_would_have_shown() -> None:
    nothing = {"adoptions": 26, "expected": 25.3, "lift": 0.7, "low": -8.0, "high": 9.0, "p": 0.44, "controls": 99}
    nothing |= {"would_have_shown": 12, "followers": 160, "controls_as_large": 43}
    pooled = {"lift": 2.0, "low": -4.0, "high": 8.0}
    bought = {**nothing, "would_have_shown": 7, "codes": {"orders": 4, "buyers": 3}}
    found = make_recap(make_outcome(lift={**nothing, "pooled": pooled, "purchases": bought}))
    shown = text_of(found, "Lift")
    assert shown.startswith("- No effect seen; one of +12 or more would have shown.\n")
    assert "- Purchases: No effect seen; one of +7 or more would have shown.\n- Codes: 4 orders by 3 people" in shown
    assert shown.endswith("a lift of 2 (90% interval -4 to 8, estimated).")
    assert text_of(found, "增量评估", "zh").startswith("- 未见效果；若增量达到 +12，应能看出。")


def test_the_next_steps_are_what_is_still_to_be_done(recap: dict[str, Any]) -> None:
    steps = {row["step"]: row for row in recap["next"]}
    assert list(steps) == ["label", "taken_down", "findings", "pay", "rights", "again"]
    assert steps["pay"]["number"] == 400.5
    assert steps["rights"]["names"] == ["Lin 1"], "the rights of Lin 2 last"
    assert steps["again"]["names"] == ["Lin 4", "Lin 3", "Lin 2"]
    unmeasured = make_recap(make_outcome(lift=None))
    assert "lift" in [row["step"] for row in unmeasured["next"]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_client_sees_selling_prices_and_no_costs(recap: dict[str, Any], language: str) -> None:
    team, client = (write_recap(recap, language, reader) for reader in ("team", "client"))
    for secret in ("2,121.70", "5,000.00", "631.05", "400.50", "1,800.60", "611.20", "3,600.00"):
        assert secret in team
        assert secret not in client
    for shown in ("2,752.75", "791.50", "-0.01"):
        assert shown in client
    assert "0.22 CNY" in team
    assert "0.22 CNY" not in client, "the target of a rate is of costs"


def test_every_language_has_the_same_words() -> None:
    def shape(table: Any) -> Any:
        if isinstance(table, dict):
            return {name: shape(one) for name, one in table.items() if name not in ("platforms", "nouns")}
        if isinstance(table, list):
            return len(table)
        return sorted(re.findall(r"{(\w+)}", table)) if isinstance(table, str) else type(table)

    from graphkoc.activate.outcome.recap_words import Words

    english, chinese = (Words(language, "").words for language in LANGUAGES)
    assert shape(english) == shape(chinese)
    assert english["nouns"].keys() == chinese["nouns"].keys()


def test_every_figure_and_step_has_a_name_in_both_languages(recap: dict[str, Any]) -> None:
    for language in LANGUAGES:
        shown = write_recap(recap, language)
        assert "_" not in re.sub(r"\(http\S*|`[^`]*`", "", shown), "a key is no word"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", ["team", "client"])
def test_where_nothing_is_known_nothing_is_made_up(language: str, reader: str) -> None:
    document = make_recap(nothing_known())
    shown = write_recap(document, language, reader)
    assert not LEAK.search(shown)
    json.loads(as_json(document))


@pytest.mark.parametrize(
    "missing", [*FIGURES, *MONEY, "posted_at", "measured_at", "followers", "platform", "title", "url"]
)
@pytest.mark.parametrize("value", [None, 0])
def test_a_column_without_values_or_of_zeros_breaks_nothing(missing: str, value: int | None) -> None:
    if value == 0 and missing not in (*FIGURES, *MONEY, "followers"):
        value = None
    table = find_posts([make_post(number, **{missing: value}) for number in range(7)])
    document = make_recap(make_outcome(posts=table))
    for language in LANGUAGES:
        shown = write_recap(document, language)
        assert not LEAK.search(shown)
    if missing in FIGURES and value is None and missing != "engagements":
        assert document["engagement"]["all"][missing]["value"] is None


@pytest.mark.parametrize(
    "unknown",
    ["money", "units", "opinions", "findings", "exposed", "rates", "forecasts", "outcomes", "lift"],
)
def test_what_was_not_measured_is_said_to_be_unknown_or_left_out(unknown: str) -> None:
    empty: dict[str, Any] = {"money": {}, "rates": (), "forecasts": (), "outcomes": ()}
    document = make_recap(make_outcome(**{unknown: empty.get(unknown)}))
    for language in LANGUAGES:
        assert not LEAK.search(write_recap(document, language))


def test_hostile_names_are_text() -> None:
    hostile = "[x](javascript:alert(1)) | <b>*bold*</b>\n# top \u202e"
    outcome = make_outcome(
        posts=find_posts(
            [make_post(0, title=hostile, url="javascript:alert(1)"), make_post(1, url="https://x.com/a b)c")]
        )
    )
    people = [{**one, "name": hostile} for one in outcome.campaign["people"]]
    campaign = {**outcome.campaign, "people": people, "currency": "{0}", "product": hostile, "name": hostile}
    shown = write_recap(make_recap(make_outcome(campaign=campaign, posts=outcome.posts)))
    assert not re.search(r"(?<!\\)]\(javascript", shown)
    assert "\n# top" not in shown
    assert not re.search(r"(?<!\\)<b", shown)
    assert "\u202e" not in shown
    assert "](https://x.com/a%20b%29c)" in shown


def test_an_unknown_language_or_reader_is_refused(recap: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="no language 'fr'"):
        write_recap(recap, "fr")
    with pytest.raises(UsageError, match="no reader 'press'"):
        write_recap(recap, "en", "press")


def test_the_definitions_are_printed_with_their_version(recap: dict[str, Any]) -> None:
    shown = text_of(recap, "Definitions")
    assert f"Version {read_definitions().version}." in shown
    assert "A viral post has 1,000 likes or more." in shown
    assert "素人 (amateur) from 0, KOC from 1,000, 初级 (junior KOL) from 10,001" in shown
    assert "huaxiaolu.com/book/582.html" in text_of(recap, "Figures of others")
    euro = make_recap(make_outcome(campaign={**make_outcome().campaign, "currency": "EUR"}))
    assert [one["figure"] for one in euro["benchmarks"]] == ["ctr"], "amounts of another currency are no comparison"


def test_the_same_outcome_gives_the_same_document(recap: dict[str, Any]) -> None:
    assert as_json(make_recap(make_outcome())) == as_json(recap)
    assert len(IDS) == recap["overview"]["people"]
