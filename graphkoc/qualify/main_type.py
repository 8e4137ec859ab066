"""What a person mostly writes about: the product type of most of their reviews in the last twelve months."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from graphkoc.graph.action_log import YEAR, Log

__all__ = ["find_main_types", "list_types"]


def find_main_types(log: Log, as_of: float, aliases: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Everybody's main product type at day `as_of`: main_type (str or null), main_type_share (float64, 0 to 1).

    A row per node of log.network. log, aliases: see `list_types`. Each item counts once, when the person first wrote
    about it. Those who wrote about none in the last year have the type of all their reviews, and a share of NaN. Of
    types with as many items a category comes before a tag, and then the first by name.
    """
    n = len(log.network)
    rows = list_types(log, aliases)
    rows["recent"] = rows["day"] > as_of - YEAR
    recent = rows[rows["recent"]]
    found = _find_most(recent)
    before = _find_most(rows[~rows["person"].isin(found.index)])
    share = found["items"] / recent.groupby("person").size()
    table = pd.DataFrame(index=range(n))
    table["main_type"] = pd.concat([found["type"], before["type"]]).reindex(range(n)).astype("str")
    table["main_type_share"] = share.reindex(range(n)).astype(float)
    return table


def list_types(log: Log, aliases: Mapping[str, str] | None = None) -> pd.DataFrame:
    """The items of people that have a type: person (int, index into the network), type (str) and day (float64).

    A type is the category of a product, or of a review of no product where the log has it
    (`graphkoc.communities.kinds.align`), or else a tag, with # before it. aliases: the categories that tags are other
    names of, so that 水壶 and Kettles are one type. Such a tag is an item only where its person has no other of the
    category: the notes that it stands in are items already.
    """
    named = dict(aliases or {})
    items, names = log.items, log.kind_names()
    kind = {f"#{tag}": category for tag, category in named.items()}
    shown = np.array([kind.get(name, name) for name in names.tolist()], dtype=object)
    of_alias = np.array([name in kind for name in names.tolist()], dtype=bool)
    notes = ~log.has_product & (log.category >= 0)
    rows = pd.DataFrame(
        {
            "person": np.concatenate([items.person, log.person[notes]]),
            "type": np.concatenate([shown[items.kind], names[log.category[notes]]]),
            "day": np.concatenate([items.day, log.day[notes]]),
            "alias": np.concatenate([of_alias[items.kind], np.zeros(int(notes.sum()), dtype=bool)]),
        }
    )
    rows = rows[rows["type"] != ""].sort_values("alias", kind="stable")
    again = rows["alias"] & rows.duplicated(["person", "type"])
    return rows.loc[~again, ["person", "type", "day"]].reset_index(drop=True)


def _find_most(rows: pd.DataFrame) -> pd.DataFrame:
    """type and items of each person's most frequent type; index the person."""
    counts = rows.groupby(["person", "type"]).size().reset_index(name="items")
    counts["tag"] = counts["type"].str.startswith("#")
    counts = counts.sort_values(["person", "items", "tag", "type"], ascending=[True, False, True, True])
    return counts.drop_duplicates("person").set_index("person")
