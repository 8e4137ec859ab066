"""How fast, and in how much memory, five million reviews are loaded: `python bench/loads.py`.

The reviews are made up, in the layout of Amazon Customer Reviews, with as many letters as real ones have
(about 50 words; Y. Hou et al., "Bridging Language and Items for Retrieval and Recommendation", 2024). graphkoc reads,
checks and stores them in the embedded store, in a process of its own, whose peak of memory the system tells. Beside it
stands the plain way, pandas.read_csv and UNWIND into Neo4j, on a part of them, and is compared by rate: it checks
nothing, and writes no more than graphkoc does. Needs a Neo4j as the tests do (see tests/neo4j_server.py).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb
import neo4j
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

import neo4j_server

PLAIN_ROWS = 200_000
"""Rows on which the plain way is measured."""

A_CALL = 10_000
GOAL_BYTES, GOAL_TIMES = 3 * 10**9, 5

WORDS = [
    "the",
    "a",
    "it",
    "and",
    "I",
    "this",
    "for",
    "my",
    "is",
    "was",
    "with",
    "to",
    "of",
    "in",
    "on",
    "that",
    "very",
    "works",
    "great",
    "hair",
    "dryer",
    "kettle",
    "pan",
    "knife",
    "light",
    "heavy",
    "quiet",
    "loud",
    "fast",
    "slow",
    "price",
    "cord",
    "button",
    "lid",
    "handle",
    "bought",
    "gift",
    "daughter",
    "husband",
    "broke",
    "returned",
    "month",
    "year",
    "love",
    "hate",
    "good",
    "bad",
    "quality",
    "cheap",
    "plastic",
    "steel",
    "color",
    "small",
    "large",
    "box",
    "shipping",
    "arrived",
    "perfect",
    "recommend",
    "again",
]


def sentences(rng: np.random.Generator, count: int) -> pd.DataFrame:
    """Made-up sentences of 5 to 17 words, few of them with HTML: one review in seven has some, as of real ones."""
    made = [" ".join(rng.choice(WORDS, rng.integers(5, 18))).capitalize() + "." for _ in range(count)]
    made[0] = "I received this product for free in exchange for my honest review."
    for place in range(1, count, 30):
        made[place] += "<br />"
    return pd.DataFrame({"place": np.arange(count), "words": made})


def write_reviews(path: Path, reviews: int, rng_seed: int) -> None:
    """A TSV of so many reviews by a quarter as many people, of whom a few write much; ids are Amazon's in length."""
    rng = np.random.default_rng(rng_seed)
    people, products, pool = max(1, reviews // 4), max(1, reviews // 30), 5_000
    with duckdb.connect() as connection:
        connection.register("pool", sentences(rng, pool))
        connection.execute("SET enable_progress_bar = false; CREATE TABLE written AS FROM pool")
        # hash() of the row's number is the chance here: the same file whatever the number of threads.
        connection.execute(f"""
            COPY (
                WITH dice AS (
                    SELECT i, hash(i, {rng_seed}) AS a, hash(i, {rng_seed}, 1) AS b, hash(i, {rng_seed}, 2) AS c
                    FROM range({reviews}) AS r(i)
                ),
                drawn AS (
                    SELECT
                        *,
                        (power((a % 1000000) / 1e6, 2) * {people})::BIGINT AS who,
                        (power((b % 1000000) / 1e6, 3) * {products})::BIGINT AS what,
                        ((c // 7) % {pool})::BIGINT AS first,
                        1 + (c % 8)::BIGINT AS sentences
                    FROM dice
                ),
                pool AS (SELECT list(words ORDER BY place) AS pool FROM written)
                SELECT
                    'US' AS marketplace,
                    10000000 + who AS customer_id,
                    'R' || printf('%013d', i) AS review_id,
                    'B' || printf('%09d', what) AS product_id,
                    700000000 + what AS product_parent,
                    'Made-up product number ' || what || ', 1.7 l, stainless steel' AS product_title,
                    'Kitchen' AS product_category,
                    1 + (a // 3) % 5 AS star_rating,
                    if(b % 4 = 0, b % 40, 0) AS helpful_votes,
                    if(b % 4 = 0, b % 40 + 1, 0) AS total_votes,
                    if(c % 60 = 0, 'Y', 'N') AS vine,
                    if(c % 6 = 0, 'N', 'Y') AS verified_purchase,
                    left(pool[1 + (first + 17) % {pool}], 24) AS review_headline,
                    array_to_string(
                        list_transform(range(sentences), lambda n: pool[1 + (first + 31 * n) % {pool}]), ' '
                    ) AS review_body,
                    strftime(DATE '2005-01-01' + (a % 3900)::INTEGER, '%Y-%m-%d') AS review_date
                FROM drawn, pool
                ORDER BY hash(i, 9)
            ) TO '{path}' (FORMAT csv, DELIMITER '\t', QUOTE '', ESCAPE '', HEADER true)""")


def graphkoc_load(path: Path, store: Path) -> tuple[float, float, int]:
    """Seconds, CPU seconds and bytes that `graphkoc load amazon` takes."""
    command = [sys.executable, "-m", "graphkoc", "-q", "--store", f"ladybug:{store}", "load", "amazon", str(path)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=sys.stderr)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


PLAIN = """
UNWIND $rows AS row
MERGE (c:Consumer {consumer: row.customer_id})
MERGE (p:Product {product: row.product_id}) ON CREATE SET p.title = row.product_title, p.category = row.product_category
CREATE (r:Review {review: row.review_id, rating: row.star_rating, title: row.review_headline, text: row.review_body,
    created_at: localdatetime(row.review_date), helpful: row.helpful_votes, verified: row.verified_purchase = 'Y',
    origin: CASE row.vine WHEN 'Y' THEN 'gifted' ELSE 'unknown' END})
CREATE (c)-[:WROTE]->(r)
CREATE (r)-[:ABOUT]->(p)
"""


def busy(server: neo4j_server.Server) -> float:
    """CPU seconds of this process and of a server of our own, where the system tells them."""
    stat = Path(f"/proc/{server.pid}/stat")
    theirs = sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) if stat.exists() else 0
    return time.process_time() + theirs / os.sysconf("SC_CLK_TCK")


