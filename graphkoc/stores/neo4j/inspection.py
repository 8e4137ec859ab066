"""Checks of a server: what may slow a load down, stop it, or let a query in Neo4j Browser answer wrongly."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

from neo4j import WRITE_ACCESS
from neo4j.exceptions import Forbidden, Neo4jError

from graphkoc.stores.condition import Condition
from graphkoc.stores.neo4j.connection import Connection
from graphkoc.stores.neo4j.writing import schema
from graphkoc.tables.schema import TABLES, node_tables
from graphkoc.text import gigabytes

__all__ = ["check_encryption", "inspect", "read_size"]

OLDEST = (5, 26)
SECONDS_APART = 5.0
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}

LEAST_HEAP = 1 << 30
"""Bytes with which a transaction of a load does well."""

NODE_BYTES, EDGE_BYTES, PROPERTY_BYTES = 15, 34, 41
"""What a record takes on the disk, by Neo4j's operations manual. Texts come on top."""

SAMPLE = 1_000
"""Nodes of a label from whose properties the size of all of them is estimated."""


def inspect(connection: Connection, url: str) -> list[Condition]:
    """The checks of a server in the order in which they matter; url: as the user wrote it.

    A user who may not see what a check needs gets that as its result.
    """
    checks: dict[str, Callable[[Connection], Condition]] = {
        "version": _check_version,
        "Cypher": _check_dialects,
        "rights": _check_rights,
        "indexes": _check_indexes,
        "memory": _check_memory,
        "time zone": _check_time_zone,
        "clock": _check_clock,
        "encryption": lambda connection: check_encryption(url),
        "GDS": _check_gds,
    }
    found = []
    for name, check in checks.items():
        try:
            found.append(check(connection))
        except Forbidden:
            hint = "Ask an administrator, or check as a user with more rights."
            found.append(Condition(name, False, "the server does not show it to this user", hint))
    return found


def _check_version(connection: Connection) -> Condition:
    text = "CALL dbms.components() YIELD name, versions, edition RETURN name, versions[0], edition"
    name, version, edition = connection.fetch(text, {})[1][0]
    number = tuple(map(int, re.findall(r"\d+", version)[:2]))
    return Condition("version", number >= OLDEST, f"{name} {version}, {edition}", "graphkoc needs Neo4j 5.26 or newer.")


def _check_dialects(connection: Connection) -> Condition:
    """Which versions of Cypher the server takes; the queries of graphkoc run under each."""
    taken = [dialect for dialect in ("5", "25") if _takes(connection, f"CYPHER {dialect} RETURN 1")]
    hint = "The queries of graphkoc are written for Cypher 5 and 25."
    return Condition("Cypher", bool(taken), f"the server takes Cypher {' and '.join(taken) or 'of another kind'}", hint)


def _takes(connection: Connection, text: str) -> bool:
    try:
        connection.fetch(text, {})
    except Neo4jError as error:
        if ".Statement." not in (error.code or ""):
            raise
        return False
    return True


def _check_rights(connection: Connection) -> Condition:
    """Whether this user may write into this database: a node is made and taken back."""
    hint = "Loads, and analyses without --no-store, need a user and a database that may be written."
    with connection.session(WRITE_ACCESS) as session, closing(session.begin_transaction()) as trial:
        try:
            trial.run("CREATE ()").consume()
        except Neo4jError as error:
            if not re.search("Forbidden|ReadOnly", error.code or ""):
                raise
            return Condition("rights", False, "this user may only read this database", hint)
    return Condition("rights", True, "this user may write", hint)


def _check_indexes(connection: Connection) -> Condition:
    states = dict(connection.fetch("SHOW INDEXES YIELD name, state", {})[1])
    missing = [name for name in schema() if name not in states]
    waiting = [name for name in schema() if states.get(name, "ONLINE") != "ONLINE"]
    if missing:
        detail, hint = f"{len(missing)} of {len(schema())} are missing: {missing[0]}, ...", "The next load makes them."
    else:
        detail = f"{len(waiting)} of {len(schema())} are not online: {waiting[0]}, ..." if waiting else ""
        hint = "Wait until the server has made them; drop one that failed, and load again."
    return Condition("indexes", not detail, detail or f"all {len(schema())} constraints and indexes are online", hint)


