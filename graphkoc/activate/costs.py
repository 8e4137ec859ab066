"""What a post costs: items that add up, from what people ask, what a tier costs by the user's file, or a gift alone.

There is no price by formula: stated followers say nothing of what a person asks. Amounts are in the currency of the
user's files, and nothing is converted. Each item is rounded to two decimals, and a cost is the sum of its rounded
items.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.activate.tier_names import list_tier_names, normalise
from graphkoc.errors import DataError, UsageError
from graphkoc.text import is_missing

__all__ = [
    "FEWEST",
    "ITEMS",
    "Costs",
    "add_up_costs",
    "describe_benchmark",
    "describe_costs",
    "price_candidates",
    "read_costs",
    "read_prices",
]

AMOUNT, SHARE = "an amount for each post", "a share of the fee, where 0.1 is 10%"
ITEMS = {
    "product": ("the product at cost", AMOUNT),
    "retail": ("the retail value of the product, which stands beside the cost and is no part of it", AMOUNT),
    "shipping": ("shipping", AMOUNT),
    "customs": ("customs", AMOUNT),
    "handling": ("packing and handling", AMOUNT),
    "platform_fee": ("what the platform charges on a fee", SHARE),
    "tax": ("tax on the fee and the platform's fee", "a share of both, where 0.1 is 10%"),
    "rebate": ("what an agency gives back of a fee", SHARE),
    "boost": (
        "paid boost of a post whose author has authorised it, a line of its own that is no part of the cost",
        AMOUNT,
    ),
    "margin": ("what is added to the cost for the selling price", "a share of the cost, where 0.3 is 30%"),
}
"""The settings of [costs], in order: what each is, and its unit. The keys are also in
`graphkoc.cli.configuration.NUMBERS`."""
SHARES = {"platform_fee": 1.0, "tax": 1.0, "rebate": 1.0, "margin": 10.0}
"""The settings that are shares, with the most that each can be."""
UNIT = ("product", "shipping", "customs", "handling")
"""What is spent on a person who is sent a product, whether they post or not."""
FEES = ("fee", "platform_fee", "tax")
FEE = (
    "fee: what the person asks for a post, else the price of their tier and format, else for a KOC nothing: a gift "
    "alone."
)
FEWEST = 5
"""Rows from which on their median is a benchmark."""
PRICES = ["platform", "tier", "format", "price"]
Formats = dict[str, tuple[float, float]]
"""The price and the selling price of each format."""
Tiers = dict[tuple[str, str], Formats]
"""The formats of each platform and tier."""


@dataclass(frozen=True)
class Costs:
    """The settings of [costs], see ITEMS; None where nothing is set."""

    product: float | None = None
    retail: float | None = None
    shipping: float | None = None
    customs: float | None = None
    handling: float | None = None
    platform_fee: float | None = None
    tax: float | None = None
    rebate: float | None = None
    boost: float | None = None
    margin: float | None = None


def read_costs(values: Mapping[str, float]) -> Costs:
    """The settings as they stand in [costs]. Raises UsageError for an unknown one and for one that is out of range."""
    known = [field.name for field in fields(Costs)]
    for name, value in values.items():
        if name not in known:
            raise UsageError(f"there is no cost {name!r}", hint=f"There are: {', '.join(known)}.")
        if not math.isfinite(value) or value < 0:
            raise UsageError(f"costs.{name} is {value:g}, and a cost is 0 or more", hint="Correct it in [costs].")
        if value > SHARES.get(name, math.inf):
            raise UsageError(f"costs.{name} is {value:g}, and it is {ITEMS[name][1]}", hint="Write 10% as 0.1.")
    return Costs(**{name: float(value) for name, value in values.items()})


def read_prices(table: pd.DataFrame) -> pd.DataFrame:
    """The prices of a user's file: platform, tier, format (as they are compared), price, selling (NaN where empty).

    table: columns platform, tier, format, price, and perhaps selling. Raises DataError for a missing column, for a
    price that is no number above 0, and for two prices of one platform, tier and format.
    """
    if missing := [name for name in PRICES if name not in table.columns]:
        raise DataError(
            f"the price file has no column {missing[0]}",
            hint=f"Its columns are {', '.join(PRICES)}, and perhaps selling.",
        )
    found = pd.DataFrame({name: table[name].map(normalise).astype("str") for name in PRICES[:-1]})
    for name in ("price", "selling"):
        cells = table[name] if name in table.columns else pd.Series(np.nan, index=table.index)
        found[name] = pd.to_numeric(cells, errors="coerce").astype("float64")
        wrong = ~(np.isfinite(found[name]) & (found[name] > 0)) & ((name == "price") | (cells.map(normalise) != ""))
        if wrong.any():
            row = int(np.flatnonzero(wrong)[0])
            cell = normalise(cells.iloc[row])
            raise DataError(
                f"row {row + 1} of the price file has the {name} {cell!r}, which is no number above 0",
                hint="Write plain numbers, such as 1200.",
            )
    if (twice := found.duplicated(PRICES[:-1])).any():
        named = ", ".join(found.loc[twice, PRICES[:-1]].iloc[0])
        raise DataError(f"the price file has two prices for {named}", hint="Keep one of them.")
    return found.reset_index(drop=True)


def price_candidates(
    candidates: pd.DataFrame,
    costs: Costs,
    prices: pd.DataFrame | None = None,
    post_format: str | None = None,
    own_rows: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What one post of each candidate costs, a row for each, in their order.

    candidates: consumer, role (kol or koc), label (of the tier), platform, quote (NaN where nobody knows what they
    ask), and perhaps selling (what the client pays for them) and boost_authorised (bool). prices: see `read_prices`.
    post_format: the format of the posts, for which a quote is taken to be; where it is None and the price file has one
    format for a tier, it is that.
    own_rows: prices that were asked or paid: platform, label, format, price; by default the quotes of the candidates.

    Returns consumer, product, retail, shipping, customs, handling, fee, platform_fee, tax, rebate (what comes back, as
    a positive amount), cost (all but retail, less the rebate), selling, boost (0 where nobody authorised it; not in the
    cost), format, price_source (quote, tier price, gift or None), benchmark (the median price of own rows of the same
    platform, tier and format; NaN under FEWEST rows), benchmark_n, why_not (a sentence; None for who has a price).

    The fee is the quote, else the price of the tier and format, else for a KOC nothing. A quote of 0 counts as none.
    A KOL without either has no price, nor has a KOC where no product cost is set either. An item that is not set is
    NaN and adds nothing. The selling price is the person's own, else the one beside the tier price that was taken, else
    the cost with the margin, else NaN.
    """
    tiers = _group_prices(prices)
    people = candidates[["role", "label", "platform", "quote"]].to_dict("records")
    found = [_find_fee(person, costs, tiers, post_format) for person in people]
    fees = pd.DataFrame(found, columns=["fee", "tier_selling", "format", "price_source", "why_not"])
    known = fees["price_source"].notna().to_numpy()
    table = pd.DataFrame({"consumer": candidates["consumer"].to_numpy()})
    for name in ("product", "retail", "shipping", "customs", "handling"):
        table[name] = _round(np.where(known, _or_nan(getattr(costs, name)), np.nan))
    fee = _round(fees["fee"].to_numpy(dtype=float))
    table["fee"] = fee
    table["platform_fee"] = _round(fee * _or_nan(costs.platform_fee))
    table["tax"] = _round((fee + table["platform_fee"].fillna(0)) * _or_nan(costs.tax))
    table["rebate"] = _round(fee * _or_nan(costs.rebate))
    spent = table[[*UNIT, *FEES]].fillna(0).sum(axis=1) - table["rebate"].fillna(0)
    table["cost"] = _round(spent.where(known).to_numpy(dtype=float))
    own = _read_column(candidates, "selling").where(known)
    tier = fees["tier_selling"].astype("float64")
    table["selling"] = own.fillna(tier).fillna(table["cost"] * (1 + _or_nan(costs.margin))).round(2)
    authorised = _read_column(candidates, "boost_authorised") > 0
    table["boost"] = np.where(known & authorised, costs.boost or 0.0, 0.0)
    table["format"], table["price_source"] = fees["format"].astype("str"), fees["price_source"].astype("str")
    table["benchmark"], table["benchmark_n"] = _find_benchmarks(candidates, fees["format"], own_rows)
    table["why_not"] = fees["why_not"].astype("str")
    return table