def plain_load(path: Path, rows: int, server: neo4j_server.Server, driver: neo4j.Driver) -> tuple[float, float]:
    """Seconds and CPU seconds that pandas.read_csv and UNWIND take for the first rows of the file."""
    with driver.session() as session:
        for label, key in (("Consumer", "consumer"), ("Product", "product"), ("Review", "review")):
            session.run(f"CREATE CONSTRAINT IF NOT EXISTS FOR (n:{label}) REQUIRE n.{key} IS UNIQUE").consume()
        session.run("CALL db.awaitIndexes()").consume()
        start, cpu = time.perf_counter(), busy(server)
        read = pd.read_csv(path, sep="\t", quoting=3, nrows=rows, dtype={"customer_id": "str"})
        read["review_date"] += "T00:00:00"
        for place in range(0, len(read), A_CALL):
            some = read.iloc[place : place + A_CALL].to_dict("records")
            session.execute_write(lambda tx, some=some: tx.run(PLAIN, rows=some).consume())
        return time.perf_counter() - start, busy(server) - cpu


def main() -> None:
    """Measure both ways, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reviews", type=int, default=5_000_000)
    parser.add_argument("--rng-seed", type=int, default=0)
    parser.add_argument("--heap", default="3g")
    parser.add_argument("--without-neo4j", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "amazon_reviews_us_Made_up_v1_00.tsv"
        # In a process of its own: what a child starts with counts the memory of the process that made it.
        writer = multiprocessing.get_context("spawn").Process(
            target=write_reviews, args=(path, given.reviews, given.rng_seed)
        )
        writer.start()
        writer.join()
        print(f"{given.reviews:,} reviews, {path.stat().st_size / 1e9:.2f} GB; {os.cpu_count()} cores,", end=" ")
        print(f"Python {platform.python_version()}, DuckDB {duckdb.__version__}.\n", flush=True)
        print(
            "| what | reviews | seconds | CPU seconds | reviews a second | peak of memory |\n|---|---|---|---|---|---|"
        )
        seconds, cpu, peak = graphkoc_load(path, Path(folder) / "graphkoc.lbug")
        rate, work = given.reviews / seconds, given.reviews / cpu
        figures = f"{given.reviews:,} | {seconds:.1f} | {cpu:.1f} | {rate:,.0f} | {peak / 1e9:.2f} GB"
        print(f"| graphkoc load amazon | {figures} |", flush=True)
        if given.without_neo4j:
            return
        some = min(PLAIN_ROWS, given.reviews)
        with neo4j_server.serving(heap=given.heap, quick=False) as server, server.driver() as driver:
            # A server compiles what it runs often, so it runs once before it is measured.
            plain_load(path, some // 4, server, driver)
            server.empty()
            seconds, cpu = plain_load(path, some, server, driver)
        print(f"| plain: read_csv, UNWIND | {some:,} | {seconds:.1f} | {cpu:.1f} | {some / seconds:,.0f} | |")
        print("\n| against the goal | measured | goal |\n|---|---|---|")
        print(f"| peak of memory | {peak / 1e9:.2f} GB | under {GOAL_BYTES / 1e9:.0f} GB |")
        print(f"| against the plain way, by rate | {rate * seconds / some:.1f} times | {GOAL_TIMES} |")
        print(f"| the same by CPU seconds | {work * cpu / some:.1f} times | |")


if __name__ == "__main__":
    main()