def _check_memory(connection: Connection) -> Condition:
    """The settings of memory against an estimate of the graph's size."""
    graph = _estimate_size(connection)
    names = {"server.memory.heap.max_size": "heap", "server.memory.pagecache.size": "page cache"}
    shown = dict(connection.fetch(f"SHOW SETTINGS {', '.join(map(repr, names))} YIELD name, value", {})[1])
    sizes = {what: read_size(shown.get(name)) for name, what in names.items()}
    parts = [f"{what} {gigabytes(size) if size else 'not set'}" for what, size in sizes.items()]
    ok = sizes["heap"] >= LEAST_HEAP and sizes["page cache"] >= graph
    hint = (
        f"Give server.memory.heap.max_size 1 GB or more, and server.memory.pagecache.size {gigabytes(graph)} or more."
    )
    return Condition("memory", ok, f"{', '.join(parts)}; the graph takes about {gigabytes(graph)}", hint)


def _estimate_size(connection: Connection) -> float:
    """Bytes of the nodes and edges that have our names."""
    size = 0.0
    for label in node_tables():
        sampled = (
            f"MATCH (n:`{label}`) WITH n LIMIT {SAMPLE} RETURN avg(reduce(size = {NODE_BYTES}, key IN keys(n) |"
            f" size + {PROPERTY_BYTES} + CASE WHEN n[key] IS :: STRING THEN size(n[key]) ELSE 0 END))"
        )
        ((count,),) = connection.fetch(f"MATCH (n:`{label}`) RETURN count(n)", {})[1]
        ((average,),) = connection.fetch(sampled, {})[1]
        size += count * (average or 0)
    for edge in {edge.type for table in TABLES.values() for edge in table.edges}:
        ((count,),) = connection.fetch(f"MATCH ()-[e:`{edge}`]->() RETURN count(e)", {})[1]
        size += count * (EDGE_BYTES + PROPERTY_BYTES)
    return size


def read_size(value: str | None) -> float:
    """Bytes of a setting such as 1.00GiB; 0 for one that is not set."""
    match = re.fullmatch(r"([\d.]+)\s*([KMGT]i)?B", value or "")
    return float(match[1]) * UNITS[f"{match[2] or ''}B"] if match else 0.0


def _check_time_zone(connection: Connection) -> Condition:
    ((zone, offset),) = connection.fetch("RETURN toString(datetime().timezone), datetime().offsetSeconds", {})[1]
    hint = "Times in the store are UTC: set db.temporal.timezone to Z, or write the zone in queries."
    return Condition("time zone", offset == 0, f"times without a zone are read as {zone}", hint)


def _check_clock(connection: Connection) -> Condition:
    before = time.time()
    ((theirs,),) = connection.fetch("RETURN datetime.realtime().epochMillis / 1000.0", {})[1]
    after = time.time()
    apart = max(before - theirs, theirs - after, 0.0)
    detail = f"{apart:,.0f} s apart from this machine's" if apart >= 1 else "agrees with this machine's"
    return Condition("clock", apart <= SECONDS_APART, detail, "Set the clock of the server, or of this machine.")


def check_encryption(url: str) -> Condition:
    """Whether others on the way can read along, by the scheme of the address."""
    parts = urlsplit(url)
    here = parts.hostname in LOOPBACK
    if parts.scheme.endswith("+ssc"):
        detail = "encrypted; the server's certificate is not checked"
    elif parts.scheme.endswith("+s"):
        detail = "encrypted, with a certificate that was checked"
    else:
        detail = "not encrypted" + (", within this machine" if here else "")
    hint = f"Others on the way can read the password and the data: write {parts.scheme}+s:// where the server has TLS."
    return Condition("encryption", here or "+" in parts.scheme, detail, hint)


def _check_gds(connection: Connection) -> Condition:
    text = "SHOW FUNCTIONS YIELD name WHERE name = 'gds.version' RETURN count(*)"
    ((there,),) = connection.fetch(text, {})[1]
    return Condition("GDS", True, f"{'installed' if there else 'not installed'}; graphkoc never needs it", "")
