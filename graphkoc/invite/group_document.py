"""A focus group in words: what each person adds, whom they stand for, who was left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.errors import UsageError
from graphkoc.files import read_toml
from graphkoc.invite.focus_group import Group
from graphkoc.invite.opinions import LANGUAGE_NAMES, NOT_KNOWN, SIGNS, list_quotes
from graphkoc.invite.screening import REASONS, Wishes
from graphkoc.invite.topics import Topic
from graphkoc.qualify.lists import list_checks
from graphkoc.runs.run import Run
from graphkoc.text import count, number_or_none, person_name, text_or_none

__all__ = ["TO_FILL", "describe_group", "read_wording"]

TO_FILL = ("incentive", "slot", "record", "embargo")
"""Columns that the user fills; what is asked or said for each is in the wording."""
NEAREST = 3
"""People of each reason who are named: those whom nothing else keeps out, the best texts first; of the quiet ones, who
wrote last."""
FORBIDDEN = str.maketrans(dict.fromkeys('/\\:*?"<>|', " "))
"""Characters that no name of a saved list has."""


def describe_group(group: Group, topic: Topic, run: Run, wishes: Wishes, notes: Iterable[str] = ()) -> dict[str, Any]:
    """The group as a document; see `graphkoc.choose_focus_group` for its keys."""
    language = group.language or "en"
    wording = read_wording(language)
    subject = topic.han if language == "zh" and topic.han else topic.kind_name or topic.name
    shown = {name: text.format(topic=subject) for name, text in wording.items() if isinstance(text, str)}
    checks = list_checks(run)
    people: list[dict[str, Any]] = []
    before: list[str] = []
    for number, consumer in enumerate(group.seats, start=1):
        row = _describe_person(group, run, consumer, checks)
        row |= {"place": "roster", "seat": number, "why": _say_why(group, run, consumer, before)}
        people.append(row | _leave_to_fill(shown["screener"]))
        before.append(consumer)
    reserves = []
    for number, consumer in enumerate(group.reserves, start=1):
        other = group.stand_in[consumer]
        row = _describe_person(group, run, consumer, checks)
        name = person_name(run.person(other))
        row |= {"place": "reserve", "seat": number, "why": f"In place of {name}, who is most like them.", "for": other}
        reserves.append(row | _leave_to_fill(shown["screener"]))
    return {
        "kind": "focus-group",
        "name": f"{topic.name.translate(FORBIDDEN).strip()} {run.info['at'][:10]}",
        "run": run.name,
        "topic": {"kind": topic.kind, "name": topic.name, "matched": topic.matched},
        "language": group.language,
        "people": people,
        "reserves": reserves,
        "left_out": _list_left_out(group, run),
        "covers": {
            "people": group.represented,
            "value": round(group.value, 4),
            "value_without_conditions": round(group.free_value, 4),
        },
        "balance": _balance(group, run),
        "wording": shown | {"screener_also": wording["screener_also"]},
        "notes": [*_list_notes(group, topic, people, reserves, wishes), *notes],
    }


def read_wording(language: str) -> dict[str, Any]:
    """What people are asked and told, in that language (ISO 639), or in English where there is no wording in it."""
    texts = _read_file()
    found: dict[str, Any] = texts.get(language, texts["en"])
    return found


@cache
def _read_file() -> Mapping[str, dict[str, Any]]:
    return read_toml(Path(__file__).parent / "wording.toml", UsageError)


def _leave_to_fill(screener: str) -> dict[str, str]:
    return {"screener": screener, **dict.fromkeys(TO_FILL, "")}


def _describe_person(
    group: Group, run: Run, consumer: str, checks: Mapping[str, list[dict[str, Any]]]
) -> dict[str, Any]:
    person, opinion = run.person(consumer), group.people.loc[consumer].to_dict()
    texts = group.texts[(group.texts["consumer"] == consumer) & group.texts["free"]]
    newest = texts.sort_values(["created_at", "review"], na_position="first").iloc[-1]
    numbers = ("texts", "exact", "asked_for", "lately", "reasons", "constructive", "specifics", *SIGNS)
    latest = opinion["latest"]
    return {
        "consumer": consumer,
        "name": person_name(person),
        "handle": text_or_none(person["handle"]),
        "url": text_or_none(person["url"]),
        "platform": text_or_none(person["platform"]),
        "channel": opinion["channel"],
        "language": opinion["language"],
        "role": person["role"],
        "client": person["client"],
        "niche": run.group_name("niche", person["niche"]),
        "circle": run.group_name("circle", person["circle"]),
        "stands_for": group.stands_for.get(consumer),
        "opinions": {
            **{name: int(opinion[name]) for name in numbers},
            "quality": number_or_none(opinion["quality"]),
            "sign": _name_sign(opinion),
            "latest": None if pd.isna(latest) else latest.isoformat(),
            "latest_about": text_or_none(newest["about"]),
            "quotes": list_quotes(texts),
        },
        "checks": checks.get(consumer, []),
    }


def _name_sign(opinion: Mapping[Any, Any]) -> str:
    """Of which sign a person's ratings of the topic are: low, high, both, middle, or not known without any."""
    if opinion["low"] and opinion["high"]:
        return "both"
    return next((sign for sign in ("low", "high", "middle") if opinion[sign]), NOT_KNOWN)


