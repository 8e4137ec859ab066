"""A little store of people who all follow the next five, and commands asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click.testing
import pandas as pd
import pytest

import graphkoc
from graphkoc.cli import cli

__all__ = ["NAMES", "asked", "held", "tables"]

NAMES = [f"Person {number}" for number in range(60)]


def tables(people: range, source: str = "csv", names: list[str] = NAMES, since: str = "2020-01-01") -> dict:
    """A store's tables: each of the people has two reviews and follows the next five."""
    ids = [f"{source}:{number}" for number in people]
    days = pd.date_range(since, periods=2 * len(ids)).astype("datetime64[us]")
    pairs = [(one, ids[(at + step) % len(ids)]) for at, one in enumerate(ids) for step in range(1, 6)]
    return {
        "consumers": pd.DataFrame(
            {"consumer": ids, "name": [names[number % 60] for number in people], "platform": source}
        ),
        "reviews": pd.DataFrame(
            {
                "review": [f"{one}-{since}-{turn}" for one in ids for turn in (1, 2)],
                "consumer": [one for one in ids for _ in (1, 2)],
                "product": [f"{source}:p{at % 4}" for at in range(2 * len(ids))],
                "created_at": days,
            }
        ),
        "products": pd.DataFrame({"product": [f"{source}:p{at}" for at in range(4)], "category": "Tea"}),
        "follows": pd.DataFrame(pairs, columns=["follower", "followee"]),
    }


@contextmanager
def held(path: Path, *loads: dict) -> Iterator[graphkoc.Store]:
    """A store that these tables were put into."""
    store = graphkoc.open_store(f"ladybug:{path}")
    try:
        for load in loads:
            store.upsert(load)
        yield store
    finally:
        store.close()


def asked(folder: Path, monkeypatch: pytest.MonkeyPatch, *args: object, code: int = 0) -> click.testing.Result:
    """What a command says in a folder, and that it ends with `code`."""
    monkeypatch.chdir(folder)
    done = click.testing.CliRunner().invoke(cli, [*map(str, args)], prog_name="graphkoc")
    assert done.exit_code == code, done.output
    return done
