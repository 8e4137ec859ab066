"""How fast a graph goes into the stores, out of them, and back: `python bench/stores.py`.

Everything is measured in one run on one machine, beside the plain way of doing the same, so that the
ratios mean something where the seconds do not. Plain ways that would take all day are measured on a
part, and compared by rate. Needs a Neo4j as the tests do (see tests/neo4j_server.py).
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import neo4j
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import neo4j_server

from graphkoc.graph.projection import COLUMNS
from graphkoc.stores import Store, open_store, queries

PLAIN_ROWS = 200_000
"""Rows on which the plain ways are measured."""

A_CALL = 10_000

PLAIN = [
    "plain: consumers, UNWIND of maps, CREATE",
    "plain: follows, UNWIND of maps, CREATE",
    "plain: follows as records",
    "plain: write-back, UNWIND of maps, SET",
]


def crowd(people: int, follows: int, rng_seed: int) -> dict[str, pd.DataFrame]:
    """A made-up network: who follows is uniform, who is followed is not (a few have a large audience)."""
    rng = np.random.default_rng(rng_seed)
    popularity = rng.pareto(1.3, people) + 1
    follower = rng.integers(0, people, int(follows * 1.1))
    followee = rng.choice(people, len(follower), p=popularity / popularity.sum())
    pairs = np.unique(np.column_stack([follower, followee])[follower != followee], axis=0)
    pairs = pairs[np.sort(rng.permutation(len(pairs))[:follows])]
    ids = np.array([f"made:{i}" for i in range(people)])
    consumers = pd.DataFrame({"consumer": ids, "name": [f"Person {i}" for i in range(people)], "platform": "made"})
    return {
        "consumers": consumers,
        "follows": pd.DataFrame({"follower": ids[pairs[:, 0]], "followee": ids[pairs[:, 1]]}),
    }


def day(tables: dict[str, pd.DataFrame], rng_seed: int) -> dict[str, pd.DataFrame]:
    """1 % new rows: new people, and new follows, each with a new person at one end in one case of two."""
    rng = np.random.default_rng(rng_seed)
    old = tables["consumers"]["consumer"].to_numpy()
    people, follows = len(old) // 100, len(tables["follows"]) // 100
    new = np.array([f"new:{i}" for i in range(people)])
    follower = np.where(rng.random(2 * follows) < 0.5, rng.choice(new, 2 * follows), rng.choice(old, 2 * follows))
    followee = rng.choice(tables["follows"]["followee"].to_numpy(), 2 * follows)
    pairs = pd.DataFrame({"follower": follower, "followee": followee}).drop_duplicates()
    pairs = pairs[pairs["follower"] != pairs["followee"]]
    there = pairs.merge(tables["follows"], how="left", indicator=True)["_merge"].to_numpy() == "both"
    consumers = pd.DataFrame({"consumer": new, "name": np.char.add("New ", new), "platform": "made"})
    return {"consumers": consumers, "follows": pairs[~there][:follows].reset_index(drop=True)}


def results(people: int) -> dict[str, pd.DataFrame]:
    """Three numbers and three words for everybody, as an analysis leaves them."""
    at = np.arange(people)
    return {
        "scores": pd.DataFrame(
            {
                "person": [f"made:{i}" for i in range(people)],
                "consumer": [f"made:{i}" for i in range(people)],
                "name": [f"Person {i}" for i in range(people)],
                "tier": np.where(at % 7 == 0, "wide", "small"),
                "audience": at % 1000,
                "score": at / 7,
                "rank": at + 1,
                "niche": np.char.add("niche-", (at % 25).astype(str)),
            }
        )
    }


class Sheet:
    """Lines of `what, rows, seconds, rows a second`, printed as they come."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timed(self, what: str, rows: int, of: int = 0) -> Iterator[None]:
        """Time the block; of a part of the rows, and the whole takes as long in proportion."""
        gc.collect()
        start, busy = time.perf_counter(), time.process_time()
        yield
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        self.seconds[what] = seconds * (of or rows) / rows
        say(f"| {what} | {rows:,} | {seconds:.1f} | {rows / seconds:,.0f} | {busy:.1f} |")

    def share(self, what: str, part: str, whole: str, goal: str) -> None:
        """Which share of the time of the whole a part takes."""
        say(f"| {what} | {self.seconds[part] / self.seconds[whole]:.1%} | {goal} |")

    def ratio(self, what: str, fast: str, slow: list[str], goal: str) -> None:
        """How many times faster the whole is than the plain ways together."""
        times = sum(self.seconds[name] for name in slow) / self.seconds[fast]
        say(f"| {what} | {times:.1f} times | {goal} |")


