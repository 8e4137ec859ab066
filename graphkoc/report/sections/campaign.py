"""Campaigns beside the run: how those that run stand, what became of the others, whom to ask, and what people answered.

Figures are those of `graphkoc recap` on the day of the run. What only a store has is left to that command. The client
sees selling prices, never costs, notes or waves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from graphkoc.activate.outcome.gathering import gather_outcome
from graphkoc.activate.outcome.recap import make_recap
from graphkoc.activate.running.overview import find_planned
from graphkoc.report.campaigns.listening import describe_findings, describe_focus_group
from graphkoc.report.campaigns.running import describe_running, list_actions, read_running
from graphkoc.report.catalogue import TEXT
from graphkoc.report.people.invited import find_running
from graphkoc.report.view import View
from graphkoc.text import display_name

__all__ = ["PLACE", "facts"]

PLACE = 50
STAGES = ("invited", "accepted", "shipped", "received", "posted")
OF_COSTS = ("total", "cpm", "cpc", "cpe")
"""Figures that are of costs."""
REACHED = ("impressions", "reads", "engagements", "viral_posts")
"""Figures that are shown without a target as well."""
MONEY = (*OF_COSTS, "revenue", "selling")


def facts(view: View) -> dict[str, Any] | None:
    """The campaigns, the newest first, the newest focus group and the findings; None where there is none of them."""
    campaign = find_running(view)
    rows = [_describe(view, one) for one in view.campaigns if one is not campaign]
    group, findings = describe_focus_group(view), describe_findings(view)
    if not (campaign or rows or group or findings):
        return None
    status, actions, funnel = None, list[str](), list[dict[str, Any]]()
    if campaign:
        running, recap = read_running(view, campaign), _recap(view, campaign)
        status, funnel = describe_running(view, running, recap), _describe_funnel(view, recap)
        actions = list_actions(view, running, status)
    return {
        "running": status,
        "actions": actions,
        "funnel": funnel,
        "rows": rows,
        "focus_group": group,
        "findings": findings,
        "heading": _write_heading(view, status, rows),
    }


def _write_heading(view: View, status: Mapping[str, Any] | None, rows: list[dict[str, Any]]) -> str:
    if status:
        return str(status["headline"])
    return str(rows[0]["headline"]) if rows else view.say("campaign.heading_listening")


def _recap(view: View, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a campaign on the day of the report."""
    return make_recap(gather_outcome(view.run, view.campaigns_folder, campaign, view.as_of))


def _describe(view: View, campaign: Mapping[str, Any]) -> dict[str, Any]:
    """A campaign that does not run."""
    say, recap = view.say, _recap(view, campaign)
    starts, ends = (str(campaign.get(name) or "")[:10] or None for name in ("starts", "ends"))
    live, planned = recap["delivery"]["live"]["value"], find_planned(campaign)
    name = say.data(display_name(campaign["name"], TEXT))
    begins = starts is not None and starts > view.as_of.isoformat()
    if begins:
        headline = say("campaign.headline_next", campaign=name, day=date.fromisoformat(str(starts)))
    else:
        headline = say("campaign.headline_over", campaign=name, live=live, posts=say.count(planned, "posts"))
    return {
        "name": name,
        "product": say.data(str(campaign["product"])) if campaign.get("product") else None,
        "starts": starts,
        "ends": ends,
        "headline": headline,
        "figures": [] if begins else _list_figures(view, recap),
        "funnel": [] if begins else _describe_funnel(view, recap),
        "best": _list_best(view, recap),
        "lift": _describe_lift(view, recap["lift"], name) if recap["lift"] else None,
        "unmeasured": say("campaign.lift_unmeasured") if not recap["lift"] and live and not begins else None,
        "currency": recap["overview"]["currency"],
        "definitions": say(
            "campaign.definitions",
            version=str(recap["definitions"]["version"]),
            likes=int(recap["definitions"]["viral_likes"]),
        ),
    }


