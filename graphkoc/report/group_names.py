"""The names of niches and circles that a report may show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.text import display_name, text_or_none

__all__ = ["group_names", "name_groups"]

LONGEST = 60
"""Characters of a name."""


def name_groups(run: Run) -> Run:
    """The run with names of niches and circles that a report may show.

    A group without a visible name has its id instead. So has a group that is named after a person in its middle
    ("People around ciao:7"), unless this person is a key opinion consumer: a report names no other members.
    """
    nameless = set(run.people.loc[~run.people["role"].isin(RANKED), "consumer"])
    products = set(run.exemplars.loc[run.exemplars["what"] == "product", "id"])

    def choose_name(row: Mapping[Any, Any], kind: str) -> str:
        given, group = text_or_none(row["name"]) or "", display_name(str(row[kind]))
        centre = given.rpartition(" around ")[2]
        if centre in nameless and centre not in products:
            return f"{kind.capitalize()} {group}"
        return display_name(given, LONGEST) or group

    def rename(table: pd.DataFrame, kind: str) -> pd.DataFrame:
        return table.assign(name=[choose_name(row, kind) for row in table.to_dict("records")]).astype({"name": "str"})

    return run.replaced(niches=rename(run.niches, "niche"), circles=rename(run.circles, "circle"))


def group_names(run: Run, kind: str) -> dict[str, str]:
    """The name of each niche, or of each circle, by id."""
    table = run.niches if kind == "niche" else run.circles
    return dict(zip(table[kind], table["name"], strict=True))
