"""The report's section on campaigns: how one stands, who is late, what to do, and what became of the others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from report_pages import HOSTILE, section
from small_outcome import make_outcome, make_post

from graphkoc.activate.lift.ledger import keep_lift
from graphkoc.activate.outcome.posts import LEDGER
from graphkoc.activate.running.journal import record
from graphkoc.invite.saved import campaigns_folder, plans_folder, save_list
from graphkoc.report.document import make_document
from graphkoc.report.figures import find_figures
from graphkoc.report.page import render
from graphkoc.report.readers import Reader
from graphkoc.runs.ledger import add_entries
from graphkoc.runs.run import Run

CLIENT = Reader("client")
LIFT = {
    "campaign": "spring",
    "product": {"product": "p1", "title": "Luto Mini"},
    "from": "2026-03-01",
    "to": "2026-05-01",
    "people": 3,
    "followers": 159,
    "adoptions": 16,
    "expected": 2.1,
    "lift": 13.9,
    "low": 11.3,
    "high": 15.5,
    "p": 0.01,
    "controls": 99,
    "controls_as_large": 2,
    "would_have_shown": 12,
    "figures": {"matched": 2.0, "deviation": 1.5, "controls": [0.1 * n for n in range(99)]},
}

Begin = Callable[..., Run]


@pytest.fixture
def begin(small_run: Run, tmp_path: Path) -> Begin:
    """A run with a campaign beside it, of three ranked people of whom one has not posted for weeks."""

    def make(**changed: Any) -> Run:
        run = Run.load(Path(shutil.copytree(small_run.folder, tmp_path / "run")))
        day = date.fromisoformat(run.info["at"][:10])
        folder = campaigns_folder(tmp_path / "run")
        ids = [row["consumer"] for row in run.ranked()[:4]]
        people = [
            {"consumer": one, "name": f"Lin {n}", "platform": "forum", "role": "koc", "incentive": "gift"}
            | {"cost": 118.11, "selling": 147.52, "place": "roster"}
            for n, one in enumerate(ids)
        ]
        dates = {"starts": (day - timedelta(days=39)).isoformat(), "ends": (day + timedelta(days=20)).isoformat()}
        document = make_outcome().campaign | {"kind": "campaign", "run": "run", "people": people, **dates}
        save_list(folder, document | {"targets": {"posts": 4}, "budget": 5_000.5} | changed)
        long_ago = pd.Timestamp(day - timedelta(days=38))
        rows = [
            {"consumer": one, "event": event, "happened_at": long_ago + pd.Timedelta(days=step)}
            for one in ids[:3]
            for step, event in enumerate(("invited", "accepted", "shipped", "received"))
        ]
        rows += [{"consumer": ids[0], "event": "posted", "happened_at": long_ago + pd.Timedelta(days=9)}]
        rows += [{"consumer": ids[3], "event": "invited", "happened_at": long_ago}]
        rows += [{"consumer": ids[3], "event": "declined", "happened_at": long_ago + pd.Timedelta(days=1)}]
        now = datetime.combine(day, datetime.min.time(), UTC)
        assert record(folder, "spring", rows, "status.csv", now=now).not_taken == []
        return run

    return make


def facts_of(run: Run, language: str = "en", reader: Reader | None = None) -> dict[str, Any]:
    return dict(make_document(run, language, reader)["sections"]["campaign"])


def over(run: Run) -> dict[str, Any]:
    day = date.fromisoformat(run.info["at"][:10])
    return {"starts": (day - timedelta(days=90)).isoformat(), "ends": (day - timedelta(days=1)).isoformat()}


def test_a_run_without_campaigns_has_no_such_section(small_run: Run) -> None:
    assert "campaign" not in make_document(small_run)["sections"]


def test_a_campaign_that_runs_says_how_it_stands(begin: Begin) -> None:
    document = make_document(begin())
    running = document["sections"]["campaign"]["running"]
    assert running["headline"] == "spring, day 40 of 60: 1 of 4 posts are live."
    assert "Invited 4 · accepted 3 · delivered 3 · overdue 2" in running["numbers"]
    assert "spent ¥354" in running["numbers"]
    assert document["sections"]["first"]["title"] == running["headline"]
    assert [row["text"] for row in running["late_people"]][:2] == ["parcel delivered 35 days ago, no post"] * 2


def test_what_to_do_names_people(begin: Begin) -> None:
    facts = facts_of(begin())
    assert 0 < len(facts["actions"]) <= 3
    first = facts["actions"][0]
    assert first.startswith("Chase ")
    assert all(name in first for name in facts["running"]["late"])
    assert "more than 14 days ago, no post" in first


def test_the_client_sees_no_costs_and_chases_nobody(begin: Begin) -> None:
    document = make_document(begin(), reader=CLIENT)
    running = document["sections"]["campaign"]["running"]
    assert (running["spent"], running["committed"], running["budget"]) == (None, None, None)
    assert "agreed prices ¥590" in running["numbers"]
    assert not any(action.startswith("Chase") for action in document["sections"]["campaign"]["actions"])
    text = json.dumps(document["sections"]["campaign"], ensure_ascii=False)
    for secret in ("118.11", "354", "5,000.5", "5000.5"):
        assert secret not in text


def test_a_campaign_that_is_over_has_target_and_actual_and_its_funnel(begin: Begin, small_run: Run) -> None:
    facts = facts_of(begin(**over(small_run)))
    assert facts["running"] is None
    assert facts["actions"] == []
    [row] = facts["rows"]
    assert row["headline"] == "spring: 1 of 4 posts are live."
    assert [stage["people"] for stage in row["funnel"]] == [4, 3, 3, 3, 1]
    assert row["figures"][0] | {"name": ""} == {"name": "", "target": "4", "value": "1", "mark": "missed"}


def test_a_lift_is_told_by_products_that_did_as_well_and_never_by_p(begin: Begin, small_run: Run) -> None:
    run = begin(**over(small_run))
    keep_lift(campaigns_folder(Path(run.folder)), LIFT)
    [row] = facts_of(run)["rows"]
    assert row["lift"]["sentence"].endswith("only 2 of 99 comparison products did as well.")
    assert len(row["lift"]["controls"]) == 99
    assert row["lift"]["own"] == pytest.approx((16 - 2.0) / 1.5)
    assert "p =" not in (section(render(make_document(run)), "campaign") or "")
    keep_lift(campaigns_folder(Path(run.folder)), LIFT | {"low": -2.0, "adoptions": 3})
    assert facts_of(run)["rows"][0]["lift"]["sentence"] == "No effect seen; one of +12 or more would have shown."


@pytest.mark.parametrize("missing", [{"starts": None, "ends": None}, {"targets": {}, "product": None}])
def test_what_a_campaign_lacks_leaves_the_page_whole(begin: Begin, missing: dict[str, Any]) -> None:
    document = make_document(begin(**missing))
    assert "</html>" in render(document)
    assert "spring" in document["sections"]["campaign"]["heading"]


def test_damaged_and_unknown_lines_of_ledgers_leave_the_page_whole(begin: Begin) -> None:
    run = begin()
    folder = campaigns_folder(Path(run.folder))
    whole = facts_of(run)
    for name in ("events", "posts", "lifts", "findings", "feedback", "units"):
        with (folder / f"{name}.jsonl").open("a", encoding="utf-8") as file:
            file.write('{"campaign": "spring"}\n[1]\nnot JSON\n{"campaign": "nobody knows", "event": "posted"}\n{"cam')
    assert facts_of(run) == whole


def test_posts_are_listed_with_their_authors_as_far_as_they_may_be_named(begin: Begin, small_run: Run) -> None:
    run = begin(**over(small_run))
    first = run.ranked()[0]["consumer"]
    posts = [make_post(0, consumer=first), make_post(1, consumer=None), make_post(2, consumer="stranger:1")]
    add_entries(campaigns_folder(Path(run.folder)) / LEDGER, lambda _: posts)
    best = facts_of(run)["rows"][0]["best"]
    assert [bool(post["person"]) for post in best].count(True) == 1
    assert "stranger:1" not in render(make_document(run))


def test_the_newest_focus_group_is_listed(begin: Begin) -> None:
    run = begin()
    first = run.ranked()[0]["consumer"]
    quotes = [{"review": "r", "constructive": True, "quote": "The lid drips when you pour! #kettle"}]
    person = {"consumer": first, "language": "en", "place": "roster", "opinions": {"quotes": quotes}}
    group = {"kind": "focus-group", "name": "listeners", "language": "en", "people": [person]}
    save_list(plans_folder(Path(run.folder)), group | {"topic": {"name": "Luto Mini"}, "run": "run"})
    found = facts_of(run)["focus_group"]
    assert found["heading"] == "Focus group on Luto Mini: 1 person to ask first"
    assert found["language"] == "English"
    [seat] = found["people"]
    assert seat["quote"] == "The lid drips when you pour"
    # The person accepted, so the client may read them.
    assert facts_of(run, reader=CLIENT)["focus_group"]["people"][0]["quote"] is not None


def test_findings_have_a_status_and_the_people_who_raise_them(begin: Begin) -> None:
    run = begin()
    folder = campaigns_folder(Path(run.folder))
    line = {"at": "2026-07-01T00:00:00+00:00", "campaign": "spring", "finding": "lid-drips", "head": "@drips"}
    line |= {"aspect": "@lid", "sole": True, "status": "done", "owner": "product team", "note": "a new gasket"}
    add_entries(folder / "findings.jsonl", lambda _: [line])
    answers = [
        {"at": line["at"], "campaign": "spring", "consumer": one["consumer"], "text": text}
        for one, text in zip(run.ranked()[:3], ("The lid drips.", "The lid drips a lot.", "Quiet."), strict=True)
    ]
    add_entries(folder / "feedback.jsonl", lambda _: answers)
    [row] = facts_of(run)["findings"]
    assert (row["theme"], row["status"], row["people"]) == ("lid: drips", "done", 2)
    assert row["note"] == "a new gasket"
    [shown] = facts_of(run, reader=CLIENT)["findings"]
    assert (shown["owner"], shown["note"]) == (None, None)
    assert facts_of(run, "zh")["findings"][0]["theme"] == "盖子：滴漏"


def test_hostile_texts_run_nothing(begin: Begin) -> None:
    page = render(make_document(begin(product=HOSTILE[0], client=HOSTILE[1])))
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_a_figure_of_ticks_has_one_for_each_product() -> None:
    drawn = find_figures().ticks([0.0, 1.0, 2.0], 5.0)
    assert drawn.count("M") == 4
    assert find_figures().ticks([1.0, 1.0], 1.0).count("M") == 3
