"""What is late in a campaign: by rules that are data (`deadlines.toml`), with the days since and the names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.files import read_toml

__all__ = ["list_late", "read_limit"]

RULES = Path(__file__).with_name("deadlines.toml")
OUT = ("declined", "withdrawn", "do_not_contact")
"""States in which nobody is waited for, nor written to."""
SHIPPING = ("not_shipped",)
"""Rules that mean nothing where nobody of the campaign is sent anything."""


def read_limit(rule: str) -> int:
    """The days after which somebody is late by a rule of `waits`."""
    return int(_rules()["waits"][rule]["days"])


def list_late(people: pd.DataFrame, today: date, language: str = "en") -> list[dict[str, Any]]:
    """Who is late with what, the longest first.

    people: a row a person: the columns of `graphkoc.activate.running.journal.find_standing`, and incentive,
    label_needed (the text of the label, None for none) and fields (list of what a post needs). Returns rows of
    consumer, rule, days (since when it is late; until the end of rights, below 0), and why in words. Nobody is on it
    who declined, or who may not be contacted.
    """
    ships = bool(people["shipped_at"].notna().any() or (people["incentive"] != "paid").any())
    late = []
    for person in people[~people["state"].isin(OUT)].to_dict("records"):
        for name, rule in _rules()["waits"].items():
            if name in SHIPPING and not (ships and person.get("incentive") != "paid"):
                continue
            if (days := _count_days(person, rule, today)) is not None and days > rule["days"]:
                late.append(_state(person, name, days - rule["days"], rule[language].format(days=days)))
        late += _list_ends(person, today, language) + _list_lacking(person, today, language)
    return sorted(late, key=lambda one: -one["days"])


def _count_days(person: Mapping[Any, Any], rule: Mapping[str, Any], today: date) -> int | None:
    """Days since the event that a rule is about; None where it did not happen, or another one since."""
    since = person[f"{rule['after']}_at"]
    if pd.isna(since) or any(
        pd.notna(then := person[f"{event}_at"]) and then.date() >= since.date() for event in rule["until"]
    ):
        return None
    return int((today - since.date()).days)


def _list_ends(person: Mapping[Any, Any], today: date, language: str) -> list[dict[str, Any]]:
    found = []
    for name, rule in _rules()["ends"].items():
        end = person[rule["column"]]
        if pd.notna(end) and today <= end.date() <= today + timedelta(days=rule["days"]):
            found.append(
                _state(person, name, (today - end.date()).days, rule[language].format(day=end.date().isoformat()))
            )
    return found


def _list_lacking(person: Mapping[Any, Any], today: date, language: str) -> list[dict[str, Any]]:
    if not person["posts"]:
        return []
    words, days = _rules()["lacks"], (today - person["posted_at"].date()).days
    found = []
    if person["label_seen"] == "no":
        what = person.get("label_needed") or "-"
        found.append(_state(person, "label", days, words["label"][language].format(what=what)))
    if "filing_number" in (person.get("fields") or ()) and person["filing"] is None:
        found.append(_state(person, "filing", days, words["filing"][language]))
    return found


def _state(person: Mapping[Any, Any], rule: str, days: int, why: str) -> dict[str, Any]:
    return {"consumer": person["consumer"], "rule": rule, "days": days, "why": why}


@cache
def _rules() -> dict[str, dict[str, dict[str, Any]]]:
    return read_toml(RULES)
