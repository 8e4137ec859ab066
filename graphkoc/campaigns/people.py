"""What one person did in all campaigns, by any of their accounts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.activate.running.deadlines import read_limit
from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.errors import UsageError
from graphkoc.invite.listening.feedback import list_answers_of, read_answers
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.saved import ROSTER, campaigns_folder, last_invited, plans_folder, read_lists
from graphkoc.invite.unwilling import find_unwilling
from graphkoc.runs.run import Run
from graphkoc.text import is_missing, number_or_none, person_name

__all__ = ["read_person_history"]

TIMES = ("invited", "accepted", "declined", "shipped", "received", "posted", "paid")


def read_person_history(run: Run, consumer: str) -> dict[str, Any]:
    """What a person did in every campaign, the newest last.

    consumer: an id of any of their accounts, also of somebody whom the run does not have; else a handle or a name of
    the run. Returns {consumer, name, accounts, last_invited, why_not_contacted (None where they may be), campaigns:
    [{campaign, client, product, starts, place, role, state, EVENT_at of each of TIMES, on_time, posts, urls, paid,
    cost, quantity, rights_until, exclusive_until, decision, note}], lists: [{kind, name, client, made_at, place}],
    feedback: [{campaign, product, rating, text, given_at}]}. on_time: posted in the days that
    `graphkoc/activate/running/deadlines.toml` allows after the product was received, or before the campaign ended; None
    where that is not over or not known. Raises UsageError for somebody unknown.
    """
    folder, plans, accounts = campaigns_folder(Path(run.folder)), plans_folder(Path(run.folder)), map_persons(run)
    journal, campaigns, lists = read_journal(folder), read_lists(folder), read_lists(plans)
    named = {one["consumer"]: one for saved in [*lists, *campaigns] for one in saved["people"]}
    person, mine, name = _find_person(run, consumer, accounts, {*named, *(entry["consumer"] for entry in journal)})
    name = name or person_name(
        {"name": None, **next((named[one] for one in sorted(mine) if one in named), {}), "consumer": person}
    )
    rows = []
    for campaign in campaigns:
        entries = [
            {**entry, "consumer": person}
            for entry in journal
            if entry.get("campaign") == campaign["name"] and entry["consumer"] in mine
        ]
        listed = next((one for one in campaign["people"] if one["consumer"] in mine), None)
        if listed is not None or entries:
            about: Mapping[str, Any] = listed or {}
            standing = find_standing(entries, [{**about, "consumer": person}]).iloc[0].to_dict()
            rows.append(_describe(campaign, about, {str(key): cell for key, cell in standing.items()}))
    asked = last_invited(plans, campaigns=folder)
    objection = find_unwilling(journal, dict.fromkeys(mine, person)).get(person)
    made_of = {campaign.get("plan") for campaign in campaigns}
    return {
        "consumer": person,
        "name": name,
        "accounts": sorted(mine),
        "last_invited": max((asked[one].isoformat() for one in mine if one in asked), default=None),
        "why_not_contacted": objection and f"{objection['event'].replace('_', ' ')} in {objection.get('campaign')}",
        "campaigns": rows,
        "lists": [
            {key: saved.get(key) for key in ("kind", "name", "client", "made_at")}
            | {"place": one.get("place") or ROSTER}
            for saved in lists
            if not (saved["kind"] == "plan" and saved["name"] in made_of)
            for one in saved["people"]
            if one["consumer"] in mine
        ],
        "feedback": list_answers_of(read_answers(folder, persons=dict.fromkeys(mine, person)), person),
    }


def _find_person(run: Run, consumer: str, accounts: Mapping[str, str], listed: set[str]) -> tuple[str, set[str], str]:
    """The consumer in lists, all accounts, and the name; empty for somebody whom the run does not have."""
    try:
        found = run.person(consumer)
    except UsageError:
        if consumer not in listed:
            raise
        return accounts.get(consumer, consumer), {consumer}, ""
    person = str(found["consumer"])
    return person, {person, *(one for one, whose in accounts.items() if whose == person)}, person_name(found)


def _describe(campaign: Mapping[str, Any], listed: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """A campaign as a row of somebody's history."""
    times = {f"{event}_at": _write_day(row[f"{event}_at"]) for event in TIMES}
    return {
        "campaign": campaign["name"],
        **{key: campaign.get(key) for key in ("client", "product", "starts")},
        **{key: listed.get(key) for key in ("place", "role")},
        "state": row["state"],
        **times,
        "on_time": _was_on_time(row, campaign.get("ends")),
        "posts": int(row["posts"]),
        "urls": row["urls"],
        "paid": number_or_none(row["paid"]),
        "cost": listed.get("cost"),
        "quantity": number_or_none(row["quantity"]),
        **{key: _write_day(row[key]) for key in ("rights_until", "exclusive_until")},
        **{key: row[key] for key in ("decision", "note")},
    }


def _was_on_time(row: Mapping[str, Any], ends: str | None) -> bool | None:
    """Whether the first post came in time; None where there is none."""
    posted, received = row["posted_at"], row["received_at"]
    if is_missing(posted):
        return None
    if not is_missing(received):
        return bool((posted.normalize() - received.normalize()).days <= read_limit("no_post"))
    return None if ends is None else bool(posted.normalize() <= pd.Timestamp(ends[:10]))


def _write_day(time: Any) -> str | None:
    return None if is_missing(time) else time.date().isoformat()
