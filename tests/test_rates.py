"""Rates that are learned from earlier campaigns: each step once it is over, drawn towards all where people are few."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from small_campaign import Campaign

import graphkoc
from graphkoc.activate.costs import Costs
from graphkoc.activate.probability import FILE as LEARNED
from graphkoc.activate.request import PlanRequest
from graphkoc.activate.running.journal import find_standing, record
from graphkoc.activate.running.rates import (
    MINIMUM,
    PRIOR,
    describe_rates,
    expect_live,
    follow_invitations,
    gather_invitations,
    learn_rates,
)
from graphkoc.activate.yields import match_rates
from graphkoc.errors import GraphkocError
from graphkoc.invite.saved import campaigns_folder, save_list

TODAY = date(2026, 5, 25)
AT = "2026-05-25T09:00:00+00:00"
NAN = float("nan")


def follow(*events: tuple[str, str], ends: str | None = None) -> list[float]:
    """accept, deliver and post of one person with these events (event, day of 2026)."""
    entries = [{"consumer": "a", "event": event, "happened_at": f"2026-{day}", "at": AT} for event, day in events]
    people = [{"consumer": "a", "label": "KOC", "role": "koc", "platform": "forum"}]
    found = follow_invitations(people, find_standing(entries, people), ends, TODAY)
    return [] if found.empty else found[["accept", "deliver", "post"]].iloc[0].tolist()


@pytest.mark.parametrize(
    ("events", "ends", "steps"),
    [
        ([], None, []),
        ([("invited", "05-20")], None, [NAN, NAN, NAN]),
        ([("invited", "04-20")], None, [0, NAN, NAN]),
        ([("invited", "05-20")], "2026-05-24", [0, NAN, NAN]),
        ([("invited", "05-20"), ("declined", "05-21")], None, [0, NAN, NAN]),
        ([("invited", "05-01"), ("accepted", "05-20")], None, [1, NAN, NAN]),
        ([("accepted", "05-01"), ("shipped", "05-02"), ("lost", "05-20")], None, [1, 0, NAN]),
        ([("accepted", "05-01"), ("received", "05-10")], None, [1, 1, NAN]),
        ([("accepted", "03-01"), ("received", "03-10")], None, [1, 1, 0]),
        ([("accepted", "05-01"), ("received", "05-10"), ("returned", "05-12")], None, [1, 1, 0]),
        ([("accepted", "05-01"), ("received", "05-10"), ("posted", "05-20")], None, [1, 1, 1]),
    ],
)
def test_a_step_counts_once_it_is_over(events: list[tuple[str, str]], ends: str | None, steps: list[float]) -> None:
    assert follow(*events, ends=ends) == pytest.approx(steps, nan_ok=True)


def invitations(*rows: tuple[str, str, float, float, float, int]) -> pd.DataFrame:
    """(tier, channel, accept, deliver, post, how many people)."""
    return pd.DataFrame(
        [
            {"consumer": f"{turn}-{n}", "tier": tier, "role": "koc", "channel": channel}
            | {"accept": accept, "deliver": deliver, "post": post}
            for turn, (tier, channel, accept, deliver, post, people) in enumerate(rows)
            for n in range(people)
        ]
    )


def test_rates_of_a_few_people_are_drawn_towards_those_of_all() -> None:
    known = invitations(
        ("nano", "forum", 1, 1, 1, 2), ("micro", "forum", 1, 1, 0, 10), ("micro", "weibo", 0, NAN, NAN, 8)
    )
    rates = learn_rates(known)
    assert rates is not None
    found = {(row["tier"], row["channel"]): row for row in rates.to_dict("records")}
    assert found["", ""]["accept"] == pytest.approx(12 / 20) and found["", ""]["post"] == pytest.approx(2 / 12)
    assert found["nano", ""]["accept"] == pytest.approx((2 + PRIOR * 0.6) / (2 + PRIOR))
    assert found["micro", "weibo"]["post"] == pytest.approx(2 / 12), "nothing of its own is known"
    assert (found["", ""]["n"], found["koc", ""]["n"], found["micro", "weibo"]["n"]) == (20, 20, 8)
    assert describe_rates(rates, 2).startswith("Rates are learned from 20 invitations of 2 campaigns: 60% accept")
    matched = match_rates(pd.DataFrame([{"label": "nano", "role": "koc", "platform": "tiktok"}]), rates)
    assert matched["basis"].tolist() == ["nano on all"]


def test_of_too_few_answers_nothing_is_learned() -> None:
    assert learn_rates(invitations(("nano", "forum", 1, 1, 1, MINIMUM - 1))) is None
    assert learn_rates(invitations(("nano", "forum", 1, NAN, NAN, 50))) is None, "nobody got a product yet"
    assert learn_rates(gather_invitations(Path("/nowhere"), TODAY)[0]) is None


def test_all_campaigns_beside_the_runs_are_learned_from(tmp_path: Path) -> None:
    people = [{"consumer": f"p{n}", "label": "KOC", "role": "koc", "platform": "forum"} for n in range(12)]
    for name in ("spring", "summer"):
        save_list(tmp_path, {"kind": "campaign", "name": name, "people": people, "ends": "2026-05-01"})
        rows: list[dict[str, Any]] = [{"consumer": one["consumer"], "event": "invited"} for one in people]
        rows += [{"consumer": f"p{n}", "event": "accepted"} for n in range(6)]
        rows += [{"consumer": f"p{n}", "event": "posted"} for n in range(3)]
        record(tmp_path, name, [{**row, "happened_at": "2026-04-20"} for row in rows], "test")
    known, campaigns = gather_invitations(tmp_path, TODAY)
    rates = learn_rates(known)
    assert rates is not None and (len(known), campaigns) == (24, 2)
    assert rates.iloc[0][["accept", "deliver", "post"]].tolist() == pytest.approx([0.5, 0.5, 1.0])


def test_posts_still_to_come_are_those_that_the_rates_promise() -> None:
    rates = pd.DataFrame([{"tier": "", "channel": "", "accept": 0.5, "deliver": 0.8, "post": 0.5, "n": 60.0}])
    people = [{"consumer": str(n), "place": "roster", "role": "koc"} for n in range(5)]
    people.append({"consumer": "5", "place": "reserve", "role": "koc"})
    events = [(1, "invited"), (2, "accepted"), (3, "received"), (4, "posted"), (0, "declined")]
    entries = [
        {"consumer": str(n), "event": event, "happened_at": "2026-05-20", "url": f"https://x.example/{n}", "at": AT}
        for n, event in events
    ]
    assert expect_live(find_standing(entries, people), people, rates) == pytest.approx(0.2 + 0.4 + 0.5 + 1)


def test_a_plan_without_rates_takes_those_of_earlier_campaigns_and_looks_at_prices_before_it_learns(
    small_campaign: Campaign, tmp_path: Path
) -> None:
    place = Campaign(Path(shutil.copytree(small_campaign.folder, tmp_path / "work")))
    people = [{"consumer": f"crm:{n}", "role": "koc", "platform": "instagram"} for n in range(20)]
    folder = campaigns_folder(place.folder / "run")
    save_list(folder, {"kind": "campaign", "name": "spring", "people": people, "ends": "2025-03-31"})
    rows: list[dict[str, Any]] = [{"consumer": one["consumer"], "event": "invited"} for one in people]
    rows += [{"consumer": f"crm:{n}", "event": "posted"} for n in range(8)]
    record(folder, "spring", [{**row, "happened_at": "2025-03-20"} for row in rows], "test")
    (place.folder / "rates.csv").write_text("accept,deliver,post\n100%,100%,100%\n")
    gift = Costs(product=25.0, shipping=6.0)
    store = place.open()
    for request, why in (
        (PlanRequest(budget=500.0), "nobody has a price"),
        (PlanRequest(budget=5.0, costs=gift), "nobody can be paid with 5"),
    ):
        with pytest.raises(GraphkocError, match=why):
            graphkoc.plan_campaign(store, place.run, request)
    assert not (place.folder / "run" / LEARNED).exists(), "nothing was learned for a plan that cannot be paid"
    few = PlanRequest(budget=64.0, costs=gift)
    plan = graphkoc.plan_campaign(store, place.run, few)
    assert plan["rates"][0]["accept"] == pytest.approx(0.4) and plan["rates"][0]["n"] == 20
    assert any(note.startswith("Rates are learned from 20 invitations of 1 campaign") for note in plan["notes"])
    assert sum(plan["invite"].values()) > plan["planned"]
    stated = graphkoc.plan_campaign(store, place.run, few, rates=place.folder / "rates.csv")
    store.close()
    assert "rates" not in stated and sum(stated["invite"].values()) == stated["planned"]
