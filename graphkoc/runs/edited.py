"""A run with the user edits applied: with the names that users gave, and the groups that they merged."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from graphkoc.runs import edits
from graphkoc.runs import run as runs
from graphkoc.runs.members import KINDS, MEMBER
from graphkoc.runs.reached import count_parts, shares
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import DEFAULT_FOLDER, TOP, Run
from graphkoc.runs.tables import shaped

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["apply_edits", "edit_groups", "find_run"]


def find_run(name: str | None = None, folder: Path = DEFAULT_FOLDER) -> Run:
    """The run called `name`, with the user edits applied: a run folder, or one under `folder`; the newest there by
    default.

    Raises UsageError when there is none.
    """
    return apply_edits(runs.find_run(name, folder))


def apply_edits(run: Run) -> Run:
    """The run with the user edits of its series; the same run when there are none.

    The people, key opinion consumers and reach of merged groups are counted again. What would have to be measured
    again is the first group's (a circle's stability), or left out until the next analysis (who reaches the niche how
    far, which circles carry it, the brand's view of it).
    """
    journal = edits.read(edits.edits_folder(Path(run.folder))).of(run.line)
    for kind in ("niche", "circle"):
        if journal.standing(kind):
            run = _apply_kind(run, journal, kind)
    return run


def edit_groups(
    journal: edits.Journal, kind: str, table: pd.DataFrame, members: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The groups of a run with the edits of a kind; the frames themselves when no edit concerns them.

    table: a row per group, with its id in the column of the kind's name, name, people and perhaps parent and level.
    members: consumer, the same column, confidence. Groups that were merged are one row, under the id of the first in
    the merge that exists. Its people are counted again, its level and parent are those of the highest group, and
    everything else is the first's. A person who was in several keeps the row of the highest confidence. A merge, and
    the name given to it, last as long as two of its groups live; after that the last group has its own name.
    """
    shown = edits.shown_ids(journal, kind, table[kind])
    names = {}
    for one in edits.shown_groups(journal, kind):
        alive = [group for group in one.groups if group in shown]
        if alive and (name := one.name if len(alive) > 1 else one.names.get(alive[0])):
            names[alive[0]] = name
    if any(group != head for group, head in shown.items()):
        table, members = _merge_rows(kind, shown, table, members)
    if names:
        chosen = table[kind].map(names)
        table = table.assign(name=chosen.where(chosen.notna(), table["name"]).astype(table["name"].dtype))
    return table, members


def _merge_rows(
    kind: str, shown: dict[str, str], table: pd.DataFrame, members: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row for each group that is shown, and for each person in it."""
    moved = members.assign(**{kind: members[kind].map(shown).astype(members[kind].dtype)}).reset_index(drop=True)
    surest = moved.sort_values("confidence", ascending=False, kind="stable")
    members = surest.drop_duplicates(["consumer", kind]).sort_index().reset_index(drop=True)

    head = table[kind].map(shown)
    grown = set(head[head != table[kind]])
    ranked = table.assign(head=head, first=head == table[kind], below=False)
    if "parent" in table:
        ranked["below"] = table["parent"].isin(table[kind])
        ranked["parent"] = table["parent"].map(shown).where(ranked["below"], table["parent"])
    # The parent is the highest group's: a lower one may be inside another group of the same merge.
    highest = ranked.sort_values(["below", "first"], ascending=[True, False], kind="stable").drop_duplicates("head")
    table = table[ranked["first"]].reset_index(drop=True)
    for column in {"parent", "level"} & set(table):
        table[column] = table[kind].map(highest.set_index("head")[column]).astype(table[column].dtype)
    counted = members[members["confidence"] >= MEMBER]
    again = table[kind].map(counted[kind].value_counts()).fillna(0)
    table["people"] = again.where(table[kind].isin(grown), table["people"]).astype(table["people"].dtype)
    return table.sort_values(["people", kind], ascending=[False, True], ignore_index=True), members


def _apply_kind(run: Run, journal: edits.Journal, kind: str) -> Run:
    import pandas as pd

    found, members = run.table(f"{kind}s"), run.members_of(kind, fringe=True)
    head = edits.shown_ids(journal, kind, found[kind])
    merged = {group for group, first in head.items() if group != first}
    merged |= {head[group] for group in merged}
    table, members = edit_groups(journal, kind, found, members)
    people = run.people.assign(**{kind: run.people[kind].map(head).astype("str")})
    frames = {f"{kind}s": _count_again(table, members, people, kind, merged), "people": people}
    frames["members"] = _replace_members(run.members, kind, members)
    frames |= {
        table_name: pd.concat(
            [frame[frame["kind"] != kind], _move_rows(frame[frame["kind"] == kind], head)], ignore_index=True
        )
        for table_name in ("words", "exemplars")
        for frame in [getattr(run, table_name)]
    }
    for counted in ("reach", "carries", "brand"):
        frame: pd.DataFrame = getattr(run, counted)
        if kind in frame:
            frames[counted] = frame[~frame[kind].isin(merged)].reset_index(drop=True)
    gone = (run.bubbles["kind"] == kind) & run.bubbles["group"].isin(merged)
    frames["bubbles"] = run.bubbles[~gone].reset_index(drop=True)
    return run.replaced(**cast("dict[str, Any]", frames))


def _count_again(
    table: pd.DataFrame, members: pd.DataFrame, people: pd.DataFrame, kind: str, merged: set[str]
) -> pd.DataFrame:
    """The table of groups, with the numbers of merged groups counted again from their people."""
    marks = people[["consumer", "part", "hears_kol", "hears_koc"]].assign(
        kocs=people["role"].isin(RANKED),
        kols=people["role"] == "kol",
        wide=people["role"].isin(WIDE_ROLES) & (people["role"] != "kol"),
        both=people["hears_kol"] & people["hears_koc"],
    )
    counted = members[members[kind].isin(merged) & (members["confidence"] >= MEMBER)]
    inside = counted[["consumer", kind]].merge(marks, on="consumer")
    joined, parts = inside.groupby(kind), count_parts(inside, kind)
    again = joined[["kocs", "kols", "wide"]].sum().join(parts).join(shares(parts))
    if kind == "niche":
        again[["kol_reach", "koc_reach", "both"]] = joined[["hears_kol", "hears_koc", "both"]].mean()
    table = table.set_index(kind)
    for column in [c for c in again if c in table]:
        table.loc[again.index, column] = again[column].astype(table[column].dtype)
    table.loc[again.index, "change"] = "merged by hand"
    if "white_people_before" in table:
        table.loc[again.index, "white_people_before"] = float("nan")
    return table.reset_index()


def _replace_members(members: pd.DataFrame, kind: str, edited: pd.DataFrame) -> pd.DataFrame:
    """The table of members with those of one kind replaced; edited: as `members_of` returns them."""
    import pandas as pd

    others = members[members["kind"] != kind]
    edited = edited.rename(columns={kind: "group"}).assign(kind=kind)
    return shaped("members", pd.concat([edited, others] if kind == KINDS[0] else [others, edited]))


def _move_rows(rows: pd.DataFrame, head: dict[str, str]) -> pd.DataFrame:
    """The words or exemplars of groups, under the ids that the groups are shown by."""
    moved = rows.assign(group=rows["group"].map(head).astype("str"))
    if "z" not in moved:
        return moved
    moved = moved.sort_values(["group", "z"], ascending=[True, False], kind="stable")
    return moved.drop_duplicates(["group", "word"]).groupby("group").head(TOP)
