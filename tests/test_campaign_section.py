"""The report's section on campaigns: the figures of the wrap-up, without costs."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from small_outcome import make_outcome, make_post

from graphkoc import report
from graphkoc.activate.outcome.posts import LEDGER
from graphkoc.activate.running.journal import record
from graphkoc.invite.saved import campaigns_folder, save_list
from graphkoc.report.page import collect_facts
from graphkoc.runs.ledger import add_entries
from graphkoc.runs.run import Run

HOSTILE = "spring <script>alert(1)</script>"


@pytest.fixture(scope="module")
def campaigning(small_run: Run, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The small run with a campaign beside it, whose name is hostile."""
    place = tmp_path_factory.mktemp("campaigning")
    run = Run.load(Path(shutil.copytree(small_run.folder, place / "run")))
    folder = campaigns_folder(place / "run")
    document = {**make_outcome().campaign, "kind": "campaign", "run": "run", "product": HOSTILE}
    save_list(folder, document)
    person = document["people"][0]["consumer"]
    rows = [
        {"consumer": person, "event": event, "happened_at": pd.Timestamp("2026-04-10")}
        for event in ("invited", "accepted", "received")
    ]
    done = record(folder, "spring", rows, "status.csv", now=datetime(2026, 5, 1, tzinfo=UTC))
    assert done.not_taken == []
    add_entries(folder / LEDGER, lambda _: [make_post(number) for number in range(3)])
    return run


def test_a_run_without_campaigns_has_no_such_section(small_run: Run) -> None:
    assert collect_facts(small_run)["campaign"] is None


def test_the_figures_are_those_of_the_wrap_up(campaigning: Run) -> None:
    [row] = collect_facts(campaigning)["campaign"]["rows"]
    figures = {one["name"]: (one["target"], one["value"]) for one in row["figures"]}
    assert figures["Posts live"] == ("6", "3")
    assert figures["Impressions"] == ("300,000", "60,000")
    assert row["funnel"] == {"invited": 3, "accepted": 3, "shipped": 3, "received": 3, "posted": 3}
    assert row["lift"] is None


def test_the_page_has_no_costs_and_runs_nothing(campaigning: Run) -> None:
    page = report.render(campaigning)
    assert "<script>alert" not in page
    assert "The lift was not measured." in page
    for secret in ("903.30", "1,173.75", "5,000.00"):
        assert secret not in page
    assert report.render(campaigning) == page
