"""A campaign that runs: how it stands on the day of the report, who is late, and what to do, by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd

from graphkoc.activate.running.deadlines import list_late, read_limit
from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.activate.running.overview import add_up_spending, find_planned, join_standing
from graphkoc.activate.running.substitutes import find_substitutes
from graphkoc.invite.opted_out import list_opted_out
from graphkoc.report.people.evidence import to_date
from graphkoc.report.view import View

__all__ = ["Running", "describe_running", "list_actions", "read_running"]

WAITS = ("no_post", "not_received", "not_shipped", "silent")
"""Rules of `deadlines.toml` that count from an event, and begin with the latest step."""
ENDS = ("rights", "exclusivity")
LACKS = ("label", "filing")
ACTIONS = 3
NAMED = 4
"""Names in one sentence."""


@dataclass(frozen=True, eq=False)
class Running:
    """A campaign on the day of a report: its people, as `join_standing` has them, and who is late, longest first."""

    campaign: Mapping[str, Any]
    people: pd.DataFrame
    late: list[dict[str, Any]]


def read_running(view: View, campaign: Mapping[str, Any]) -> Running:
    """How a campaign stands; who may not be contacted is late with nothing."""
    standing = find_standing(read_journal(view.campaigns_folder, campaign["name"]), campaign["people"])
    people = join_standing(campaign["people"], standing)
    late = list_late(people[~people["consumer"].isin(list_opted_out(view.run))], view.as_of)
    order = [*WAITS, *LACKS, *ENDS]
    return Running(campaign, people, sorted(late, key=lambda row: (order.index(row["rule"]), -row["days"])))


def describe_running(view: View, running: Running, recap: Mapping[str, Any]) -> dict[str, Any]:
    """The status of a campaign on the day of the report, for the first screen and the section.

    recap: as `graphkoc.activate.outcome.recap.make_recap` returns it. The client sees selling prices, and no costs.
    """
    campaign, people, late = running.campaign, running.people, running.late
    say, ours, delivery = view.say, not view.reader.is_client, recap["delivery"]
    starts, ends = (date.fromisoformat(campaign[name][:10]) for name in ("starts", "ends"))
    name = say.data(campaign["name"])
    money = add_up_spending(campaign, people)
    overdue = [row for row in late if row["rule"] == "no_post"]
    live, planned = delivery["live"]["value"], find_planned(campaign)
    status = {
        "name": name,
        "day": (view.as_of - starts).days + 1,
        "days": (ends - starts).days + 1,
        "live": live,
        "planned": planned,
        **{stage: delivery[stage]["value"] for stage in ("invited", "accepted")},
        "delivered": delivery["received"]["value"],
        "overdue": len({row["consumer"] for row in overdue}),
        "late": _name(view, overdue),
        "critical": _count_critical(view, campaign, people),
        **{figure: money[figure] if ours else None for figure in ("spent", "committed", "budget")},
        "left": _find_left(money) if ours else None,
        "selling": money["selling_planned"],
        "currency": money["currency"],
    }
    status["headline"] = say(
        "campaign.headline", campaign=name, day=status["day"], days=status["days"], live=live, planned=planned
    )
    status["numbers"] = _write_numbers(view, status)
    status["late_people"] = (
        [_describe_late(view, row) for row in late if row["consumer"] in view.people] if ours else []
    )
    return status


def list_actions(view: View, running: Running, status: Mapping[str, Any]) -> list[str]:
    """What to do this week, the most urgent first, at most ACTIONS; the client approves, and chases nobody."""
    say, ours = view.say, not view.reader.is_client
    found = []

    def ask(rule: str) -> None:
        if names := _name(view, [row for row in running.late if row["rule"] == rule]):
            limit = say.count(read_limit(rule), "days") if rule in WAITS else ""
            found.append(say(f"campaign.do_{rule}", names=say.join(names, NAMED), days=limit))

    if ours:
        ask("no_post")
        if status["critical"]:
            found.append(say("campaign.do_critical", posts=say.count(status["critical"], "posts")))
    if substitutes := _ask_for_substitutes(view, running.campaign):
        found.append(substitutes)
    if ours:
        for rule in (*LACKS, *WAITS[1:]):
            ask(rule)
    return found[:ACTIONS]


def _name(view: View, rows: list[dict[str, Any]]) -> list[str]:
    consumers = dict.fromkeys(row["consumer"] for row in rows if row["consumer"] in view.people)
    return [view.name(consumer) for consumer in consumers]


def _describe_late(view: View, row: Mapping[str, Any]) -> dict[str, Any]:
    """Who it is, and in words what is missing for how many days."""
    say, rule = view.say, row["rule"]
    days = row["days"] + read_limit(rule) if rule in WAITS else abs(row["days"])
    return {"person": view.who(row["consumer"]), "text": say(f"campaign.late_{rule}", days=say.count(days, "days"))}


def _count_critical(view: View, campaign: Mapping[str, Any], people: pd.DataFrame) -> int | None:
    """The critical posts about our brand by the people of a campaign since it began, but for those whose author a note
    of the journal is about; None where no posts are known."""
    if view.run.posts.empty:
        return None
    answered = set(people.loc[people["note"].notna(), "consumer"])
    posted = set(people["consumer"]) - answered
    rows = view.run.rows("posts", ["consumer", "day", "side", "critical"], ("consumer", posted))
    starts = date.fromisoformat(campaign["starts"][:10])
    rows = [row for row in rows if row["side"] == "own" and row["critical"] and row["day"] is not None]
    return sum(to_date(row["day"]) >= starts for row in rows)


def _ask_for_substitutes(view: View, campaign: Mapping[str, Any]) -> str | None:
    """How many substitutes are to be approved until when; None where the campaign is not short of posts, or nobody can
    take a place."""
    found = find_substitutes(view.run, campaign, view.as_of)
    posts = found["posts"]
    most = posts["expected"] if posts["expected"] is not None else posts["live"] + found["open"]
    short = round(posts["planned"] - most)
    names = [one["consumer"] for one in found["substitutes"] if one["consumer"] in view.people]
    if short < 1 or not names:
        return None
    say = view.say
    # A parcel and a post have to fit in before the end.
    last = date.fromisoformat(campaign["ends"][:10]) - timedelta(
        days=read_limit("not_received") + read_limit("no_post")
    )
    basis = "rates" if posts["expected"] is not None else "open"
    return say(
        f"campaign.do_substitutes_{basis}",
        n=len(names),
        names=say.join([view.name(one) for one in names], NAMED),
        day=max(last, view.as_of),
        campaign=say.data(campaign["name"]),
        posts=say.count(short, "posts"),
    )


def _find_left(money: Mapping[str, Any]) -> float | None:
    """What the budget leaves after what is spent, due and committed: below 0 where it is over, None without one."""
    if money["budget"] is None:
        return None
    return float(money["budget"] - sum(money[name] for name in ("spent", "ready", "committed")))


def _write_numbers(view: View, status: Mapping[str, Any]) -> str:
    """The status in one line; what is not known is left out."""
    say = view.say
    names = ("invited", "accepted", "delivered", "overdue", "critical")
    pieces = [say(f"campaign.{name}", n=status[name]) for name in names if status[name] is not None]
    sums = ["selling"] if view.reader.is_client else ["spent", "committed", "budget", "left"]
    pieces += [
        say(f"campaign.{name}", money=say.money(status[name], status["currency"]))
        for name in sums
        if status[name] is not None
    ]
    return say("campaign.dot").join(pieces)
