"""The yield of invitations: who accepts, gets the product and posts, and so how many to invite for the posts wanted.

Expected posts of one person = accept x deliver x post, by the rates of the user's file or journal. There is no default
rate: where none is known, no number of posts is named.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.activate.costs import FEES, UNIT
from graphkoc.activate.tier_names import list_tier_names, normalise
from graphkoc.errors import DataError, UsageError
from graphkoc.text import count, percent

__all__ = ["Invitations", "expect_posts", "match_rates", "plan_invitations", "read_rates"]

RATES = ["accept", "deliver", "post"]
"""Of those invited the share who accept, of those the share who get the product, of those the share who post."""
EVERY = {"", "all", "*"}
"""What a cell says that stands for every tier, or for every channel."""
TOLERANCE = 1e-9
"""Sums of rates in binary miss a whole number of posts by less than this."""


@dataclass(frozen=True, eq=False)
class Invitations:
    """Whom to invite, and who is in reserve.

    people: a row per person in the order of choice: consumer, group, status (invite or reserve), place (from 1, among
    those of the group and status). groups: a row per group, sorted: group, wanted, invite, reserve, expected (posts of
    those invited), units (products that they get), lost (units that bring no post), short (posts wanted and not
    expected), all four NaN where rates are not known, n (the smallest number of earlier invitations behind a rate; NaN
    where none is stated). sentences: one a group.
    """

    people: pd.DataFrame
    groups: pd.DataFrame
    sentences: tuple[str, ...]


def read_rates(table: pd.DataFrame) -> pd.DataFrame:
    """The rates of a user's file: tier, channel (empty for all), accept, deliver, post (0 to 1), n (NaN if not stated).

    table: columns accept, deliver, post, and perhaps tier, channel (empty, all or * for every one) and n. Rates are
    shares (0.48) or percent (48, or 48%), one of both in a file. Raises DataError for a missing column, for what is no
    rate, for a file that mixes both, and for two rows of one tier and channel.
    """
    if missing := [name for name in RATES if name not in table.columns]:
        raise DataError(
            f"the file of yields has no column {missing[0]}",
            hint="Its columns are tier, channel, accept, deliver, post, n.",
        )
    found = pd.DataFrame({name: _read_keys(table, name) for name in ("tier", "channel")})
    plain = pd.concat([_read_numbers(table, name) for name in RATES], axis=1)
    signed = pd.concat([table[name].map(_has_percent_sign).astype(bool) for name in RATES], axis=1)
    without = plain.to_numpy()[~signed.to_numpy()]
    in_percent = bool((without > 1).any())
    if in_percent and ((without > 0) & (without <= 1)).any():
        share, whole = without[(without > 0) & (without <= 1)][0], without[without > 1][0]
        raise DataError(
            f"the file of yields has {share:g} and {whole:g}, so shares and percent are mixed",
            hint="Write all rates as shares, such as 0.48, or each with a % sign.",
        )
    found[RATES] = plain.where(~signed & (not in_percent), plain / 100)
    for name in RATES:
        if (wrong := ~found[name].between(0, 1)).any():
            row = int(np.flatnonzero(wrong)[0])
            cell = normalise(table[name].iloc[row])
            raise DataError(
                f"row {row + 1} of the file of yields has the {name} {cell!r}, which is no rate",
                hint="A rate is between 0 and 1, or between 0% and 100%.",
            )
    found["n"] = _read_counts(table)
    if (twice := found.duplicated(["tier", "channel"])).any():
        tier, channel = found.loc[twice, ["tier", "channel"]].iloc[0]
        raise DataError(
            f"the file of yields has two rows for the tier {tier or 'all'} and the channel {channel or 'all'}",
            hint="Keep one of them.",
        )
    return found


def match_rates(candidates: pd.DataFrame, rates: pd.DataFrame | None) -> pd.DataFrame:
    """The rates of each candidate, a row for each in their order: accept, deliver, post (NaN where unknown), n, basis.

    candidates: label, role, platform, and perhaps channel, which stands for the platform. rates: see `read_rates`; of
    the rows that match, that of tier and channel wins, then of the tier, of the channel, of all. basis: the tier and
    the channel of that row, null where there is none.
    """
    columns = [*RATES, "n"]
    rows: dict[tuple[str, str], list[float]] = {}
    if rates is not None:
        rows = {(row["tier"], row["channel"]): [row[name] for name in columns] for row in rates.to_dict("records")}
    channel = candidates["channel" if "channel" in candidates.columns else "platform"]
    keys = list(zip(candidates["label"].map(normalise), candidates["role"], channel.map(normalise), strict=True))
    best = {key: _find_row(rows, list_tier_names(key[0], key[1]), key[2]) for key in set(keys)}
    unknown = [math.nan] * len(columns)
    found = [unknown if (row := best[key]) is None else rows[row] for key in keys]
    table = pd.DataFrame(found, columns=columns, dtype="float64")
    basis = [None if (row := best[key]) is None else " on ".join(name or "all" for name in row) for key in keys]
    return table.assign(basis=pd.Series(basis, dtype="str"))


def expect_posts(yields: pd.DataFrame, priced: pd.DataFrame) -> pd.DataFrame:
    """What one invitation yields and costs, a row for each in their order.

    yields: accept, deliver, post. priced: the same people, see `graphkoc.activate.costs.price_candidates`. Returns
    expected (posts: accept x deliver x post), lost (units delivered to who does not post: accept x deliver x
    (1 - post)), cost_per_post (of one expected post: unit / post + fees) and expected_cost (of one invitation:
    accept x deliver x unit + expected x fees); NaN where a rate or the price is unknown, and cost_per_post also where
    nobody posts. A unit is product, shipping, customs and handling, and is spent once it is delivered; fees are due for
    a post. A parcel that is not delivered is taken to come back.
    """
    delivered = (yields["accept"] * yields["deliver"]).to_numpy()
    post = yields["post"].to_numpy()
    known = priced["cost"].notna().to_numpy()
    unit = np.where(known, priced[list(UNIT)].fillna(0).sum(axis=1), np.nan)
    fees = priced[list(FEES)].fillna(0).sum(axis=1).to_numpy() - priced["rebate"].fillna(0).to_numpy()
    expected = delivered * post
    return pd.DataFrame(
        {
            "expected": expected,
            "lost": delivered * (1 - post),
            "cost_per_post": unit / np.where(post > TOLERANCE, post, np.nan) + fees,
            "expected_cost": delivered * unit + expected * fees,
        }
    )


def plan_invitations(order: pd.DataFrame, wanted: Mapping[str, int]) -> Invitations:
    """How many of each group to invite for the posts wanted; who comes after them in the order of choice is in reserve.

    order: a row per person in the order of choice: consumer, group, expected (posts), lost (units), both as
    `expect_posts` has them and NaN where no rate is known, n. wanted: posts of each group; who is of another group is
    in reserve. As many are invited as it takes for their expected posts to reach the wanted, all where they are too
    few. In a group where somebody's rates are unknown as many are invited as posts are wanted, and no number of posts
    is named. Raises UsageError for a number of posts below 0, and for a group nobody is in.
    """
    order = order.reset_index(drop=True)
    groups, sentences = [], []
    status = pd.Series("reserve", index=order.index, dtype="str")
    for group in sorted(wanted):
        here = order[order["group"] == group]
        if wanted[group] < 0:
            raise UsageError(f"{wanted[group]} posts of {group} are wanted", hint="The fewest is 0.")
        if wanted[group] and here.empty:
            raise UsageError(f"posts of {group} are wanted, and nobody of them is chosen", hint="Correct the group.")
        known = here["expected"].notna().all()
        reached = here["expected"].cumsum().to_numpy()
        enough = int(np.searchsorted(reached, wanted[group] - TOLERANCE)) + 1 if known else wanted[group]
        invite = min(enough if wanted[group] else 0, len(here))
        status[here.index[:invite]] = "invite"
        expected, lost = (float(here[name].iloc[:invite].sum()) if known else math.nan for name in ("expected", "lost"))
        row = {
            "group": group,
            "wanted": wanted[group],
            "invite": invite,
            "reserve": len(here) - invite,
            "expected": expected,
            "units": expected + lost,
            "lost": lost,
            "short": max(wanted[group] - expected, 0.0) if expected < wanted[group] - TOLERANCE else expected * 0,
            "n": float(here["n"].iloc[:invite].min()),
        }
        groups.append(row)
        sentences.append(_describe_group(row))
    people = order[["consumer", "group"]].assign(status=status)
    people["place"] = people.groupby(["group", "status"]).cumcount() + 1
    columns = ["group", "wanted", "invite", "reserve", "expected", "units", "lost", "short", "n"]
    return Invitations(people, pd.DataFrame(groups, columns=columns), tuple(sentences))


def _describe_group(row: Mapping[str, Any]) -> str:
    group, invite, wanted = row["group"], row["invite"], row["wanted"]
    if math.isnan(row["expected"]):
        return f"{group}: no rates are known for everybody, so no number of posts is named."
    behind = "" if math.isnan(row["n"]) else f" (rates of n = {row['n']:,.0f} or more)"
    if row["short"]:
        have = f"all {count(invite, 'people')} invited give {row['expected']:,.1f} of {count(wanted, 'posts')}"
        return f"{group}: {have}{behind}."
    share = f", as {percent(row['expected'] / invite)} of those invited post{behind}" if invite else ""
    units = f"; {row['units']:,.1f} units go out, and {row['lost']:,.1f} of them bring no post" if invite else ""
    return f"{group}: invite {invite:,} for {count(wanted, 'posts')}{share}{units}."


def _find_row(rows: Mapping[tuple[str, str], Any], tiers: list[str], channel: str) -> tuple[str, str] | None:
    """The key of the most specific row: of a tier and the channel, of a tier, of the channel, of all."""
    keys = [*((tier, channel) for tier in tiers), *((tier, "") for tier in tiers), ("", channel), ("", "")]
    return next((key for key in keys if key in rows), None)


def _read_keys(table: pd.DataFrame, name: str) -> pd.Series[str]:
    cells = table[name] if name in table.columns else pd.Series("", index=table.index)
    keys = cells.map(normalise)
    return keys.where(~keys.isin(EVERY), "").astype("str").reset_index(drop=True)


def _read_numbers(table: pd.DataFrame, name: str) -> pd.Series[float]:
    """The numbers of a column, without their % signs; NaN for what is none."""
    cells = table[name].map(lambda cell: normalise(cell).removesuffix("%").strip())
    return pd.to_numeric(cells, errors="coerce").astype("float64").reset_index(drop=True)


def _read_counts(table: pd.DataFrame) -> pd.Series[float]:
    if "n" not in table.columns:
        return pd.Series(np.nan, index=range(len(table)))
    numbers = pd.to_numeric(table["n"], errors="coerce").astype("float64").reset_index(drop=True)
    stated = (table["n"].map(normalise) != "").to_numpy()
    if (wrong := stated & ~((numbers >= 0) & (numbers % 1 == 0)).to_numpy()).any():
        row = int(np.flatnonzero(wrong)[0])
        cell = normalise(table["n"].iloc[row])
        raise DataError(
            f"row {row + 1} of the file of yields has the n {cell!r}, which is no whole number",
            hint="n is the number of earlier invitations behind the rates.",
        )
    return numbers


def _has_percent_sign(cell: object) -> bool:
    return normalise(cell).endswith("%")
