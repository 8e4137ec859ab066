"""What the graph shows of saved lists and running campaigns. The files beside the runs are the truth, and it follows.

A person is shown as far as the store has them: somebody who was forgotten does not come back with an old list or
ledger. A product is found by its id or its title, and an answer about one that the store does not have is shown alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.activate.outcome.posts import identify_post, read_posts
from graphkoc.activate.outcome.units import identify_offer, read_units
from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.campaigns.products import find_products
from graphkoc.errors import UsageError
from graphkoc.invite.listening.feedback import identify_answer, read_answers
from graphkoc.invite.saved import ROSTER, plans_folder, read_list, read_lists
from graphkoc.stores import Store
from graphkoc.tables.schema import TABLES, Column
from graphkoc.tables.types import TYPES
from graphkoc.text import is_missing, number_or_none

__all__ = ["show_campaign", "show_saved"]

ACCOUNTS = "UNWIND $names AS name MATCH (c:Consumer {consumer: name}) RETURN c.consumer AS id"

INCENTIVES = ("gift", "paid")

Row = dict[str, Any]


def show_campaign(store: Store, folder: Path, name: str) -> bool:
    """Show a campaign, or a focus group, with all that its ledgers have; True when that changed the graph.

    folder: of the campaigns, as `graphkoc.invite.saved.campaigns_folder` gives it. A campaign takes the place of the
    plan that it was made of. Raises UsageError where nothing of that name is saved, DataError for a damaged file, and
    StoreError where the store cannot be written: the ledgers stay as they are, and the next call shows them.
    """
    try:
        document = read_list(folder, name, "campaign")
    except UsageError:
        return show_saved(store, read_list(plans_folder(folder), name), folder)
    planned = document.get("plan")
    gone = isinstance(planned, str) and store.replace_campaign(f"plan:{planned}", {})
    return show_saved(store, document, folder) or gone


def show_saved(store: Store, document: Mapping[str, Any], folder: Path | None = None) -> bool:
    """Show a saved list in the graph, in the place of what it shows of that name; True when that changed it.

    document: as `graphkoc.invite.saved.save_list` keeps it. folder: of the campaigns, whose ledgers are shown with it;
    None for the list alone. The people are (:Campaign)-[:INVITED]->(:Consumer), as far as the store has them. A plan
    that a campaign was made of is not shown, because the campaign is. starts and ends are days or times. Raises
    StoreError where the store cannot be written.
    """
    kind, name = document["kind"], document["name"]
    campaign = f"{kind}:{name}"
    if kind == "plan" and folder is not None and any(one.get("plan") == name for one in read_lists(folder)):
        return store.replace_campaign(campaign, {})
    found = {"invitations": [dict(person) for person in document["people"]]}
    if folder is not None and kind != "plan":
        found |= _read_ledgers(folder, document)
    rows = [row for of in found.values() for row in of]
    accounts = _find_accounts(store, (row.get("consumer") for row in rows))
    meant = find_products(store, (row.get("product") for row in rows))
    products: dict[Any, str] = {name: product for name, (product, _) in meant.items()}
    for row in rows:
        row["campaign"] = campaign
        row["consumer"], row["product"] = accounts.get(row.get("consumer")), products.get(row.get("product"))
    tables = {of: _make_table(of, some) for of, some in found.items()}
    return store.replace_campaign(
        campaign, tables | {"campaigns": _make_table("campaigns", [{**document, "campaign": campaign}])}
    )


def _read_ledgers(folder: Path, document: Mapping[str, Any]) -> dict[str, list[Row]]:
    """What the ledgers have of a campaign or focus group, by table; its people with how things stand with each."""
    name = document["name"]
    if document["kind"] != "campaign" and any(one["name"] == name for one in read_lists(folder)):
        return {}  # the ledgers tell a group and a campaign of one name apart by no more than that
    journal = read_journal(folder, name)
    standing = find_standing(journal, document["people"])
    states = {row["consumer"]: row for row in _list_rows(standing)}
    prefix = f"{document['kind']}:{name}"
    return {
        "invitations": [_describe_invitation(person, states[person["consumer"]]) for person in document["people"]],
        "campaign_events": [dict(entry) for entry in journal],
        "posts": [{**row, "post": f"{prefix}:{identify_post(row)}"} for row in _list_rows(read_posts(folder, name))],
        "campaign_units": [{**row, "offer": f"{prefix}:{identify_offer(row)}"} for row in read_units(folder, name)],
        "feedback": [{**row, "feedback": f"{prefix}:{identify_answer(row)}"} for row in read_answers(folder, name)],
    }


def _describe_invitation(person: Mapping[str, Any], standing: Mapping[str, Any]) -> Row:
    """A person on the list of a campaign, with how far the invitation has come, and what a post is given for.

    Where that is not stated, it is money if somebody has a fee or was paid, else a gift: a gift has a cost as well.
    """
    fee = any((number_or_none(amount) or 0) > 0 for amount in (person.get("fee"), standing["paid"]))
    stated = person.get("incentive")
    return {
        **person,
        "status": standing["state"],
        "incentive": stated if stated in INCENTIVES else "paid" if fee else "gift",
        "invited_at": standing["invited_at"],
        "received_at": standing["received_at"],
    }


def _list_rows(table: pd.DataFrame) -> list[Row]:
    rows = table.astype(object).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def _find_accounts(store: Store, names: Iterable[Any]) -> dict[Any, str]:
    """The accounts among some names that the store has, each by itself."""
    asked = sorted({name for name in names if isinstance(name, str)})
    return {one: one for one in store.read(ACCOUNTS, {"names": asked})["id"]} if asked else {}


def _make_table(name: str, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows of a canonical table with what it has a word for, one a key; those without a value that it needs go."""
    table = TABLES[name]
    kept = {}
    for row in rows:
        taken = {column.name: _take(column, row.get(column.name)) for column in table}
        if all(taken[column.name] is not None for column in table if column.required):
            kept[tuple(taken[key] for key in table.key)] = taken
    made = pd.DataFrame(kept.values(), columns=table.names)
    return made.astype({column.name: TYPES[column.kind].pandas for column in table})


def _take(column: Column, value: Any) -> Any:
    """A value as the column takes it; None for one that it does not."""
    if column.name == "place" and is_missing(value):
        return ROSTER
    if is_missing(value) or (column.choices and value not in column.choices):
        return None
    if column.kind == "time":
        return _read_time(value)
    if column.kind not in ("integer", "number"):
        return str(value)
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        return None
    low, high = (-math.inf if column.low is None else column.low), (math.inf if column.high is None else column.high)
    if not low <= value <= high or (column.kind == "integer" and value != int(value)):
        return None
    return int(value) if column.kind == "integer" else float(value)


def _read_time(value: Any) -> datetime | None:
    """A day or a time in UTC, without a zone; a time without one is UTC. None for what is neither."""
    try:
        time = value.to_pydatetime() if isinstance(value, pd.Timestamp) else datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return time if time.tzinfo is None else time.astimezone(UTC).replace(tzinfo=None)
