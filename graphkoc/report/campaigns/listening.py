"""Whom to ask, and what people answered: the newest focus group, and findings with their status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from graphkoc.invite.listening.feedback import read_answers
from graphkoc.invite.listening.finding_status import find_standing
from graphkoc.invite.listening.findings import count_raised
from graphkoc.invite.listening.points import name_point
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.saved import ROSTER
from graphkoc.qualify.remarks.sentences import find_problems, split_sentences
from graphkoc.report.people.evidence import read_evidence
from graphkoc.report.view import Person, View
from graphkoc.text import display_name

__all__ = ["describe_findings", "describe_focus_group"]

LONGEST = 125
"""Characters of a quote, in whole sentences."""
SETTLED = ("open", "taken", "done", "declined")
"""Statuses of findings, those first about which something is to be done."""


def describe_focus_group(view: View) -> dict[str, Any] | None:
    """The newest focus group: {name, language, heading, people}; None where none is saved."""
    groups = [one for one in view.plans if one["kind"] == "focus-group"]
    group = max(groups, key=lambda one: (str(one["made_at"]), one["name"]), default=None)
    if group is None:
        return None
    say = view.say
    listed = [one for one in group["people"] if (one.get("place") or ROSTER) == ROSTER]
    known = [one for one in listed if one["consumer"] in view.people]
    if not known:
        return None
    topic = str((group.get("topic") or {}).get("name") or group["name"])
    return {
        "name": display_name(group["name"]),
        "language": _name_language(view, group.get("language")),
        "heading": say("campaign.group", people=say.count(len(listed), "people"), topic=say.data(topic)),
        "people": [_describe_seat(view, one) for one in known],
    }


def _describe_seat(view: View, one: Mapping[str, Any]) -> dict[str, Any]:
    """Who it is, what they write about, how many of their low ratings have reasons, and what they say."""
    consumer = one["consumer"]
    person, opinions = view.people[consumer], one.get("opinions") or {}
    low = int(person["critical"] or 0)
    return {
        "person": view.who(consumer),
        "type": display_name(person["main_type"]) if person["main_type"] else None,
        "low": view.say("campaign.low_ratings", ratings=view.say.count(low, "low_ratings")) if low else None,
        "language": _name_language(view, one.get("language")),
        "quote": _choose_quote(view, person, opinions.get("quotes") or []) if view.names.is_shown(consumer) else None,
        "lang": one.get("language"),
    }


def _choose_quote(view: View, person: Person, quotes: Sequence[Mapping[str, Any]]) -> str | None:
    """What somebody says of a problem and what to do about it, else the first sentence that names a problem, else how
    the first text begins."""
    best = person["quality_constructive_quote"]
    posts = view.once(read_evidence).posts.get(person["consumer"], [])
    if best_quote := next((post["quote"] for post in posts if post["quote"] and post["review"] == best), None):
        return display_name(best_quote, LONGEST)
    for quote in sorted(quotes, key=lambda one: not one.get("constructive")):
        sentences = [one for one in split_sentences(str(quote.get("quote") or "")) if not one.endswith("…")]
        short = [one for one in sentences if len(one) <= LONGEST]
        if short:
            problems = find_problems(pd.Series(short, dtype="str"))
            found = next((one for one, names in zip(short, problems, strict=True) if names), short[0])
            return display_name(found, LONGEST)
    return None


def _name_language(view: View, language: object) -> str | None:
    key = f"campaign.language_{language}"
    return view.say(key) if view.say.has(key) else None


def describe_findings(view: View) -> list[dict[str, Any]]:
    """The findings whose status somebody recorded: those that are open first, then those of most people.

    A row has campaign, theme, people (who raise it) and of (who answered), status, and for the analyst owner, due and
    note.
    """
    persons, rows = map_persons(view.run), []
    for listed in view.lists:
        standing = find_standing(view.campaigns_folder, listed["name"])
        if not standing:
            continue
        answers = read_answers(view.campaigns_folder, listed["name"], persons)
        known = [str(listed[name]) for name in ("product", "client") if listed.get(name)]
        raised = count_raised(answers, standing, known)
        for finding, (point, entry) in standing.items():
            rows.append(
                _describe_finding(
                    view, listed, name_point(point.words, view.say.language), entry, raised[finding], answers
                )
            )
    rows.sort(key=lambda row: (SETTLED.index(row["state"]), -(row["people"] or 0), row["campaign"], row["theme"]))
    return rows


def _describe_finding(
    view: View,
    listed: Mapping[str, Any],
    theme: str,
    entry: Mapping[str, Any],
    people: int,
    answers: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    say, state = view.say, str(entry["status"])
    of = len({one["consumer"] for one in answers})
    ours = {} if view.reader.is_client else {name: entry.get(name) for name in ("owner", "due", "note")}
    return {
        "campaign": say.data(listed["name"]),
        "theme": say.data(theme),
        "people": people if of else None,
        "text": say("campaign.raised", n=people, of=say.count(of, "people")) if of else None,
        "state": state,
        "status": say(f"campaign.finding_{state}"),
        "owner": display_name(str(ours["owner"])) if ours.get("owner") else None,
        "due": str(ours["due"])[:10] if ours.get("due") else None,
        "note": say.data(str(ours["note"])) if ours.get("note") else None,
    }
