"""Niches as frames: what they are called, who is in them, and which products show what they are about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import number_ids
from graphkoc.communities.niches.levels import Level
from graphkoc.graph.action_log import Log

__all__ = ["EXEMPLARS", "ids", "members_of", "products_of", "slug", "table_of"]

EXEMPLARS = 10
"""Maximum number of products shown of a niche."""


def table_of(log: Log, level: Level, parents: pd.DataFrame | None = None) -> pd.DataFrame:
    """One row per niche, sorted by parent, people and id; its trait, and the columns of `Niches.table`.

    name is provisional: the ids are made from it, and `graphkoc.communities.find.group` replaces it.

    parents: the table of the level above, whose traits are the scopes of this one's.
    """
    table = level.traits.table.loc[list(level.merged)].rename_axis("trait").reset_index()
    names = [
        list(dict.fromkeys(name for name in level.traits.table.loc[same, "name"] if name))
        for same in level.merged.values()
    ]
    nameless = pd.Series([not found for found in names], dtype=bool)
    number = nameless.groupby(table["scope"]).cumsum()
    table["name"] = [
        found[0] if found else f"products reviewed together {i}" for found, i in zip(names, number, strict=True)
    ]
    table["terms"] = [", ".join(found[1:]) for found in names]
    if parents is None:
        table = table.assign(level="niche", parent=None, place=0, prefix="")
        table["category"] = table["name"].where(table["basis"] == "category")
    else:
        above = parents.assign(place=range(len(parents))).set_index("trait").loc[table["scope"]]
        table = table.assign(level="finer", parent=above["niche"].to_numpy(), place=above["place"].to_numpy())
        table = table.assign(prefix=table["parent"] + "~", category=[log.categories[c] for c in table["scope"]])
    table["niche"] = ids(prefix + slug(name) for prefix, name in zip(table["prefix"], table["name"], strict=True))
    counts = level.members.groupby("trait").agg({"reviews": "sum", "total": "sum", "person": "size"})
    counts = counts.reindex(table["trait"])
    table["share"] = (counts["reviews"] / counts["total"]).to_numpy(dtype=float)
    table["share_of_all"] = level.traits.share[table["trait"]]
    table["people"] = counts["person"].to_numpy(dtype="int64")
    text = ["niche", "name", "parent", "level", "basis", "category", "terms"]
    table = table.sort_values(["place", "people", "niche"], ascending=[True, False, True], ignore_index=True)
    return table[["trait", *text, "share", "share_of_all", "people"]].astype(dict.fromkeys(text, "str"))


def members_of(log: Log, level: Level, table: pd.DataFrame) -> pd.DataFrame:
    """One row per person and niche of a level: person, and the columns of `Niches.members`.

    table: as `table_of` returns it.
    """
    found = level.members
    niche = table.set_index("trait")["niche"].reindex(found["trait"])
    return pd.DataFrame(
        {
            "person": found["person"],
            "consumer": pd.array(log.network.ids[found["person"]], dtype="str"),
            "niche": niche.array,
            "reviews": found["reviews"],
            "share": found["reviews"] / found["total"],
            "confidence": 1 - found["q"],
        }
    )


def products_of(log: Log, level: Level, table: pd.DataFrame, products: NDArray[Any] | None) -> pd.DataFrame:
    """The columns of `Niches.products`, by the table's order.

    products: the product's id of each number in log.product; without it there are no rows.
    """
    if products is None:
        columns = {"niche": "str", "product": "str", "people": "int64", "lift": "float64"}
        return pd.DataFrame(columns=list(columns)).astype(columns)
    traits, found = level.traits, level.members
    n = len(log.network)
    theirs = np.sort(found["trait"].to_numpy(dtype=np.int64) * n + found["person"].to_numpy())
    kept = log.has_product[traits.row] & np.isin(traits.trait, table["trait"])
    row, trait = traits.row[kept], traits.trait[kept]
    by_member = np.isin(trait.astype(np.int64) * n + log.person[row], theirs)
    rows = pd.DataFrame({"trait": trait, "product": log.product[row], "people": by_member})
    counts = rows.groupby(["trait", "product"])["people"].agg(["sum", "size"]).reset_index()
    counts = counts[counts["sum"] > 0]
    total = found.groupby("trait")["total"].sum().reindex(counts["trait"]).to_numpy()
    everybody = np.bincount(traits.scope[traits.scope >= 0])
    scope = traits.table["scope"].to_numpy()[counts["trait"]]
    counts["lift"] = (counts["sum"] / total) / (counts["size"] / everybody[scope])
    counts["place"] = number_ids(table["trait"], counts["trait"])
    counts = counts.sort_values(["place", "sum", "lift", "product"], ascending=[True, False, False, True])
    counts = counts.groupby("place").head(EXEMPLARS)
    return pd.DataFrame(
        {
            "niche": table["niche"].array[counts["place"]],
            "product": pd.array(products[counts["product"]], dtype="str"),
            "people": counts["sum"].to_numpy(dtype="int64"),
            "lift": counts["lift"].to_numpy(dtype=float),
        }
    )


def ids(wanted: Iterable[str]) -> list[str]:
    """The wanted ids; where one comes again, with a number that makes it another."""
    given: dict[str, None] = {}
    for name in wanted:
        number, free = 1, name
        while free in given:
            number += 1
            free = f"{name}-{number}"
        given[free] = None
    return list(given)


def slug(name: str) -> str:
    """The letters and digits of a name, joined by -."""
    return "-".join(re.findall(r"\w+", name.casefold())) or "niche"