def _say_why(group: Group, run: Run, consumer: str, before: list[str]) -> str:
    """What a person adds to those who were chosen before, in a sentence."""
    here, others = group.people.loc[consumer], group.people.loc[before]
    clauses = []
    if here["constructive"]:
        clauses.append(f"names a problem and what to do about it in {count(here['constructive'], 'texts')}")
    elif here["reasons"]:
        clauses.append(f"gives reasons in {count(here['reasons'], 'texts')}")
    new = [
        f"the {kind} {run.group_name(kind, here[kind])}"
        for kind in ("circle", "niche")
        if before and pd.notna(here[kind]) and here[kind] not in set(others[kind])
    ]
    if new:
        clauses.append(f"the first from {' and '.join(new)}")
    if before and here["platform"] not in set(others["platform"]):
        clauses.append(f"the first whose main account is on {here['platform']}")
    signs = [sign for sign in ("low", "high") if here[sign] and before and not others[sign].any()]
    if signs:
        clauses.append(f"the first with a {' and a '.join(signs)} rating")
    if stands_for := group.stands_for[consumer]:
        clauses.append(f"stands for {stands_for:,} of the {count(group.represented, 'people')}")
    sentence = "; ".join(clauses)
    return sentence[0].upper() + sentence[1:] + "."


def _list_left_out(group: Group, run: Run) -> list[dict[str, Any]]:
    """The reasons that keep people out, in their order: reason, words, people, and the nearest by name."""
    left = group.people[group.people["reason"].notna()].rename_axis("consumer").reset_index()
    order = ["quality", "constructive", "reasons", "lately", "consumer"]
    left = left.sort_values(order, ascending=[False, False, False, False, True], na_position="last")
    found = []
    for reason, words in REASONS.items():
        rows = left[left["reason"] == reason]
        near = rows[rows["reasons_against"] <= 1]
        if reason == "quiet":
            near = near.sort_values(["latest", "consumer"], ascending=[False, True])
        near = near.head(NEAREST)
        nearest = [
            {
                "consumer": row["consumer"],
                "name": person_name(row),
                "texts": int(row["texts"]),
                "constructive": int(row["constructive"]),
            }
            for _, row in near.iterrows()
        ]
        if len(rows):
            found.append({"reason": reason, "words": words, "people": len(rows), "nearest": nearest})
    return found


def _balance(group: Group, run: Run) -> dict[str, Any]:
    """How the seats are spread: people by circle, niche, platform and sign; critics; and who knows whom."""
    seats = group.people.loc[group.seats]

    def spread(column: str) -> dict[str, int]:
        kind = column if column in ("circle", "niche") else ""
        names = [run.group_name(kind, one) if kind else text_or_none(one) for one in seats[column]]
        return dict(sorted(Counter(name or "none" for name in names).items(), key=lambda one: (-one[1], one[0])))

    return {
        "circles": spread("circle"),
        "niches": spread("niche"),
        "platforms": spread("platform"),
        "signs": dict(Counter(_name_sign(row) for row in seats.to_dict("records")).most_common()),
        "constructive": int((seats["constructive"] > 0).sum()),
        "know_each_other": [list(pair) for pair in group.tied],
    }


def _list_notes(
    group: Group, topic: Topic, people: list[dict[str, Any]], reserves: list[dict[str, Any]], wishes: Wishes
) -> list[str]:
    """What to know before inviting, as sentences."""
    notes = [f"Read: {topic.matched}"]
    if group.language is None:
        notes.append("The language of these people is not known: ask for it in the screener.")
    elif others := {name: number for name, number in group.languages.items() if name != group.language}:
        listed = " and ".join(
            f"{number:,} in {LANGUAGE_NAMES[name]} ({name})" for name, number in sorted(others.items())
        )
        own = LANGUAGE_NAMES[group.language]
        notes.append(f"One language a group: this one is in {own}. For groups of their own there are {listed}.")
    if topic.reviews[["headline", "text"]].isna().all(axis=None):
        notes.append("No text about it is known, so whether these people give reasons is not known either.")
    if all(row["opinions"]["sign"] == NOT_KNOWN for row in people):
        notes.append("None of them gave a rating, so the signs of their opinions are not known.")
    if len(reserves) < wishes.spare:
        there = count(len(reserves), "reserves") if reserves else "no reserve"
        notes.append(f"Nobody else is left: {there} in place of {wishes.spare:,}. --active looks further back.")
    if group.tied:
        knowing = count(len(group.tied), "pairs")
        notes.append(
            f"{knowing} of them know each other (follows or engagements): nobody near in value could take a seat."
        )
    giftless = [row["name"] for row in people + reserves if any(c["check"] == "amazon_only" for c in row["checks"])]
    if giftless:
        notes.append(
            f"{', '.join(giftless)}: reviews on Amazon alone. Thank them with money or a voucher, never with a product"
            " for a review."
        )
    flagged = sum(bool(row["checks"]) for row in people)
    if flagged:
        notes.append(f"{count(flagged, 'people')} of the group have checks to judge before they are asked.")
    return notes
