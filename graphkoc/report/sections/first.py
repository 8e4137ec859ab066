"""The first screen: a running campaign's status, else whom to invite; then what to do, what changed, and the trust."""

from __future__ import annotations

from collections import Counter
from typing import Any

from graphkoc.report.people.cards import make_card
from graphkoc.report.people.invited import Invited, choose_invited
from graphkoc.report.view import View

__all__ = ["PLACE", "facts"]

PLACE = 0
ROWS, ROWS_RUNNING = 4, 3
"""People on the first screen, and beside a running campaign."""
NAMED = 3
"""Names in the headline."""
FEW = 3
"""Key opinion consumers below which the headline names them all."""
ACTIONS = 3
SUSPECTED = 5
"""People by rank who are named where they show a suspicious pattern; nobody suspicious is suggested."""


def facts(view: View) -> dict[str, Any]:
    """The first screen: {title, subline, running, cards, reach, changes, actions, trust}."""
    invited = choose_invited(view)
    campaign = view.facts("campaign")
    running = campaign.get("running") if campaign else None
    return {
        "title": running["headline"] if running else _write_title(view, invited),
        "subline": running["numbers"] if running else _write_subline(view, invited),
        "running": bool(running),
        "as_of": view.say("first.data", day=view.as_of) if view.dated else None,
        "people_heading": _write_heading(view, invited, bool(running)),
        "all": view.say("first.all", kocs=view.say.count(len(view.kocs), "kocs")) if view.kocs else None,
        "cards": [make_card(view, one) for one in invited.people[: ROWS_RUNNING if running else ROWS]],
        "reach": _describe_reach(view),
        "changes": _describe_changes(view),
        "actions": (campaign["actions"] if running else _list_actions(view, invited))[:ACTIONS],
        "trust": _describe_trust(view),
    }


def _write_title(view: View, invited: Invited) -> str:
    """What to do first, in one sentence."""
    say, first = view.say, [view.name(one) for one in invited.people[:NAMED]]
    if not view.run.info["counts"]["reviews"]:
        return say("first.title_unranked")
    if not view.kocs:
        return say("first.title_nobody")
    if not first:
        return say("first.title_none_now", kocs=say.count(len(view.kocs), "kocs"))
    names = say.join(first)
    if len(view.kocs) < FEW:
        return say("first.title_few", kocs=say.count(len(view.kocs), "kocs"), names=names)
    if not invited.planned:
        return say("first.title_kocs", kocs=say.count(len(invited.people), "kocs"), names=names)
    people = say.count(len(invited.people), "people")
    if invited.product:
        return say("first.title_product", people=people, product=say.data(invited.product), names=names)
    return say("first.title_people", people=people, names=names)


def _write_heading(view: View, invited: Invited, running: bool) -> str:
    """What the list of people is: the next ones beside a running campaign, by the plan where there is one."""
    if invited.planned:
        return view.say("first.next_planned" if running else "first.people_planned")
    return view.say("first.next" if running else "first.people")


def _write_subline(view: View, invited: Invited) -> str:
    """How many are clients, and when they posted last; what is not known is left out."""
    say = view.say
    rows = [view.people[one] for one in invited.people]
    clauses = []
    if rows and view.run.info["counts"]["purchases"]:
        clients = sum(row["client"] == "yes" for row in rows)
        clauses.append(say("first.clients", clients=clients, people=len(rows)))
    if rows and view.dated:
        longest = max((view.as_of - row["last_review"].date()).days for row in rows)
        clauses.append(say("first.posted", days=say.count(max(longest, 1), "days")))
    if rows and view.run.info["settings"]["brand"]:
        clauses.append(say("first.no_rival"))
    if view.dated:
        clauses.append(say("first.data", day=view.as_of))
    return " · ".join(clauses)


def _describe_reach(view: View) -> dict[str, Any] | None:
    """Where KOLs do not reach, as the section on niches has it."""
    niches = view.facts("niches")
    if not niches or not niches.get("bars"):
        return None
    return {"bars": niches["bars"], "sentence": niches["sentence"]}


def _describe_changes(view: View) -> dict[str, Any]:
    """The first changes since the previous run, or that there is none yet."""
    changes = view.facts("changes")
    if not changes:
        return {"heading": view.say("first.changes"), "lines": [], "none": view.say("first.first_run")}
    none = None if changes.get("lines") else view.say("first.unchanged")
    since = view.say("first.changes_since", day=view.say.day(changes["since"])) if changes.get("since") else None
    return {"heading": since or view.say("first.changes"), "lines": changes.get("lines", []), "none": none}


def _describe_trust(view: View) -> dict[str, str]:
    trust = view.facts("trust")
    return {name: trust.get(name, "") for name in ("short", "line")}


def _list_actions(view: View, invited: Invited) -> list[str]:
    """What to do this week where no campaign runs, the most useful first."""
    say = view.say
    names = say.join([view.name(one) for one in invited.people[:NAMED]])
    found = []
    if suspicious := [one["consumer"] for one in view.kocs[:SUSPECTED] if one["patterns"]]:
        found.append(say("first.read_texts", names=say.join([view.name(one) for one in suspicious])))
    if invited.planned and invited.undecided:
        key = "first.decide" if view.reader.is_client else "first.get_decisions"
        found.append(say(key, people=say.count(invited.undecided, "people")))
    if not invited.planned and view.kocs:
        found.append(say("first.make_plan"))
    if invited.people and not view.reader.is_client:
        found.append(say("first.message", names=names))
    if gap := _find_gap(view):
        platform, people = gap
        key = "first.link_accounts" if view.run.info["ties_of"].get(platform) == "none" else "first.load_follows"
        found.append(say(key, platform=say.platform(platform), people=say.count(people, "people")))
    return found


def _find_gap(view: View) -> tuple[str, int] | None:
    """The platform with most people of whom it is not known whom they follow, and how many; None where all are."""
    rows = view.run.rows("people", ["platform"], ("part", {"not_known"}))
    counts = Counter(str(row["platform"]) for row in rows if row["platform"])
    return min(counts.items(), key=lambda one: (-one[1], one[0]), default=None)
