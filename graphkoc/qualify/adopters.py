"""Who and what carried somebody's past adoptions: the followers who followed on, and the reviews that they took up.

A follow-on is counted here whole for each follower and subject; its credit, which those who came first share, is
the score's business (`graphkoc.measures.activity`).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc.qualify.score.sql import quoted, tables
from graphkoc.runs.run import Run

__all__ = ["carriers"]

MOST = 5
"""Followers, or reviews, that are told."""


def carriers(run: Run, consumer: str) -> dict[str, list[dict[str, Any]]]:
    """Who and what carried most, ties by id and subject; nothing where nothing has a time.

    Returns carried_by: [{consumer, times, last, query}], the followers who followed on most often, each with how many
    subjects of hers (products, or tags) she came to later and the newest of these; and carried_reviews: [{subject,
    followers, query}], the subjects of hers (the product that she reviewed, or # and the tag that she used) that most
    followers came to later. query: the SELECT for DuckDB that gives the number.
    """
    later = _later(run, consumer)
    people = later.groupby("consumer").agg(times=("subject", "size"), last=("subject", "last")).reset_index()
    subjects = later.groupby("subject").agg(followers=("consumer", "size")).reset_index()
    people = people.sort_values(["times", "consumer"], ascending=[False, True])
    subjects = subjects.sort_values(["followers", "subject"], ascending=[False, True])
    return {"carried_by": _told(run, consumer, people), "carried_reviews": _told(run, consumer, subjects)}


def _later(run: Run, consumer: str) -> pd.DataFrame:
    """What her followers came to after she did: consumer, subject, day; the oldest first."""
    mine = run.read_subjects[run.read_subjects["consumer"] == consumer]
    followers = run.read_follows.loc[run.read_follows["followee"] == consumer, "follower"]
    theirs = run.read_subjects[run.read_subjects["consumer"].isin(followers)]
    both = theirs.merge(mine[["subject", "day"]], on="subject", suffixes=("", "_of_hers"))
    return both[both["day"] > both["day_of_hers"]].sort_values(["day", "consumer", "subject"])


def _told(run: Run, consumer: str, table: pd.DataFrame) -> list[dict[str, Any]]:
    """The first rows, each with its query; the first column is what they are told by."""
    by = table.columns[0]
    rows = table.head(MOST).astype(object).to_dict("records")
    return [
        {str(name): value for name, value in row.items()}
        | {"query": _count(run, consumer, f"theirs.{by} = {quoted(str(row[by]))}")}
        for row in rows
    ]


def _count(run: Run, consumer: str, which: str) -> str:
    read = tables(run.folder)
    return (
        f"SELECT count(*) FROM {read['follows']} JOIN {read['subjects']} AS theirs ON theirs.consumer = follower "
        f"JOIN {read['subjects']} AS mine ON mine.consumer = followee AND mine.subject = theirs.subject "
        f"WHERE followee = {quoted(consumer)} AND {which} AND theirs.day > mine.day"
    )
