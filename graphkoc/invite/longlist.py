"""The longlist: the sheet on which a client says yes, no or reserve of each person, with the reasons for them.

It has selling prices only. What an offer costs us, the margin and the price that somebody asked stay out of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from graphkoc.errors import AnalysisError
from graphkoc.invite.decisions import DECISIONS
from graphkoc.invite.flags import OPTED_OUT, REFUSED, list_flags
from graphkoc.invite.profile import clean_url, describe_profile
from graphkoc.qualify.reasons import reasons
from graphkoc.runs.run import Run
from graphkoc.text import count, display_name, person_name

__all__ = ["CHOICES", "COLUMNS", "build_rows", "choose_people", "list_quoted", "map_persons"]

COLUMNS = (
    *("consumer", "name", "handle", "link", "platform", "label", "why", "evidence", "price", "flags"),
    *("decision", "reason"),
)
"""Of the sheet, in their order. The last two are empty."""
CHOICES = {"decision": DECISIONS}
QUOTED = 2
"""Reviews that are quoted of one person."""
LONGEST = 240
"""Characters of a quote."""


def map_persons(run: Run) -> dict[str, str]:
    """The consumer in lists of each account of a person with several."""
    return {row["account"]: row["consumer"] for row in run.rows("accounts", ["account", "consumer"])}


def choose_people(
    run: Run,
    niche: str | None = None,
    limit: int | None = None,
    refused: Collection[str] = (),
    planned: Sequence[Mapping[str, Any]] | None = None,
    unwilling: Collection[str] = (),
) -> tuple[list[dict[str, Any]], list[str]]:
    """The people on the sheet, and how many were left out for each reason, in words.

    niche: only people of this niche, by id or name. limit: the most people, of those that are left. refused: whom the
    client does not want. planned: people of a saved list, in whose order and place they come instead of the key opinion
    consumers by rank. unwilling: who asked not to be contacted. Returns rows of `people`; of somebody planned whom the
    run does not have, what the list kept. Raises UsageError for an unknown niche, and AnalysisError where nobody is
    left.
    """
    if planned is None:
        people = run.ranked(niche)
    else:
        whose = map_persons(run)
        ids = [whose.get(one["consumer"], one["consumer"]) for one in planned]
        known = {row["consumer"]: row for row in run.rows("people", where=("consumer", set(ids)))}
        inside = set(ids) if niche is None else _list_members(run, niche)
        people = [
            known.get(consumer, {"name": None}) | {"planned": dict(one), "consumer": consumer}
            for consumer, one in zip(ids, planned, strict=True)
            if consumer in inside
        ]
    checked = run.rows("checks", ["consumer", "check"], ("check", {"not_to_contact"}))
    away = {row["consumer"] for row in checked} | set(unwilling)
    why = [
        REFUSED
        if person["consumer"] in refused
        else OPTED_OUT
        if person["consumer"] in away or person.get("consent") == "no"
        else None
        for person in people
    ]
    left = [person for person, reason in zip(people, why, strict=True) if reason is None]
    if not left:
        raise AnalysisError("there is nobody to put on a list", hint="Choose another niche, client or plan.")
    left_out = [f"{count(why.count(reason), 'people')}: {reason}" for reason in (REFUSED, OPTED_OUT) if reason in why]
    return left[:limit], left_out


def list_quoted(person: Mapping[str, Any]) -> list[str]:
    """The reviews that are quoted of a person, by id: the constructive critic's first, then the highest ones."""
    highest = (person.get("quality_quotes") or "").split("; ")
    found = dict.fromkeys([person.get("quality_constructive_quote"), *highest])
    return [review for review in found if review][:QUOTED]


def build_rows(run: Run, people: Iterable[Mapping[str, Any]], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of the sheet, with COLUMNS; texts: those of the quoted reviews that are known, by id."""
    flags = list_flags(run)
    return [_build_row(run, person, texts, flags.get(person["consumer"], [])) for person in people]


def _build_row(run: Run, person: Mapping[str, Any], texts: Mapping[str, str], flags: Sequence[str]) -> dict[str, Any]:
    planned, in_run = person.get("planned", {}), "score" in person
    profile = describe_profile(person, planned)
    quotes = [(review, display_name(texts.get(review, ""), LONGEST)) for review in list_quoted(person)]
    row = {
        "consumer": person["consumer"],
        "name": person_name({"name": profile["name"], "consumer": person["consumer"]}),
        "handle": profile["handle"],
        "link": clean_url(profile["url"]),
        "platform": profile["platform"],
        "label": profile["label"],
        "why": "; ".join(reasons(run, person)) if in_run else f"not among the people of the run {run.name}",
        "evidence": "\n".join(f"“{text}” ({review})" if text else review for review, text in quotes),
        "price": planned.get("selling"),
        "flags": "; ".join(dict.fromkeys([*flags, *planned.get("flags", [])])),
        "decision": None,
        "reason": None,
    }
    return {column: row[column] for column in COLUMNS}


def _list_members(run: Run, niche: str) -> set[str]:
    _, found = run.group(niche, "niche")
    rows = run.rows("members", ["consumer", "kind"], ("group", {found}))
    return {row["consumer"] for row in rows if row["kind"] == "niche"}
