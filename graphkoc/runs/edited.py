"""A run as people decided to see it: with the names that they gave, and the groups that they merged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd

from graphkoc.runs import edits
from graphkoc.runs import run as runs
from graphkoc.runs.members import KINDS
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import DEFAULT_FOLDER, TOP, Run, shaped

__all__ = ["decided", "find_run"]

TABLES = {"niche": "niches", "circle": "circles"}


def find_run(name: str | None = None, folder: Path = DEFAULT_FOLDER) -> Run:
    """The run called `name`, as people decided to see it: a run folder, or one under `folder`; the newest
    there by default.

    Raises UsageError when there is none.
    """
    return decided(runs.find_run(name, folder))


def decided(run: Run) -> Run:
    """The run with its journal applied; the same run when nothing was decided.

    Of groups that were merged, people, key opinion consumers and reach are counted again. What would have
    to be measured again is the first group's (a circle's stability), or left out until the next analysis
    (who reaches the niche how far, which circles carry it, the brand's view of it).
    """
    said = edits.read(edits.place(Path(run.folder))).of(run.line)
    for kind in TABLES:
        if said.standing(kind):
            run = _seen(run, said, kind)
    return run


def _seen(run: Run, said: edits.Journal, kind: str) -> Run:
    name = TABLES[kind]
    found, members = getattr(run, name), run.members_of(kind, fringe=True)
    head = edits.heads(said, kind, found[kind])
    merged = {group for group, first in head.items() if group != first}
    merged |= {head[group] for group in merged}
    table, members = edits.apply(said, kind, found, members)
    people = run.people.assign(**{kind: run.people[kind].map(head).astype("str")})
    frames = {name: _counted(table, members, people, kind, merged), "people": people}
    frames["members"] = _replaced(run.members, kind, members)
    frames |= {
        told: pd.concat([frame[frame["kind"] != kind], _moved(frame[frame["kind"] == kind], head)], ignore_index=True)
        for told in ("words", "exemplars")
        for frame in [getattr(run, told)]
    }
    for counted in ("reach", "carries", "brand", "positions"):
        frame: pd.DataFrame = getattr(run, counted)
        if kind in frame:
            frames[counted] = frame[~frame[kind].isin(merged)].reset_index(drop=True)
    if kind == "niche":
        united = run.positions[run.positions["niche"].isin(merged)]
        united = united.assign(niche=united["niche"].map(head), radius=united["radius"] ** 2)
        united = united.groupby("niche", as_index=False).agg({"x": "first", "y": "first", "radius": "sum"})
        united["radius"] = np.sqrt(united["radius"])
        frames["positions"] = pd.concat([frames["positions"], united], ignore_index=True)
    return replace(run, **cast("dict[str, Any]", frames))


def _counted(
    table: pd.DataFrame, members: pd.DataFrame, people: pd.DataFrame, kind: str, merged: set[str]
) -> pd.DataFrame:
    """The table with what can be counted of the merged groups' people counted again."""
    marks = people[["consumer", "hears_kol", "hears_koc"]].assign(
        kocs=people["role"].isin(RANKED), kols=people["role"] == "kol"
    )
    marks["white_space"] = ~marks["hears_kol"]
    marks["filled"] = marks["white_space"] & marks["hears_koc"]
    joined = members[members[kind].isin(merged)][["consumer", kind]].merge(marks, on="consumer").groupby(kind)
    again = joined[["kocs", "kols", "filled"]].sum()
    if kind == "niche":
        again[["kol_reach", "koc_reach", "white_space"]] = joined[["hears_kol", "hears_koc", "white_space"]].mean()
        white = (again["white_space"] * joined.size()).round()
        again["white_space_koc"] = (again["filled"] / white.where(white > 0)).fillna(0)
    table = table.set_index(kind)
    for column in [c for c in again if c in table]:
        table.loc[again.index, column] = again[column].astype(table[column].dtype)
    table.loc[again.index, "change"] = "merged by hand"
    return table.reset_index()


def _replaced(members: pd.DataFrame, kind: str, edited: pd.DataFrame) -> pd.DataFrame:
    """The table of members with those of one kind replaced; edited: as `members_of` returns them."""
    others = members[members["kind"] != kind]
    edited = edited.rename(columns={kind: "group"}).assign(kind=kind)
    return shaped("members", pd.concat([edited, others] if kind == KINDS[0] else [others, edited]))


def _moved(told: pd.DataFrame, head: dict[str, str]) -> pd.DataFrame:
    """What was told of groups, told of their heads."""
    moved = told.assign(group=told["group"].map(head).astype("str"))
    if "z" not in moved:
        return moved
    moved = moved.sort_values(["group", "z"], ascending=[True, False], kind="stable")
    return moved.drop_duplicates(["group", "word"]).groupby("group").head(TOP)
