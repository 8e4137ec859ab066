"""Whom a report suggests to invite, in the order of a plan or of the ranking.

They may be asked, were not asked already, are active, and show no suspicious pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from graphkoc.activate.running.journal import read_journal
from graphkoc.invite.decisions import find_standing
from graphkoc.invite.decisions import read as read_decisions
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.saved import plans_folder
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.report.view import View
from graphkoc.runs.checks import QUIET
from graphkoc.runs.roles import RANKED
from graphkoc.text import is_missing

__all__ = ["Invited", "choose_invited", "find_running"]

HINDERED = {"not_to_contact", "open_complaint", "rival_ad", "amazon_only"}
"""Checks of a run that keep a person off the suggestions; who is left out for them is on the list of all."""


@dataclass(frozen=True)
class Invited:
    """Whom to invite, in order, by consumer; planned: by the newest plan. product and client: what and whom it is for.

    undecided: how many of them the client has not decided on; None without a client.
    """

    people: list[str]
    planned: bool
    product: str | None
    client: str | None
    undecided: int | None


def find_running(view: View) -> dict[str, Any] | None:
    """The campaign that runs on the day of the report, the one that began last; None where none does."""
    return next((one for one in view.campaigns if _is_running(one, view.as_of)), None)


def choose_invited(view: View) -> Invited:
    """The key opinion consumers of the newest plan, else all, without those who cannot be asked now."""
    plan = view.plan
    ranked = {person["consumer"]: person for person in view.kocs}
    listed = [one["consumer"] for one in plan["people"] if one["role"] in RANKED] if plan else list(ranked)
    client = _find_client(view)
    decided = _list_decisions(view, client) if client else {}
    refused = {consumer for consumer, decision in decided.items() if decision == "no"}
    closed = refused | _list_hindered(view)
    people = [
        one for one in dict.fromkeys(listed) if one in ranked and one not in closed and _is_fit(view, ranked[one])
    ]
    undecided = sum(one not in decided for one in people) if client else None
    return Invited(people, plan is not None, plan.get("product") if plan else None, client, undecided)


def _is_running(campaign: Mapping[str, Any], day: date) -> bool:
    starts, ends = (str(campaign.get(name) or "")[:10] for name in ("starts", "ends"))
    return bool(starts and ends) and starts <= day.isoformat() <= ends


def _find_client(view: View) -> str | None:
    if view.plan and view.plan.get("client"):
        return str(view.plan["client"])
    brand = view.run.info["settings"]["brand"]
    return str(brand["own"][0]) if brand and brand["own"] else None


def _list_decisions(view: View, client: str) -> dict[str, str]:
    folder = plans_folder(Path(view.run.folder))
    standing = find_standing(read_decisions(folder), client, map_persons(view.run))
    return {consumer: one.decision for consumer, one in standing.items()}


def _list_hindered(view: View) -> set[str]:
    """Who may not be contacted, stands in a campaign that runs, or has a check against an invitation."""
    unwilling = list_unwilling(view.campaigns_folder, map_persons(view.run))
    checked = view.run.rows("checks", ["consumer"], ("check", HINDERED))
    opted_out = {one["consumer"] for one in view.kocs if one["consent"] == "no"}
    running = {one["name"] for one in view.campaigns if _is_running(one, view.as_of)}
    asked = {str(one["consumer"]) for one in read_journal(view.campaigns_folder) if one["campaign"] in running}
    return unwilling | {row["consumer"] for row in checked} | opted_out | asked


def _is_fit(view: View, person: Mapping[str, Any]) -> bool:
    """Whether the newest post is recent, or nothing has a date, and no suspicious pattern was found."""
    if person["patterns"]:
        return False
    if not view.dated:
        return True
    last = person["last_review"]
    return not is_missing(last) and (view.as_of - last.date()).days <= QUIET
