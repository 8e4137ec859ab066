"""Joins of the stores in DuckDB: connections that share a database share no tables."""

from __future__ import annotations

import threading

import pandas as pd

from graphkoc.stores import relational


def test_a_connection_does_not_see_the_tables_of_another() -> None:
    for value in (1, 2):
        with relational.connect() as outer, relational.connect() as inner:
            for connection, number in ((outer, value), (inner, -value)):
                connection.register("given", pd.DataFrame({"n": [number]}))
                connection.execute("CREATE TEMP TABLE kept AS FROM given")
            assert outer.execute("SELECT n FROM kept").fetchall() == [(value,)]
            assert inner.execute("SELECT n FROM kept").fetchall() == [(-value,)]


def test_threads_join_at_once() -> None:
    found: list[int] = []

    def count(rows: int) -> None:
        with relational.connect() as connection:
            connection.execute(f"CREATE TEMP TABLE kept AS FROM range({rows})")
            found.append(connection.execute("SELECT count(*) FROM kept").fetchall()[0][0])

    threads = [threading.Thread(target=count, args=(rows,)) for rows in range(10, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(10, 30))