def say(text: str) -> None:
    """One line on standard output, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def plain_load(driver: neo4j.Driver, tables: dict[str, pd.DataFrame]) -> None:
    """Follows as maps, UNWIND and CREATE, ten thousand a call."""
    text = (
        "UNWIND $rows AS row MATCH (a:Consumer {consumer: row.a}) MATCH (b:Consumer {consumer: row.b})"
        " CREATE (a)-[:FOLLOWS]->(b)"
    )
    pairs = list(zip(tables["follows"]["follower"], tables["follows"]["followee"], strict=True))
    in_calls(driver, text, [{"a": a, "b": b} for a, b in pairs])


def plain_consumers(driver: neo4j.Driver, tables: dict[str, pd.DataFrame]) -> None:
    """Consumers as maps, UNWIND and CREATE."""
    text = "UNWIND $rows AS row CREATE (c:Consumer {consumer: row.consumer, name: row.name, platform: row.platform})"
    in_calls(driver, text, tables["consumers"].to_dict("records"))


def plain_write_back(driver: neo4j.Driver, scores: pd.DataFrame) -> None:
    """Properties as maps, UNWIND and SET."""
    text = (
        "UNWIND $rows AS row CREATE (p:Person {person: row.person})"
        " SET p.consumer = row.consumer, p.name = row.name, p.tier = row.tier, p.audience = row.audience,"
        " p.score = row.score, p.rank = row.rank, p.niche = row.niche"
    )
    in_calls(driver, text, scores.to_dict("records"))


def in_calls(driver: neo4j.Driver, text: str, rows: list[dict[Any, Any]]) -> None:
    """Send maps, a call a transaction."""
    with driver.session() as session:
        for start in range(0, len(rows), A_CALL):
            some = rows[start : start + A_CALL]
            session.execute_write(lambda tx, some=some: tx.run(text, rows=some).consume())


def plain_read(driver: neo4j.Driver, rows: int) -> None:
    """Follows as records."""
    text = (
        "MATCH (a:Consumer)-[f:FOLLOWS]->(b:Consumer)"
        " RETURN b.consumer AS source, a.consumer AS target, 1.0 AS weight, f.since AS since LIMIT $rows"
    )
    with driver.session() as session:
        found = session.execute_read(lambda tx: tx.run(text, rows=rows).values())
    pd.DataFrame(found, columns=["source", "target", "weight", "since"])


def measure(store: Store, name: str, sheet: Sheet, tables: dict[str, pd.DataFrame]) -> None:
    """One store: load, load again, load a day's rows, read out, write back, write back again."""
    people, follows = len(tables["consumers"]), len(tables["follows"])
    query = queries.query("project/follows")
    with sheet.timed(f"{name}: first load", people + follows):
        assert store.upsert(tables).wrote
    with sheet.timed(f"{name}: the same again", people + follows):
        assert not store.upsert(tables).wrote
    more = day(tables, 1)
    assert len(more["follows"]) == follows // 100
    for what, wrote in (("1 % new rows", True), ("these again", False)):
        with sheet.timed(f"{name}: {what}", sum(map(len, more.values()))):
            assert store.upsert(more).wrote is wrote
    follows += len(more["follows"])
    with sheet.timed(f"{name}: read-out of follows", follows):
        assert len(store.read_columns(query.text(store.dialect), COLUMNS["follows"])) == follows
    scores = results(people)
    with sheet.timed(f"{name}: write-back", people):
        store.annotate(scores)
    with sheet.timed(f"{name}: the same write-back again", people):
        store.annotate(scores)


def main() -> None:
    """Measure both stores and the plain ways, and print tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--consumers", type=int, default=500_000)
    parser.add_argument("--follows", type=int, default=5_000_000)
    parser.add_argument("--rng-seed", type=int, default=0)
    parser.add_argument("--heap", default="3g")
    given = parser.parse_args()
    tables = crowd(given.consumers, given.follows, given.rng_seed)
    people, follows = len(tables["consumers"]), len(tables["follows"])
    some = min(PLAIN_ROWS, follows // 4)
    extra = "with" if installed("neo4j-rust-ext") else "without"
    say(f"{people:,} consumers, {follows:,} follows; {os.cpu_count()} cores, Python {platform.python_version()},")
    say(f"driver {version('neo4j')} {extra} neo4j-rust-ext, ladybug {version('ladybug')}.")
    sheet = Sheet()
    with neo4j_server.serving(heap=given.heap, quick=False) as server, server.driver() as driver:
        os.environ |= {"GRAPHKOC_NEO4J_PASSWORD": server.password, "GRAPHKOC_NEO4J_USER": server.user}
        say(f"Neo4j {server.version}, heap {given.heap}.\n")
        say("| what | rows | seconds | rows a second | client's CPU seconds |\n|---|---|---|---|---|")
        store = open_store(server.uri)
        # A server compiles what it runs often, so each way runs once before it is measured.
        warm = crowd(people // 50, follows // 50, 1)
        store.upsert(warm)
        store.upsert(day(warm, 1))
        store.annotate(results(people // 50))
        server.empty()
        plain_consumers(driver, warm)
        plain_load(driver, warm)
        plain_write_back(driver, results(people // 50)["scores"])
        server.empty()
        with sheet.timed(PLAIN[0], people):
            plain_consumers(driver, tables)
        with sheet.timed(PLAIN[1], some, follows):
            plain_load(driver, {"follows": tables["follows"].sample(some, random_state=1).sort_index()})
        server.empty()
        measure(store, "neo4j", sheet, tables)
        with sheet.timed(PLAIN[2], some, follows):
            plain_read(driver, some)
        server.run("MATCH (p:Person) CALL (p) { DELETE p } IN TRANSACTIONS OF 10000 ROWS")
        with sheet.timed(PLAIN[3], people):
            plain_write_back(driver, results(people)["scores"])
        store.close()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"ladybug:{folder}/graphkoc.lbug")
        measure(store, "ladybug", sheet, tables)
        store.close()
    say("\n| against the plain way, whole against whole | measured | goal |\n|---|---|---|")
    sheet.ratio("read-out", "neo4j: read-out of follows", [PLAIN[2]], "20")
    sheet.ratio("write-back", "neo4j: write-back", [PLAIN[3]], "1.7")
    sheet.ratio("first load", "neo4j: first load", PLAIN[:2], "3")
    say("\n| of the first load's time | measured | goal |\n|---|---|---|")
    sheet.share("1 % new rows", "neo4j: 1 % new rows", "neo4j: first load", "under 5 %")
    sheet.share("these again", "neo4j: these again", "neo4j: first load", "under 5 %")


def installed(package: str) -> bool:
    """Whether a package is there."""
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


if __name__ == "__main__":
    main()