def _list_figures(view: View, recap: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Target against actual of every figure that has a target, and what the posts reached."""
    client, every = view.reader.is_client, recap["engagement"]["all"]
    rows = {row["figure"]: row for row in recap["targets"] if not (client and row["figure"] in OF_COSTS)}
    for name in REACHED:
        rows.setdefault(name, {**every[name], "target": None, "share": None, "less_is_better": False})
    if client:
        rows |= {"selling": {**recap["money"]["selling"], "target": None, "share": None, "less_is_better": False}}
    currency = recap["overview"]["currency"]
    return [
        {
            "name": view.say(f"campaign.figure_{name}"),
            "target": None if row["target"] is None else _write(view, name, row["target"], currency),
            "value": _write(view, name, row["value"], currency),
            "mark": _mark(row),
        }
        for name, row in rows.items()
        if view.say.has(f"campaign.figure_{name}") and (row["value"] is not None or row["target"] is not None)
    ]


def _write(view: View, name: str, value: float | None, currency: str) -> str:
    if name in MONEY:
        return view.say.money(value, currency)
    return view.say.percent(value) if name in ("viral_rate", "ctr") else view.say.number(value)


def _mark(row: Mapping[str, Any]) -> str | None:
    """Whether a target was met: met or missed; None without one."""
    if row["share"] is None:
        return None
    return "met" if (row["share"] <= 1 if row["less_is_better"] else row["share"] >= 1) else "missed"


def _describe_funnel(view: View, recap: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How far invitations came; empty where nobody was asked."""
    delivery = recap["delivery"]
    stages = [
        {"stage": stage, "label": view.say(f"campaign.stage_{stage}"), "people": delivery[stage]["value"]}
        for stage in STAGES
    ]
    return stages if stages[0]["people"] else []


def _list_best(view: View, recap: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The posts with the most engagements, by people who can be named."""
    say = view.say
    return [
        {
            "person": view.who(post["consumer"]) if post["consumer"] in view.people else None,
            "title": display_name(post["title"] or post["direction"] or "", TEXT),
            "text": say("campaign.engagements", n=round(post["engagements"])),
            "posted": post["posted"],
        }
        for post in recap["best"]
    ]


def _describe_lift(view: View, lift: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Whether followers came to the product more than people like them did, beside other products."""
    say, figures = view.say, lift.get("figures") or {}
    product = (lift.get("product") or {}).get("title")
    compared = bool(figures.get("controls"))
    own = (lift["adoptions"] - figures["matched"]) / figures["deviation"] if compared else None
    return {
        "sentence": _say_lift(view, lift),
        "range": say(
            "campaign.lift_range",
            lift=_sign(view, lift["lift"]),
            low=_sign(view, lift["low"]),
            high=_sign(view, lift["high"]),
        )
        if lift.get("low") is not None and lift["low"] > 0
        else None,
        "boosted": say("campaign.lift_boosted", posts=say.count(lift["boosted"]["posts"], "posts"))
        if (lift.get("boosted") or {}).get("posts")
        else None,
        "own": own,
        "controls": figures["controls"] if compared else [],
        "product": say.data(product) if product else name,
    }


def _sign(view: View, number: float) -> str:
    return view.say.signed(number, 1)


def _say_lift(view: View, lift: Mapping[str, Any]) -> str:
    """Whether an effect is seen, without a p."""
    say = view.say
    if not lift.get("followers"):
        return say("campaign.lift_nobody")
    if lift.get("low") is None:
        return say("campaign.lift_unknown", products=say.count(lift["controls"], "products"))
    if lift["low"] > 0:
        some = {"n": lift["controls_as_large"]} if lift["controls_as_large"] else {}
        return say(
            f"campaign.lift_seen{'' if some else '_alone'}",
            followers=say.count(lift["adoptions"], "followers"),
            expected=lift["expected"],
            products=say.count(lift["controls"], "comparison_products"),
            **some,
        )
    shown = lift["would_have_shown"]
    few = "_few" if shown > lift["followers"] - lift["adoptions"] else ""
    return say(f"campaign.lift_none{few}", n=shown, followers=say.count(lift["followers"], "followers"))