def add_up_costs(priced: pd.DataFrame) -> dict[str, float]:
    """The sums over the people of `price_candidates` who are in a plan: each item, cost, selling and boost.

    The items add up to the cost: product + shipping + customs + handling + fee + platform_fee + tax - rebate. selling
    is NaN where one of them has no selling price. boost stays a line of its own.
    """
    items = [*UNIT, *FEES, "rebate", "retail", "cost", "boost"]
    sums = {name: round(float(priced[name].fillna(0).sum()), 2) for name in items}
    return sums | {"selling": round(float(priced["selling"].sum(skipna=False)), 2)}


def describe_costs(costs: Costs) -> list[str]:
    """A sentence for the fee and each item that is set, with its unit; then what is not set, and the rounding."""
    values = {name: getattr(costs, name) for name in ITEMS}
    lines = [
        f"{name} {value:g}: {ITEMS[name][0]}, {ITEMS[name][1]}." for name, value in values.items() if value is not None
    ]
    if unset := [name for name, value in values.items() if value is None]:
        lines.append(f"Not set, so in no cost: {', '.join(unset)}.")
    return [FEE, *lines, "Amounts are in the currency of your files, each item rounded to two decimals."]


def describe_benchmark(person: Mapping[Any, Any]) -> str:
    """How a fee stands beside own rows, in words. person: a row of `price_candidates`."""
    n = int(person["benchmark_n"])
    rows = f"{n:,} own row{'' if n == 1 else 's'} of this platform, tier and format"
    if is_missing(person["benchmark"]):
        return f"no benchmark: {rows}, and {FEWEST} are needed"
    return f"the median of {rows} is {person['benchmark']:,.2f}"


