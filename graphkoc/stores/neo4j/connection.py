"""The connection to a server: sessions, queries, the writers' lock, and the server's errors in words."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from typing import Any, TypeVar

import neo4j
from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DatabaseError,
    DriverError,
    Forbidden,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from graphkoc.errors import GraphkocError, LostError, QueryError, StoreError
from graphkoc.stores.neo4j.encryption import explain_failure
from graphkoc.stores.neo4j.migration import IS_OLDER, migrate
from graphkoc.stores.neo4j.writing import Statement, Write, schema

__all__ = ["Connection"]

SECONDS_TO_LOCK = 3
SECONDS_TO_MAKE_INDEXES = 600
SECONDS_TO_RETRY = 10.0

SECONDS_TO_COME_BACK = 60.0
"""How long a verb waits for a server that went away."""

SECONDS_BETWEEN_TRIES = (0.5, 2.0, 5.0, 10.0)
"""A server that is being stopped still answers for a while."""

WRITER = "(being written)"
"""The key of the Load node that is the lock. It is never committed."""

LOCK = {"graphkoc": "writes"}
"""What a server's list of transactions says of the one that holds the lock, or waits for it."""

FIND_WRITER = (
    "SHOW TRANSACTIONS YIELD metaData, startTime, database AS its_database"
    " WHERE metaData.graphkoc = $writes AND its_database = $database RETURN min(datetime(startTime))"
)
"""When the transaction with the lock began: before those that wait for it, which is at most SECONDS_TO_LOCK."""

AGAIN = "Load again when the server is back: what was stored stays, and the rest is added."


Returned = TypeVar("Returned")


