"""The campaigns of the demonstration: the invented brand listens, plans, runs one, and measures two that are over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from graphkoc.activate.costs import Costs
from graphkoc.activate.request import PlanRequest
from graphkoc.activate.running.campaign import Wanted
from graphkoc.campaigns.briefing import write_briefs
from graphkoc.campaigns.focus import choose_focus_group
from graphkoc.campaigns.listening import read_findings, record_feedback, reply_to_answers, set_finding
from graphkoc.campaigns.measuring import measure_campaign
from graphkoc.campaigns.outcome import recap_campaign, record_results, save_recap
from graphkoc.campaigns.planning import plan_campaign
from graphkoc.campaigns.running import list_late_people, new_campaign, read_campaign, update_campaign
from graphkoc.capture import synthetic
from graphkoc.capture.synthetic.world import Campaign
from graphkoc.progress import Clock, Progress
from graphkoc.runs.run import Run
from graphkoc.stores import Store

__all__ = ["WALKING", "walk_campaigns"]

WALKING = ("learning from the past", "running the campaigns", "listening", "planning the next campaign")
"""The steps of `walk_campaigns`, in order."""

PLAN, GROUP = "winter", "luto-mini"
COMING = "Nordkessel Luto Mini"
"""What the focus group is about."""
BUDGET, CURRENCY, SEATS = 5_000.0, "CNY", 8
UNIT = Costs(product=82.0, shipping=24.0, handling=12.0)
"""What a gift costs; together as much as in the sheets of the campaigns."""
KOLS, KOCS, LAUNCH = 2, 18, date(2025, 12, 1)
"""Of the next campaign: at most so many posts, and the day that it is planned back from."""
NO_POST = "no_post"
"""The rule by which somebody with a parcel is late with a post, see `graphkoc.activate.running.deadlines`."""
TODAY = synthetic.UNTIL.date()
OWNER, CHANGED = "product team", "The lid has a new gasket since August: test it, and say what you find."


class _Unshown:
    """A store in which a campaign is not shown yet.

    The last of several steps shows what all of them did: an embedded store is written anew for each change.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def replace_campaign(self, *_: object) -> bool:
        """Leave the graph as it is."""
        return False


