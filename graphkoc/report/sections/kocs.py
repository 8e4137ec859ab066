"""Leaderboard: the first key opinion consumers, and those whom other sections name, each with reasons."""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from graphkoc.qualify import explain
from graphkoc.qualify.explain import parts_of
from graphkoc.qualify.formula import apply_formula, describe_formula
from graphkoc.qualify.gates.words import ORIGINS, list_gates
from graphkoc.qualify.industry import NUMBERS
from graphkoc.qualify.lists import list_accounts
from graphkoc.qualify.reasons import reasons
from graphkoc.report import charts
from graphkoc.report.industry import PAID, show_number
from graphkoc.report.number_formats import TEXT
from graphkoc.report.run_view import View
from graphkoc.runs.run import Run
from graphkoc.text import display_name, percent, person_name

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 100, "Leaderboard"

LEADERS = 50


def facts(view: View) -> dict[str, Any]:
    """The rows of the leaderboard by rank, what holds for all of them, and the parts of the score."""
    rows = _make_rows(view)
    return {
        "shared": [*_take_shared(rows, "formula"), *_take_shared(rows, "cautions")],
        "rows": rows,
        "first": min(LEADERS, len(view.run.kocs())),
        "parts": _list_parts(view.run),
        "niches": view.facts("niches")["cards"],
    }


def _make_rows(view: View) -> list[dict[str, Any]]:
    run, niches = view.run, view.facts("niches")["by_id"]
    wanted = set(range(1, LEADERS + 1)) | view.linked
    everybody = run.kocs()
    full = float(everybody["score"].max()) if len(everybody) else 0.0
    anchors = {niche: card["anchor"] for niche, card in niches.items()}
    names = {niche: card["name"] for niche, card in niches.items()}
    memberships = run.members_of("niche").groupby("consumer")["niche"].agg(list).to_dict()
    made_of, accounts = parts_of(run), list_accounts(run)
    rows = []
    for _, person in everybody[everybody["rank"].isin(wanted)].iterrows():
        earned = [float(person[f"{part.name}_points"]) for part in made_of]
        label = ", ".join(f"{part.what} {points:z.1f}" for part, points in zip(made_of, earned, strict=True))
        rows.append(
            {
                "rank": int(person["rank"]),
                "who": person_name(person),
                "consumer": display_name(str(person["consumer"])),
                "niche": names.get(person["niche"]),
                "anchor": anchors.get(person["niche"]),
                "inside": " ".join(str(anchors[n]) for n in memberships.get(person["consumer"], []) if n in anchors),
                "audience": int(person["audience"]),
                "label": display_name(str(person["label"]), TEXT),
                "accounts": [
                    one | {"platform": display_name(one["platform"] or "") or "platform unknown"}
                    for one in accounts.get(str(person["consumer"]), [])
                ],
                "score": float(person["score"]),
                "parts": label,
                "bar": Markup(charts.stacked_bar(earned, full)),
                "reviews": int(person["reviews_365"]),
                "reasons": [display_name(reason, TEXT) for reason in reasons(run, person)],
                "formula": [display_name(line, TEXT) for line in describe_formula(apply_formula(run, person))],
                "gates": list_gates(person, run.info["limits"]),
                "numbers": [display_name(number, TEXT) for number in _list_numbers(person)],
                "cautions": [display_name(caution, TEXT) for caution in explain.cautions(run, person)],
            }
        )
    return rows


def _list_numbers(person: pd.Series[Any]) -> list[str]:
    """A person's industry numbers and the origin mix of their reviews, as far as they are known."""
    numbers = [
        f"{number.what} {show_number(number.name, person[number.name])}"
        for number in NUMBERS
        if not pd.isna(person[number.name])
    ]
    if not pd.isna(person["paid_to_organic"]):
        numbers.append(f"{PAID[1]} {show_number(PAID[0], person['paid_to_organic'])}")
    if person["origin_unknown"] == 1:
        return numbers  # a caution says so
    shares = [f"{origin} {percent(person[f'origin_{origin}'])}" for origin in ORIGINS if person[f"origin_{origin}"] > 0]
    return [*numbers, f"origin mix of their reviews: {', '.join(shares)}"] if shares else numbers


def _take_shared(rows: list[dict[str, Any]], kind: str) -> list[str]:
    """The sentences of a kind that every one of several rows has; they are taken out of the rows."""
    if len(rows) < 2:
        return []
    shared = [sentence for sentence in rows[0][kind] if all(sentence in row[kind] for row in rows)]
    for row in rows:
        row[kind] = [sentence for sentence in row[kind] if sentence not in shared]
    return shared


def _list_parts(run: Run) -> list[dict[str, Any]]:
    """The parts of the score, each with the most points that anybody ranked has of it."""
    kocs = run.kocs()
    return [
        {"what": part.what, "most": float(kocs[f"{part.name}_points"].max()) if len(kocs) else 0.0}
        for part in parts_of(run)
    ]
