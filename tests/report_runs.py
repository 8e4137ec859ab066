"""Runs for reports that no small market gives: as many people as one likes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphkoc.runs.reached import PARTS
from graphkoc.runs.run import Run
from graphkoc.runs.tables import TABLES

__all__ = ["tile"]

PEOPLE = ("consumer", "follower", "followee", "author")
OF_A_PERSON = (*PEOPLE, "review", "original", "account")
GROUPS = ("niche", "parent", "circle", "circle_a", "circle_b", "group")
UNTILED = {"people", "members", "features", "ties"}
RANKED, SETS = 100, 20


def tile(run: Run, people: int) -> Run:
    """The run again and again until it has so many people, ranked through.

    The people of the first RANKED copies have their roles and what is known of them, all others are only counted.
    Copies share SETS sets of groups.
    """
    copies = -(-people // len(run.people))
    tables = {name: _repeat(run.table(name), min(copies, RANKED)) for name in TABLES if name not in UNTILED}
    tables |= {name: _repeat(run.table(name), copies) for name in ("people", "members")}
    everybody = tables["people"].head(people)
    others = everybody.index >= RANKED * len(run.people)
    order = everybody.loc[~others, "rank"].dropna().sort_values(kind="stable").index
    ranks = pd.Series(range(1, len(order) + 1), index=order, dtype="Int64").reindex(everybody.index)
    tables["people"] = everybody.assign(rank=ranks, role=everybody["role"].mask(others, "none"))
    counts = run.info["counts"] | {"consumers": people}
    return run.replaced(info=run.info | {"counts": counts}, **tables)


def _repeat(table: pd.DataFrame, copies: int) -> pd.DataFrame:
    has_people = any(column in table for column in PEOPLE)
    times = copies if has_people else min(copies, SETS)
    whole = table.iloc[np.tile(np.arange(len(table)), times)].reset_index(drop=True)
    copy = pd.Series(whole.index // max(len(table), 1), index=whole.index)
    for columns, number in ((OF_A_PERSON, copy), (GROUPS, copy % SETS)):
        for column in (column for column in columns if column in whole):
            whole[column] = whole[column].str.cat(number.astype("str"), sep="~")
    if not has_people:
        for column in (column for column in ("people", *PARTS) if column in whole):
            whole[column] = whole[column] * (copies // times)
    return whole