def _find_fee(
    person: Mapping[Any, Any], costs: Costs, tiers: Tiers, post_format: str | None
) -> tuple[float, float, str | None, str | None, str | None]:
    """The fee, the tier's selling price, the format, where the fee is from, and why there is none."""
    if not is_missing(person["quote"]) and person["quote"] > 0:
        return float(person["quote"]), np.nan, post_format, "quote", None
    platform, wanted = normalise(person["platform"]), normalise(post_format)
    names = list_tier_names(person["label"], person["role"])
    rows = next((found for name in names if (found := _keep_format(tiers.get((platform, name), {}), wanted))), {})
    if len(rows) == 1:
        [(name, (price, selling))] = rows.items()
        return price, selling, name or post_format, "tier price", None
    tier = "of unknown tier" if is_missing(person["label"]) else f"of the tier {person['label']}"
    who = f"a {'KOL' if person['role'] == 'kol' else 'KOC'} {tier} on {person['platform']}"
    if rows:
        why = f"The price file has several formats for {who} ({', '.join(sorted(rows))}), and none was chosen."
    elif person["role"] == "kol":
        why = f"Neither a quote nor a tier price is known for {who}."
    elif costs.product is None:
        why = f"No product cost is set, and neither a quote nor a tier price is known for {who}."
    else:
        return 0.0, np.nan, post_format, "gift", None
    return np.nan, np.nan, post_format, None, why


def _group_prices(prices: pd.DataFrame | None) -> Tiers:
    """The prices of `read_prices` by platform and tier, then by format."""
    tiers: Tiers = {}
    if prices is not None:
        for platform, tier, name, price, selling in prices.itertuples(index=False):
            tiers.setdefault((platform, tier), {})[name] = (price, selling)
    return tiers


def _keep_format(rows: Formats, wanted: str) -> Formats:
    return {name: row for name, row in rows.items() if not wanted or name == wanted}


def _find_benchmarks(
    candidates: pd.DataFrame, formats: pd.Series[Any], own_rows: pd.DataFrame | None
) -> tuple[pd.Series[float], pd.Series[int]]:
    """The median of own rows of each candidate's platform, tier and format, and how many there are."""
    keys = ["platform", "label", "format"]
    asked = candidates.assign(format=formats.to_numpy())
    rows = asked.assign(price=asked["quote"]) if own_rows is None else own_rows
    rows = rows[(rows["price"] > 0) & rows["label"].notna()]
    groups = rows["price"].groupby([rows[key].map(normalise) for key in keys]).agg(["median", "size"])
    mine = pd.MultiIndex.from_frame(asked[keys].map(normalise))
    matched = groups.reindex(mine).reset_index(drop=True)
    n = matched["size"].fillna(0).astype("int64")
    return matched["median"].where(n >= FEWEST).round(2), n


def _read_column(candidates: pd.DataFrame, name: str) -> pd.Series[float]:
    """A column that candidates may have, as float64; NaN where they have none."""
    cells = candidates[name].to_numpy() if name in candidates.columns else np.full(len(candidates), np.nan)
    return pd.to_numeric(pd.Series(cells), errors="coerce").astype("float64")


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value


def _round(values: Any) -> Any:
    return np.round(np.asarray(values, dtype=float), 2)
