"""Who and what carried somebody's past adoptions: the followers who followed on, and the reviews that they took up.

A follow-on is counted here whole for each follower and subject; its credit, which those who came first share, is
the score's business (`graphkoc.measures.activity`).
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc.forecast.queries import quoted, tables
from graphkoc.runs import Run

__all__ = ["MOST", "followers_who_came_after", "reviews_taken_up"]

MOST = 5
"""Followers, or reviews, that are told."""


def followers_who_came_after(run: Run, consumer: str) -> list[dict[str, Any]]:
    """The followers who followed on most often, ties by id: [{consumer, times, last, query}].

    times: subjects (products, or tags) of hers that the follower came to later. last: the newest of these. query:
    the SELECT for DuckDB that gives times. Empty where nothing has a time.
    """
    later = _later(run, consumer)
    told = later.groupby("consumer").agg(times=("subject", "size"), last=("subject", "last")).reset_index()
    told = told.sort_values(["times", "consumer"], ascending=[False, True]).head(MOST)
    return [
        row | {"query": _count(run, consumer, f"theirs.consumer = {quoted(str(row['consumer']))}")}
        for row in _rows(told)
    ]


def reviews_taken_up(run: Run, consumer: str) -> list[dict[str, Any]]:
    """Her reviews that most followers followed on from, ties by subject: [{subject, followers, query}].

    subject: the product that she reviewed first, or # and the tag that she used first. followers: those who came to
    it later. query: the SELECT for DuckDB that gives their number. Empty where nothing has a time.
    """
    told = _later(run, consumer).groupby("subject").agg(followers=("consumer", "size")).reset_index()
    told = told.sort_values(["followers", "subject"], ascending=[False, True]).head(MOST)
    return [
        row | {"query": _count(run, consumer, f"theirs.subject = {quoted(str(row['subject']))}")} for row in _rows(told)
    ]


def _later(run: Run, consumer: str) -> pd.DataFrame:
    """What her followers came to after she did: consumer, subject, day; the oldest first."""
    mine = run.read_subjects[run.read_subjects["consumer"] == consumer]
    followers = run.read_follows.loc[run.read_follows["followee"] == consumer, "follower"]
    theirs = run.read_subjects[run.read_subjects["consumer"].isin(followers)]
    both = theirs.merge(mine[["subject", "day"]], on="subject", suffixes=("", "_of_hers"))
    return both[both["day"] > both["day_of_hers"]].sort_values(["day", "consumer", "subject"])


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in table.to_dict("records")
    ]


def _count(run: Run, consumer: str, which: str) -> str:
    read = tables(run.folder)
    return (
        f"SELECT count(*) FROM {read['follows']} JOIN {read['subjects']} AS theirs ON theirs.consumer = follower "
        f"JOIN {read['subjects']} AS mine ON mine.consumer = followee AND mine.subject = theirs.subject "
        f"WHERE followee = {quoted(consumer)} AND {which} AND theirs.day > mine.day"
    )