class Connection:
    """One database of a server. Raises StoreError when the server does not answer or does not accept the user."""

    def __init__(self, url: str, address: str, user: str, password: str | None, database: str | None) -> None:
        self._url = url
        self._address = address.partition("?")[0]
        self._database = database
        self._checked: dict[str, list[str]] = {}
        self._is_current = False
        # On a cluster, each transaction has to see what the one before it wrote.
        self._bookmarks = neo4j.GraphDatabase.bookmark_manager()
        self._driver: neo4j.Driver | None = None
        with self.translate_errors():
            self._driver = neo4j.GraphDatabase.driver(
                address,
                auth=(user, password) if password is not None else None,
                connection_timeout=10,
                connection_acquisition_timeout=20,
                max_transaction_retry_time=SECONDS_TO_RETRY,
                notifications_min_severity="OFF",
                warn_notification_severity=neo4j.NotificationMinimumSeverity.OFF,
                user_agent="graphkoc",
            )
        try:
            with self.translate_errors(), self.session() as session:
                session.run("RETURN 1").consume()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the driver; closing twice is closing once."""
        if self._driver is not None:
            self._driver.close()
        self._driver = None

    def session(self, mode: str = neo4j.READ_ACCESS, fetch: int = 1_000) -> neo4j.Session:
        """A session that reads unless `mode` is to write, with `fetch` records a message."""
        if self._driver is None:
            raise StoreError(f"the store {self._url} is closed")
        return self._driver.session(
            database=self._database,
            default_access_mode=mode,
            fetch_size=fetch,
            bookmark_manager=self._bookmarks,
        )

    def check_reads(self, text: str, params: dict[str, Any]) -> list[str]:
        """The columns of a query, which the server compiles and does not run; QueryError when it would write."""

        def compiled(transaction: neo4j.ManagedTransaction) -> tuple[list[str], str | None]:
            result = transaction.run(f"EXPLAIN {text}", params)
            return list(result.keys()), result.consume().query_type

        if text not in self._checked:
            with self.session() as session:
                columns, kind = session.execute_read(compiled)
            if kind != "r":
                raise QueryError("the query would change the store", hint="Queries only read.")
            self._checked[text] = columns
        return self._checked[text]

    def plan(self, text: str, params: dict[str, Any]) -> dict[str, Any]:
        """The plan of a query, which the server compiles and does not run, as the driver gives it."""
        with self.session() as session:
            summary = session.execute_read(lambda transaction: transaction.run(f"EXPLAIN {text}", params).consume())
        return dict(summary.plan or {})

    def fetch(self, text: str, params: dict[str, Any], fetch: int = 1_000) -> tuple[list[str], list[list[Any]]]:
        """The names and rows of a query, in a read transaction."""

        def work(transaction: neo4j.ManagedTransaction) -> tuple[list[str], list[list[Any]]]:
            result = transaction.run(text, params)
            return list(result.keys()), result.values()

        with self.session(fetch=fetch) as session:
            return session.execute_read(work)

    def outlast(self, work: Callable[[], Returned]) -> Returned:
        """What `work` returns. It is done again when a server that went away meanwhile comes back.

        Raises what `work` raises, and StoreError where the server does not come back, or goes away again and again.
        """
        for pause in SECONDS_BETWEEN_TRIES:
            try:
                with self.translate_errors():
                    return work()
            except LostError:
                if not self._comes_back(pause):
                    raise
        with self.translate_errors():
            return work()

    def _comes_back(self, pause: float) -> bool:
        """Whether the server answers, within SECONDS_TO_COME_BACK, after a pause."""
        end = time.monotonic() + SECONDS_TO_COME_BACK
        while time.monotonic() + pause < end:
            time.sleep(pause)
            with contextlib.suppress(Neo4jError, DriverError, OSError), self.session() as session:
                session.run("RETURN 1").consume()
                return True
        return False

    @contextlib.contextmanager
    def lock(self) -> Iterator[Write]:
        """Keep other writers out, and give what writes: statements as one transaction, the rows of each.

        The lock is a node that is made and never committed, so it goes with the connection.
        """
        self._make_schema()
        with contextlib.ExitStack() as stack:
            # The first try has a time limit and finds out whether somebody writes; the second, of 0, has none,
            # also where the server has one for transactions that do not say.
            for limit in (SECONDS_TO_LOCK, 0):
                stack.close()
                lock = stack.enter_context(self.session(neo4j.WRITE_ACCESS)).begin_transaction(LOCK, timeout=limit)
                stack.callback(_release, lock)
                try:
                    lock.run("MERGE (l:Load {load: $key}) SET l.source = $key", key=WRITER).consume()
                except Neo4jError as error:
                    if ".Transaction." not in (error.code or ""):
                        raise
                    hint = "Wait until it is done, then try again."
                    since = self._find_writer_start()
                    raise StoreError(f"another process is writing to {self._address}{since}", hint=hint) from error
            if self.is_older():
                with self.session(neo4j.WRITE_ACCESS) as session:
                    migrate(lambda text: session.run(neo4j.Query(text, timeout=0)).consume())
            guard, commits = threading.Lock(), threading.Lock()

            def write(statements: Sequence[Statement]) -> list[list[list[Any]]]:
                turn = contextlib.ExitStack()

                def work(transaction: neo4j.ManagedTransaction) -> list[list[list[Any]]]:
                    turn.close()  # that of a try before this one
                    # A server that was restarted has forgotten the lock, and another writer may hold it now.
                    with guard:
                        try:
                            lock.run("RETURN 1").consume()
                        except (Neo4jError, DriverError, OSError) as error:
                            lost = f"the connection to {self._address} was lost"
                            raise LostError(lost, hint=AGAIN) from error
                    rows = [transaction.run(text, params).values() for text, params in statements]
                    # A commit locks the neighbours of new edges at each of their nodes, which are edges between the
                    # nodes of both lanes: two commits at once may wait for each other.
                    turn.enter_context(commits)
                    return rows

                with turn, self.session(neo4j.WRITE_ACCESS) as session:
                    return session.execute_write(work)

            yield write

    def is_older(self) -> bool:
        """Whether an older version of graphkoc wrote the database, and nothing has migrated it yet."""
        if not self._is_current:
            self._is_current = not self.fetch(IS_OLDER, {})[1][0][0]
        return not self._is_current

    def _find_writer_start(self) -> str:
        """Since when another process writes, as the end of a sentence; empty where the server does not say so."""
        try:
            ((database,),) = self.fetch("CALL db.info() YIELD name RETURN name", {})[1]
            ((start,),) = self.fetch(FIND_WRITER, {"writes": LOCK["graphkoc"], "database": database})[1]
        except Neo4jError:  # a user of the Enterprise edition may not see the transactions of others
            return ""
        return f" since {start.to_native().astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if start else ""

    def _make_schema(self) -> None:
        there = {row[0] for row in self.fetch("SHOW INDEXES YIELD name", {})[1]}
        for name, ddl in schema().items():
            if name not in there:
                make = neo4j.unit_of_work(timeout=SECONDS_TO_MAKE_INDEXES)(_run_alone)
                with self.session(neo4j.WRITE_ACCESS) as session:
                    try:
                        # Again where two first loads at once wait for each other's locks.
                        session.execute_write(make, ddl)
                    except Neo4jError as error:
                        # The other load has made it meanwhile, which IF NOT EXISTS does not always notice.
                        if not (error.code or "").endswith("AlreadyExists"):
                            raise

    @contextlib.contextmanager
    def translate_errors(self, query: bool = False) -> Iterator[None]:
        """Raise errors of the driver and the server as ours; with `query`, a client's error is a QueryError."""
        try:
            yield
        except GraphkocError:
            raise
        except ConfigurationError as error:
            raise StoreError(f"the store's URL cannot be used: {_first_line(error)}") from error
        except AuthError as error:
            hint = "Set GRAPHKOC_NEO4J_PASSWORD (or _PASSWORD_FILE), and GRAPHKOC_NEO4J_USER unless it is neo4j."
            raise StoreError(
                f"the server at {self._address} does not accept the user and password", hint=hint
            ) from error
        except IncompleteCommit as error:
            raise LostError(f"the server at {self._address} was lost in the middle of a commit", hint=AGAIN) from error
        except (ServiceUnavailable, SessionExpired, OSError) as error:
            if failure := explain_failure(self._address, error):
                raise failure from error
            hint = "Is it running, and is that its address? A load that was cut short can be done again."
            raise LostError(f"the server at {self._address} does not answer", hint=hint) from error
        except Forbidden as error:
            hint = "Use a user and a database that may be written."
            raise StoreError(f"the server at {self._address} does not let this user write", hint=hint) from error
        except (Neo4jError, DriverError) as error:
            raise self._translate(error, query) from error

    def _translate(self, error: Exception, query: bool) -> GraphkocError:
        code = getattr(error, "code", None) or ""
        reason = _first_line(error)
        if "DatabaseNotFound" in code:
            return StoreError(f"the server at {self._address} has no database {self._database!r}")
        if "ReadOnly" in code:
            hint = "Use a user and a database that may be written."
            return StoreError(f"the database at {self._address} is read-only", hint=hint)
        if "CredentialsExpired" in code:
            return StoreError(f"the password of the server at {self._address} has to be changed first")
        if query and isinstance(error, ClientError):
            return QueryError(f"the store refuses the query: {reason}")
        if "DatabaseUnavailable" in code or isinstance(error, DatabaseError):
            # What a server that is being stopped has no other error for is a failure of its own.
            return LostError(f"the server at {self._address} failed: {reason}", hint=AGAIN)
        return StoreError(f"the server at {self._address} refuses: {reason}", hint=AGAIN)


def _run_alone(transaction: neo4j.ManagedTransaction, text: str) -> None:
    transaction.run(text).consume()


def _release(lock: neo4j.Transaction) -> None:
    with contextlib.suppress(Neo4jError, DriverError, OSError):
        lock.close()


def _first_line(error: Exception) -> str:
    message = getattr(error, "message", None) or str(error)
    return message.splitlines()[0].rstrip(". ") if message else type(error).__name__
