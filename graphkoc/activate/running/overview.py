"""A campaign on a day, as one document: where everybody stands, the units, the money, the posts and who is late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.activate.costs import UNIT
from graphkoc.activate.running.deadlines import list_late
from graphkoc.activate.running.events import EVENTS, STATES
from graphkoc.activate.running.journal import find_standing
from graphkoc.invite.rules import check_invitations
from graphkoc.runs.ledger import Entry
from graphkoc.text import is_missing, number_or_none, person_name

__all__ = ["OPEN", "add_up_spending", "count_units", "describe_campaign", "find_needs", "find_planned", "join_standing"]

OPEN = ("planned", "invited", "accepted", "shipped", "received")
"""States in which somebody may post yet."""
AGREED = ("accepted", "shipped", "received", "lost", "posted", "paid")
"""States in which what somebody costs is committed, until it is sent or due."""
UNITS = ("offered", "claimed", "shipped", "received", "reviewed", "lost", "returned")
SHOWN = ("consumer", "name", "handle", "platform", "role", "label", "place", "wave", "incentive", "cost", "selling")
"""What a campaign's list states of a person and the overview repeats."""


def find_needs(people: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """What a post of each person needs by the rules of the platforms: consumer, label_needed, fields (a list)."""
    asked = [
        {**one, "incentive": one.get("incentive") or "none", "platform": one.get("platform") or ""} for one in people
    ]
    checked = check_invitations(pd.DataFrame(asked)).people
    return checked.rename(columns={"label": "label_needed"})[["consumer", "label_needed", "fields"]]


def describe_campaign(
    campaign: Mapping[str, Any], entries: Sequence[Entry], programmes: Iterable[Mapping[str, Any]], today: date
) -> dict[str, Any]:
    """The document that `graphkoc campaign show` prints.

    campaign: as `graphkoc.activate.running.campaign.make_campaign` makes it. entries: of its journal. programmes: the
    newest state of each offer of units, see `campaign_units` in `graphkoc.tables.schema`. Returns campaign, product,
    client, starts, ends, day and days (of the campaign; None without dates), states {state: people}, units, money,
    posts {live, planned}, targets, people, late (how many people) and log (the entries).
    """
    listed = {one["consumer"]: one for one in campaign["people"]}
    standing = find_standing(entries, campaign["people"])
    people = join_standing(campaign["people"], standing)
    counts = people["state"].value_counts()
    starts, ends = (campaign.get(name) and date.fromisoformat(campaign[name][:10]) for name in ("starts", "ends"))
    late = {one["consumer"] for one in list_late(people, today)}
    rows = [_describe_person(listed.get(row["consumer"], {}), row) for row in people.to_dict("records")]
    return {
        "campaign": campaign["name"],
        **{name: campaign.get(name) for name in ("product", "client", "starts", "ends", "budget", "currency")},
        "day": (today - starts).days + 1 if starts else None,
        "days": (ends - starts).days + 1 if starts and ends else None,
        "states": {state: int(counts[state]) for state in STATES if state in counts},
        "units": count_units(standing, programmes),
        "money": add_up_spending(campaign, people),
        "posts": {"live": int(standing["posts"].sum()), "planned": find_planned(campaign)},
        "targets": campaign.get("targets", {}),
        "people": rows,
        "late": len(late),
        "log": list(entries),
    }


def join_standing(people: Sequence[Mapping[str, Any]], standing: pd.DataFrame) -> pd.DataFrame:
    """The standing with what the list says of each: name, role, platform, place, incentive, cost, selling,
    goods (what a unit costs, 0 where it is not known apart), label_needed and fields."""
    about = pd.DataFrame([dict(one) for one in people]).reindex(
        columns=["consumer", "name", "role", "platform", "place", "incentive", "cost", "selling"]
    )
    about["goods"] = [sum(one.get(item) or 0.0 for item in UNIT) for one in people]
    about = about.merge(find_needs(people), on="consumer", how="left")
    found = standing.merge(about, on="consumer", how="left")
    for name in ("cost", "selling"):
        found[name] = pd.to_numeric(found[name], errors="coerce").astype("float64")
    return found


def count_units(standing: pd.DataFrame, programmes: Iterable[Mapping[str, Any]] = ()) -> dict[str, int]:
    """How many products were offered, claimed, shipped, received, reviewed, lost and returned.

    One is offered to each person who was asked and claimed by each who accepted, more where a shipment has a quantity;
    the figures of programmes are added.
    """
    sent = standing["quantity"].fillna(1)
    happened = {event: standing[f"{event}_at"].notna() for event in EVENTS}
    accepted = happened["accepted"] | happened["shipped"] | happened["received"]
    units = {
        "offered": sent[happened["invited"] | accepted].sum(),
        "claimed": sent[accepted].sum(),
        "shipped": sent[happened["shipped"] | happened["received"]].sum(),
        "received": happened["received"].sum(),
        "reviewed": (happened["posted"] & (happened["received"] | happened["shipped"])).sum(),
        "lost": happened["lost"].sum(),
        "returned": happened["returned"].sum(),
    }
    for offer in programmes:
        for name in UNITS:
            units[name] += 0 if is_missing(offer.get(name)) else offer[name]
    return {name: int(units[name]) for name in UNITS}


def add_up_spending(campaign: Mapping[str, Any], people: pd.DataFrame) -> dict[str, Any]:
    """The money of a campaign: what is committed, due and paid, and what was planned; cost and selling never mixed.

    people: as `join_standing` returns them. Of what somebody costs, the goods (product, shipping, customs, handling;
    all of it for a gift) are spent once they are sent, and the rest is due for a post. committed: the goods that are
    not sent yet and the fees of posts that have not appeared, of those who accepted; ready: fees of posts that have
    appeared and are not paid in full; sent: goods; paid: as the journal has it, or the fee where it has no amount;
    spent: sent and paid. unpriced: how many people who accepted have no cost. cost_planned, selling_planned: of those
    on the roster and of everybody who was asked.
    """
    goods = (
        people["goods"].where(people["goods"] > 0, people["cost"].where(people["incentive"] == "gift", 0.0)).fillna(0)
    )
    fee = (people["cost"] - goods).clip(lower=0).fillna(0.0)
    paid = people["paid"].where(people["paid"].notna(), fee.where(people["paid_at"].notna())).fillna(0.0)
    due = (fee - paid).clip(lower=0)
    sent, posted = people["shipped_at"].notna() | people["received_at"].notna(), people["posted_at"].notna()
    agreed = people["state"].isin(AGREED)
    planned = (people["place"] != "reserve") | ~people["state"].isin(("reserve", "planned"))
    goods_sent, fees_paid = float(goods[sent].sum()), float(paid.sum())
    return {
        "committed": float(due[agreed & ~posted].sum() + goods[agreed & ~sent & ~posted].sum()),
        "ready": float(due[posted].sum()),
        "paid": fees_paid,
        "sent": goods_sent,
        "spent": goods_sent + fees_paid,
        "cost_planned": number_or_none(people["cost"][planned].sum(min_count=1)),
        "selling_planned": number_or_none(people["selling"][planned].sum(min_count=1)),
        "unpriced": int((people["cost"].isna() & (agreed | posted)).sum()),
        "budget": campaign.get("budget"),
        "currency": campaign.get("currency") or "",
    }


def _describe_person(listed: Mapping[str, Any], row: Mapping[Any, Any]) -> dict[str, Any]:
    """A person for JSON: what the list says, and how they stand."""
    known = {"name": None, "place": None, **listed, "consumer": row["consumer"]}
    stated = {name: known.get(name) for name in SHOWN} | {"name": person_name(known)}
    stands = {str(name): _plain(cell) for name, cell in row.items() if name not in (*SHOWN, "goods", "fields")}
    return {**stated, **stands, "code": stands["code"] or known.get("code")}


def _plain(cell: Any) -> Any:
    """A cell for JSON: a time as a day, where it has no hour."""
    if isinstance(cell, pd.Timestamp):
        return cell.date().isoformat() if cell == cell.normalize() else cell.isoformat()
    if isinstance(cell, list):
        return cell
    return None if is_missing(cell) else cell.item() if isinstance(cell, np.generic) else cell


def find_planned(campaign: Mapping[str, Any]) -> int:
    """The posts that are wanted: the target, else one of each person on the roster."""
    target = (campaign.get("targets") or {}).get("posts")
    return sum(one["place"] != "reserve" for one in campaign["people"]) if target is None else round(target)
