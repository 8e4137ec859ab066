"""The adopters of a person: the followers who followed on most often, and the items that most followers took up.

A follow-on is counted here whole for each follower and item. Its credit, which is shared among those who came
first, belongs to the score (`graphkoc.measures.activity`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphkoc.qualify.score.sql import quoted, tables
from graphkoc.runs.run import Run

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["find_adopters"]

MOST = 5
"""Followers, or items, that are listed."""


def find_adopters(run: Run, consumer: str) -> dict[str, list[dict[str, Any]]]:
    """The adopters of a person and the items adopted most, ties by id and item; none without dates.

    Returns carried_by: [{consumer, times, last, query}], the followers who followed on most often, each with the
    number of the person's items (products, or tags) that they came to later and the newest of these; and
    carried_reviews: [{item, followers, query}], the items of the person (the product reviewed, or # and the tag
    used) that most followers came to later. query: the SELECT for DuckDB that gives the number.
    """
    later = _find_follow_ons(run, consumer)
    people = later.groupby("consumer").agg(times=("item", "size"), last=("item", "last")).reset_index()
    items = later.groupby("item").agg(followers=("consumer", "size")).reset_index()
    people = people.sort_values(["times", "consumer"], ascending=[False, True])
    items = items.sort_values(["followers", "item"], ascending=[False, True])
    return {"carried_by": _list_first(run, consumer, people), "carried_reviews": _list_first(run, consumer, items)}


def _find_follow_ons(run: Run, consumer: str) -> pd.DataFrame:
    """The items that followers came to after the person: consumer, item, day; the oldest first."""
    own = run.read_items[run.read_items["consumer"] == consumer]
    followers = run.read_follows.loc[run.read_follows["followee"] == consumer, "follower"]
    theirs = run.read_items[run.read_items["consumer"].isin(followers)]
    both = theirs.merge(own[["item", "day"]], on="item", suffixes=("", "_own"))
    return both[both["day"] > both["day_own"]].sort_values(["day", "consumer", "item"])


def _list_first(run: Run, consumer: str, table: pd.DataFrame) -> list[dict[str, Any]]:
    """The first rows, each with the query of its number; the first column names what is counted."""
    by = table.columns[0]
    rows = table.head(MOST).astype(object).to_dict("records")
    return [
        {str(name): value for name, value in row.items()}
        | {"query": _write_query(run, consumer, f"theirs.{by} = {quoted(str(row[by]))}")}
        for row in rows
    ]


def _write_query(run: Run, consumer: str, condition: str) -> str:
    read = tables(run.folder)
    return (
        f"SELECT count(*) FROM {read['follows']} JOIN {read['items']} AS theirs ON theirs.consumer = follower "
        f"JOIN {read['items']} AS mine ON mine.consumer = followee AND mine.item = theirs.item "
        f"WHERE followee = {quoted(consumer)} AND {condition} AND theirs.day > mine.day"
    )
