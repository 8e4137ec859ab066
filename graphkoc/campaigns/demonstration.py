"""The campaigns of the demonstration: the invented brand listens, plans, runs two campaigns, and measures both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphkoc.activate.request import PlanRequest
from graphkoc.activate.running.campaign import Wanted
from graphkoc.campaigns.briefing import write_briefs
from graphkoc.campaigns.focus import choose_focus_group
from graphkoc.campaigns.listening import read_findings, record_feedback, reply_to_answers, set_finding
from graphkoc.campaigns.measuring import measure_campaign
from graphkoc.campaigns.outcome import recap_campaign, record_results, save_recap
from graphkoc.campaigns.planning import plan_campaign
from graphkoc.campaigns.running import new_campaign, read_campaign, update_campaign
from graphkoc.capture import synthetic
from graphkoc.capture.synthetic.world import Campaign
from graphkoc.progress import Clock, Progress
from graphkoc.runs.run import Run
from graphkoc.stores import Store

__all__ = ["walk_campaigns"]

PLAN, GROUP = "autumn", "luto-mini"
COMING = "Nordkessel Luto Mini"
"""What the focus group is about."""
BUDGET, CURRENCY, SEATS = 5_000.0, "CNY", 8
OWNER, CHANGED = "product team", "The lid has a new gasket since August: test it, and say what you find."


def walk_campaigns(
    store: Store, run: Run, world: synthetic.World, out: Path, *, progress: Progress | None = None
) -> dict[str, Any]:
    """Run the past campaigns of an invented brand with its own files, and plan the next one with what they taught.

    out: the folder with `files/campaigns`, beside which the pages are written. Returns {campaigns: [{campaign, states,
    posts, not_taken, lift: {adoptions, expected, p, would_have_shown, verdict}, recap}], findings: [{finding, theme,
    people, of, status}], replies, focus_group: {name, people, guide}, plan: {name, people, posts}, briefs}: recap and
    guide are files, replies and briefs folders.
    """
    clock = Clock(progress)
    spring, *_ = world.campaigns
    request = PlanRequest(BUDGET, product=spring.product.title, client=synthetic.OWN, currency=CURRENCY)
    with clock("learning from the past"):
        # What a plan learns is of the data as they were analysed: posts that were paid for change them.
        plan_campaign(store, run, request, today=synthetic.UNTIL)
    with clock("running the campaigns"):
        campaigns = [_run_campaign(store, run, campaign, out) for campaign in world.campaigns]
    with clock("listening"):
        findings = _listen(store, run, spring)
        for campaign in world.campaigns:
            save_recap(recap_campaign(store, run, campaign.name, today=synthetic.UNTIL.date()), _page(out, campaign))
        reply_to_answers(store, run, spring.name, out / "replies", brand=synthetic.OWN)
        guide = out / "guide.md"
        group = choose_focus_group(
            store, run, product=COMING, size=SEATS, client=synthetic.OWN, name=GROUP, guide=guide
        )
    with clock("planning the next campaign"):
        plan = plan_campaign(store, run, request, name=PLAN, today=synthetic.UNTIL)
        write_briefs(store, run, PLAN, out / "briefs")
    return {
        "campaigns": campaigns,
        "findings": findings,
        "replies": str(out / "replies"),
        "focus_group": {"name": GROUP, "people": len(group["people"]), "guide": str(guide)},
        "plan": {"name": PLAN, "people": len(plan["people"]), "posts": plan["posts"]},
        "briefs": str(out / "briefs"),
    }


def _run_campaign(store: Store, run: Run, campaign: Campaign, out: Path) -> dict[str, Any]:
    """Make a campaign, read its sheets, and measure it."""
    name, files = campaign.name, out / "files" / "campaigns" / campaign.name
    wanted = Wanted(
        product=campaign.product.title,
        client=synthetic.OWN,
        starts=campaign.starts.date(),
        ends=campaign.ends.date(),
        currency=CURRENCY,
        targets={"posts": campaign.target_posts},
    )
    done = [
        new_campaign(store, run, name, str(files / "people.csv"), wanted),
        update_campaign(store, run, files / "status.xlsx", name),
        record_results(store, run, files / "results.xlsx", name),
    ]
    if campaign.answers:
        done.append(record_feedback(store, run, files / "feedback.csv", name))
    lift = measure_campaign(store, run, campaign=name)
    shown = read_campaign(run, name, synthetic.UNTIL.date())
    return {
        "campaign": name,
        "states": shown["states"],
        "posts": shown["posts"],
        "not_taken": [sentence for one in done for sentence in one["not_taken"]],
        "lift": {key: lift[key] for key in ("adoptions", "expected", "p", "would_have_shown", "verdict")},
        "recap": str(_page(out, campaign)),
    }


def _page(out: Path, campaign: Campaign) -> Path:
    """The file of the wrap-up."""
    return out / f"recap-{campaign.name}.md"


def _listen(store: Store, run: Run, campaign: Campaign) -> list[dict[str, Any]]:
    """The findings of a campaign, the first of which is done."""
    for found in read_findings(store, run, campaign.name)[0]["findings"][:1]:
        set_finding(store, run, found["id"], campaign=campaign.name, status="done", owner=OWNER, note=CHANGED)
    [heard] = read_findings(store, run, campaign.name)
    return [
        {"finding": one["id"]} | {key: one[key] for key in ("theme", "people", "of", "status")}
        for one in heard["findings"]
    ]