def walk_campaigns(
    store: Store, run: Run, world: synthetic.World, out: Path, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Run the campaigns of an invented brand with its own files, and plan the next one with what they taught.

    out: the folder with `files/campaigns`, beside which the pages are written. Returns {campaigns: [{campaign, states,
    posts, not_taken, lift: {adoptions, expected, p, would_have_shown, verdict}, recap}] (those that are over), running:
    [{campaign, states, posts, not_taken, day, days, overdue (names), money}], findings: [{finding, theme, people, of,
    status}], replies, focus_group: {name, people, guide}, plan: {name, people, posts}, briefs}: recap and guide are
    files, replies and briefs folders.
    """
    clock = Clock(progress)
    learning, campaigning, hearing, planning = WALKING
    spring, *_ = world.campaigns
    over = [campaign for campaign in world.campaigns if campaign.ends < synthetic.UNTIL]
    running = [campaign for campaign in world.campaigns if campaign.ends >= synthetic.UNTIL]
    request = PlanRequest(
        BUDGET,
        product=spring.product.title,
        client=synthetic.OWN,
        currency=CURRENCY,
        costs=UNIT,
        kols=KOLS,
        kocs=KOCS,
        launch=LAUNCH,
    )
    with clock(learning):
        # What a plan learns is of the data as they were analysed: posts that were paid for change them.
        plan_campaign(store, run, request, today=synthetic.UNTIL)
    with clock(campaigning):
        campaigns = [_finish_campaign(store, run, campaign, out) for campaign in over]
        standing = [_run_campaign(store, run, campaign, out) for campaign in running]
    with clock(hearing):
        findings = _listen(store, run, spring)
        for campaign in over:
            save_recap(recap_campaign(store, run, campaign.name, today=TODAY), _page(out, campaign))
        reply_to_answers(store, run, spring.name, out / "replies", brand=synthetic.OWN)
        guide = out / "guide.md"
        group = choose_focus_group(
            store, run, product=COMING, size=SEATS, client=synthetic.OWN, name=GROUP, guide=guide
        )
    with clock(planning):
        busy = tuple(one for campaign in running for one in _list_asked(run, campaign))
        plan = plan_campaign(store, run, replace(request, excluded=busy), name=PLAN, today=synthetic.UNTIL)
        write_briefs(store, run, PLAN, out / "briefs")
    return {
        "campaigns": campaigns,
        "running": standing,
        "findings": findings,
        "replies": str(out / "replies"),
        "focus_group": {"name": GROUP, "people": len(group["people"]), "guide": str(guide)},
        "plan": {"name": PLAN, "people": len(plan["people"]), "posts": plan["posts"]},
        "briefs": str(out / "briefs"),
    }


def _finish_campaign(store: Store, run: Run, campaign: Campaign, out: Path) -> dict[str, Any]:
    """Run a campaign that is over, and measure it."""
    done, _ = _read_sheets(store, run, campaign, out)
    lift = measure_campaign(store, run, campaign=campaign.name)
    return {
        **done,
        "lift": {key: lift[key] for key in ("adoptions", "expected", "p", "would_have_shown", "verdict")},
        "recap": str(_page(out, campaign)),
    }


def _run_campaign(store: Store, run: Run, campaign: Campaign, out: Path) -> dict[str, Any]:
    """Bring a campaign that runs up to the day of the report, and tell who is late with a post."""
    done, shown = _read_sheets(store, run, campaign, out)
    late = list_late_people(run, campaign.name, today=TODAY)["late"]
    overdue = [one["name"] for one in late if one["rule"] == NO_POST]
    return {**done, "day": shown["day"], "days": shown["days"], "overdue": overdue, "money": shown["money"]}


def _read_sheets(store: Store, run: Run, campaign: Campaign, out: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make a campaign and read its sheets; what was done, and how it stands on the day of the report."""
    name, files = campaign.name, out / "files" / "campaigns" / campaign.name
    wanted = Wanted(
        product=campaign.product.title,
        client=synthetic.OWN,
        starts=campaign.starts.date(),
        ends=campaign.ends.date(),
        budget=campaign.budget,
        currency=CURRENCY,
        targets={"posts": campaign.target_posts},
    )
    unshown = cast(Store, _Unshown(store))
    done = [
        new_campaign(unshown, run, name, str(files / "people.csv"), wanted, today=TODAY),
        update_campaign(unshown, run, files / "status.xlsx", name),
    ]
    if campaign.answers:
        done.append(record_feedback(unshown, run, files / "feedback.csv", name))
    done.append(record_results(store, run, files / "results.xlsx", name))
    shown = read_campaign(run, name, TODAY)
    stands = {
        "campaign": name,
        "states": shown["states"],
        "posts": shown["posts"],
        "not_taken": [sentence for one in done for sentence in one["not_taken"]],
    }
    return stands, shown


def _list_asked(run: Run, campaign: Campaign) -> list[str]:
    """Whoever was asked for a campaign."""
    return [one["consumer"] for one in read_campaign(run, campaign.name, TODAY)["people"]]


def _page(out: Path, campaign: Campaign) -> Path:
    """The file of the wrap-up."""
    return out / f"recap-{campaign.name}.md"


def _listen(store: Store, run: Run, campaign: Campaign) -> list[dict[str, Any]]:
    """The findings of a campaign, the first of which is done."""
    [heard] = read_findings(store, run, campaign.name)
    findings = [
        {"finding": one["id"]} | {key: one[key] for key in ("theme", "people", "of", "status")}
        for one in heard["findings"]
    ]
    for first in findings[:1]:
        name = first["finding"]
        done = set_finding(store, run, name, campaign=campaign.name, status="done", owner=OWNER, note=CHANGED)
        first["status"] = done["status"]
    return findings
