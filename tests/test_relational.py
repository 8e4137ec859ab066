"""Joins of the stores in DuckDB: connections that share a database share no tables, and a fork has its own."""

from __future__ import annotations

import os
import threading

import pandas as pd
import pytest

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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_fork_leaves_its_parents_database_alone_and_has_its_own() -> None:
    with relational.connect() as connection:
        connection.execute("CREATE TEMP TABLE kept AS SELECT 1 AS n")
        child = os.fork()
        if not child:
            with relational.connect() as own:
                os._exit(own.execute("SELECT 7").fetchall()[0][0])
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        assert connection.execute("SELECT n FROM kept").fetchall() == [(1,)]
