"""What invitations came to so far: who accepted, got the product and posted, by tier and channel.

A step counts once it is over: an answer when it came, or when so many days passed without one, or when the campaign
ended. Rates of a few people are drawn towards those of all: (k + PRIOR x rate of all) / (n + PRIOR), the mean of a beta
distribution that is worth PRIOR people.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.activate.tier_names import normalise
from graphkoc.activate.yields import RATES, match_rates
from graphkoc.invite.saved import read_lists
from graphkoc.text import count, percent

__all__ = ["MINIMUM", "describe_rates", "expect_live", "follow_invitations", "gather_invitations", "learn_rates"]

PRIOR = 10
"""The weight of the rate of all, in people."""
MINIMUM = 10
"""Without so many answers no rates are learned."""
PATIENCE = {"accept": 30, "deliver": 30, "post": 60}
"""Days after which a step is over that brought nothing."""
STEPS = {
    "accept": (
        ("invited",),
        ("accepted", "shipped", "received", "posted"),
        ("declined", "withdrawn", "do_not_contact"),
    ),
    "deliver": (("accepted", "shipped"), ("received", "posted"), ("lost",)),
    "post": (("received",), ("posted",), ("returned",)),
}
"""Of each step: what it begins with, what it comes to, and what ends it without that."""


def follow_invitations(
    people: Iterable[Mapping[str, Any]], standing: pd.DataFrame, ends: str | None, today: date
) -> pd.DataFrame:
    """How far each invitation of one campaign came, a row for each person who was asked.

    people: of the campaign: consumer, and perhaps label, role and platform. standing: as
    `graphkoc.activate.running.journal.find_standing` returns it. ends: of the campaign, ISO 8601. Returns consumer,
    tier, role, channel (as they are compared), and for each of RATES 1 for a step that came to something, 0 for one
    that did not, NaN for one that is not over.
    """
    known = {person["consumer"]: person for person in people}
    over = ends is not None and date.fromisoformat(ends[:10]) < today
    rows = []
    for row in standing.to_dict("records"):
        steps = {name: _follow_step(row, name, over, today) for name in RATES}
        if any(pd.notna(row[f"{event}_at"]) for event in ("invited", "accepted", "shipped", "received", "posted")):
            person = known.get(row["consumer"], {})
            named = {"tier": person.get("label"), "role": person.get("role"), "channel": person.get("platform")}
            rows.append(
                {"consumer": row["consumer"], **{name: normalise(cell) for name, cell in named.items()}, **steps}
            )
    columns = ["consumer", "tier", "role", "channel", *RATES]
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(RATES, "float64"))


def gather_invitations(folder: Path, today: date) -> tuple[pd.DataFrame, int]:
    """The invitations of every campaign, as `follow_invitations` returns them, and of how many campaigns they are.

    folder: as `graphkoc.invite.saved.campaigns_folder` gives it. Raises DataError for a damaged campaign.
    """
    entries = read_journal(folder)
    found = []
    for one in read_lists(folder):
        mine = [entry for entry in entries if entry.get("campaign") == one["name"]]
        found.append(follow_invitations(one["people"], find_standing(mine, one["people"]), one.get("ends"), today))
    known = [frame for frame in found if len(frame)]
    return (
        pd.concat(known, ignore_index=True) if known else follow_invitations([], find_standing([], []), None, today)
    ), len(known)


def learn_rates(invitations: pd.DataFrame) -> pd.DataFrame | None:
    """The rates of all campaigns, in the form of `graphkoc.activate.yields.read_rates`; None where too few are known.

    invitations: as `follow_invitations` returns them, of every campaign. tier is a label or a role, empty for all; n is
    the number of answers.
    """
    known = invitations[list(RATES)].notna().sum()
    if known["accept"] < MINIMUM or not known.all():
        return None
    overall = invitations[list(RATES)].mean()
    rows = [{"tier": "", "channel": "", **overall, "n": float(known["accept"])}]
    labels = invitations.assign(tier=invitations["role"])
    every = pd.concat([invitations, labels[labels["tier"] != invitations["tier"]]], ignore_index=True)
    for keys in (["tier"], ["channel"], ["tier", "channel"]):
        frame = invitations if keys == ["channel"] else every
        for group, found in frame[(frame[keys] != "").all(axis=1)].groupby(keys, sort=True):
            if n := int(found["accept"].notna().sum()):
                drawn = {
                    name: (found[name].sum() + PRIOR * overall[name]) / (found[name].notna().sum() + PRIOR)
                    for name in RATES
                }
                named = dict(zip(keys, group, strict=True))
                rows.append({"tier": "", "channel": "", **named, **drawn, "n": float(n)})
    return pd.DataFrame(rows, columns=["tier", "channel", *RATES, "n"])


def describe_rates(rates: pd.DataFrame, campaigns: int) -> str:
    """A sentence on rates that were learned."""
    row = rates.iloc[0]
    return (
        f"Rates are learned from {count(row['n'], 'invitations')} of {count(campaigns, 'campaigns')}: "
        f"{percent(row['accept'])} accept, {percent(row['deliver'])} of those get the product, and"
        f" {percent(row['post'])} of these post; of few people they are drawn towards the rates of all."
    )


def expect_live(standing: pd.DataFrame, people: Iterable[Mapping[str, Any]], rates: pd.DataFrame) -> float:
    """The posts that a campaign can be expected to end with: those that are live, and of everybody else on the roster
    what the rates say of the steps still to come.

    standing: as `find_standing` returns it. people: of the campaign. rates: as `learn_rates` returns them.
    """
    listed = pd.DataFrame([dict(one) for one in people])
    found = listed.reindex(columns=["consumer", "label", "role", "platform", "place"])
    chances = match_rates(found, rates).set_axis(found["consumer"])
    places = dict(zip(found["consumer"], found["place"], strict=True))
    total = 0.0
    for row in standing.to_dict("records"):
        state, consumer = row["state"], row["consumer"]
        if row["posts"]:
            total += row["posts"]
        elif consumer in places:
            chance = chances.loc[consumer]
            left = {
                "planned": RATES if places[consumer] != "reserve" else None,
                "invited": RATES,
                "accepted": RATES[1:],
                "shipped": RATES[1:],
                "received": RATES[2:],
                "paid": RATES[2:],
            }.get(state)
            total += float(chance[left].prod()) if left else 0.0
    return total


def _follow_step(row: Mapping[Any, Any], step: str, over: bool, today: date) -> float:
    """1 for a step that came to something, 0 for one that did not, NaN for one that is not over or never began."""
    begins, comes_to, ended = STEPS[step]
    if any(pd.notna(row[f"{event}_at"]) for event in comes_to):
        return 1.0
    begun = [row[f"{event}_at"] for event in begins if pd.notna(row[f"{event}_at"])]
    if not begun:
        return float("nan")
    late = today > max(begun).date() + timedelta(days=PATIENCE[step])
    return 0.0 if over or late or any(pd.notna(row[f"{event}_at"]) for event in ended) else float("nan")
