"""A real Neo4j for the tests and the benchmarks: a named one, else a fetched one, else a container.

`NEO4J_URI` names one (with `NEO4J_USERNAME` and `NEO4J_PASSWORD`); it must be empty, because the tests empty it.
Otherwise Neo4j Community comes from Maven Central by its coordinates into the user's cache, once, and each server
runs on free loopback ports under a temporary home, stopped by its process id. Where neither is
possible, Docker's compose file is used. `GRAPHKOC_REQUIRE_NEO4J=1` makes a missing server a failure instead of a skip.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest
from neo4j.exceptions import DriverError, Neo4jError
from neo4j_jars import BROWSER, LTS, NEWEST, UnavailableError, fetch_jars

PASSWORD = "graphkoc-tests"
CHECKOUT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
FIXTURES = {"server": LTS, "own_server": LTS}
"""The server that tests with these fixtures share, besides those that have a release as a parameter."""

MAIN = {LTS: "org.neo4j.server.CommunityEntryPoint", NEWEST: "org.neo4j.server.Neo4jCommunity"}
JAVA_NEEDED = {LTS: 17, NEWEST: 21}
OPENED = ("java.base/java.nio", "java.base/java.io", "java.base/sun.nio.ch")


SETTINGS = {
    "server.memory.pagecache.size": "512m",
    "db.tx_log.rotation.retention_policy": "keep_none",
    "db.transaction.timeout": "10m",
    "dbms.usage_report.enabled": "false",
    "browser.remote_content_hostname_whitelist": "localhost,127.0.0.1",
    "server.databases.default_to_read_only": "false",
}
"""The settings of docker-compose.yml, which has more memory (tests/test_compose.py compares them)."""


class Server:
    """A running Neo4j. `version` is the one that it reports; `pid` is None for one that the tests must not stop."""

    def __init__(self, uri: str, user: str, password: str, pid: int | None = None) -> None:
        self.uri = uri
        self.user = user
        self.password = password
        self.pid = pid
        self.version = ""

    def driver(self) -> neo4j.Driver:
        """A separate driver, with which a test reads the graph itself."""
        return neo4j.GraphDatabase.driver(
            self.uri, auth=(self.user, self.password), connection_timeout=5, notifications_min_severity="OFF"
        )

    def run(self, text: str, **params: object) -> list[list[object]]:
        """The rows of one query or command, in the tests' own session."""
        with self.driver() as driver, driver.session() as session:
            return session.run(text, params).values()  # type: ignore[arg-type]

    def empty(self, schema: bool = False) -> None:
        """Remove every node and relationship, and on request every constraint and index too."""
        with self.driver() as driver, driver.session() as session:
            # Ten thousand nodes with all their relationships can be more than a transaction may hold.
            session.run("MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 10000 ROWS").consume()
            session.run("MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS").consume()
            if schema:
                for (name,) in session.run("SHOW CONSTRAINTS YIELD name RETURN name").values():
                    session.run(f"DROP CONSTRAINT `{name}`").consume()  # type: ignore[arg-type]
                for (name,) in session.run("SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name").values():
                    session.run(f"DROP INDEX `{name}`").consume()  # type: ignore[arg-type]


class LocalServer(Server):
    """A server of our own: fetched jars, a temporary home, loopback ports that nobody else uses.

    `quick` compiles little, which starts sooner and runs slower: right for tests, wrong for a benchmark.
    """

    def __init__(self, version: str = LTS, heap: str = "1g", quick: bool = True, **settings: str) -> None:
        self.java, self.jars = _java(JAVA_NEEDED[version]), fetch_jars(version)
        # Neo4j Browser is on every class path, because the archive of classes fits one class path alone.
        self.class_path = f"{self.jars}/*:{fetch_jars(BROWSER)}/*"
        self.home = Path(tempfile.mkdtemp(prefix="graphkoc-neo4j-"))
        self.bolt, self.http = _free_ports(2)
        self._release = version
        self._heap = heap
        self._quick = quick
        self.settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._new_archive: Path | None = None
        super().__init__(f"bolt://127.0.0.1:{self.bolt}", "neo4j", PASSWORD)

    def start(self) -> LocalServer:
        """Start it on its home, where earlier data stay, and wait until it answers."""
        for folder in ("conf", "import", "logs", "plugins"):
            (self.home / folder).mkdir(exist_ok=True)
        settings = {
            "server.default_listen_address": "127.0.0.1",
            "server.bolt.listen_address": f"127.0.0.1:{self.bolt}",
            "server.http.listen_address": f"127.0.0.1:{self.http}",
            "server.https.enabled": "false",
            "server.directories.import": "import",
            "server.memory.heap.max_size": self._heap,
            "dbms.security.auth_max_failed_attempts": "0",
            "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
            **SETTINGS,
            **self.settings,
        }
        lines = "".join(f"{key}={value}\n" for key, value in settings.items())
        (self.home / "conf/neo4j.conf").write_text(lines, encoding="utf-8")
        with (self.home / "logs/console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command(), f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._wait()
        return self

    def kill(self) -> None:
        """Kill it at once, as a power cut would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self._process, self.pid = None, None

    def shut_down(self) -> None:
        """Let it write what it holds and end; its home stays, for the next start."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(60)
            except subprocess.TimeoutExpired:
                self.kill()
            if self._new_archive is not None and self._new_archive.exists():
                self._new_archive.replace(self._archive)
        self._process, self.pid = None, None

    def administer(self, *words: str, folder: Path | None = None) -> str:
        """Run neo4j-admin on its home, while it is down, in a folder; what it prints."""
        command = [str(self.java), "-cp", f"{self.jars}/*", "org.neo4j.cli.AdminTool", *words]
        places = {"NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}
        environment = os.environ | places
        return subprocess.run(
            command, env=environment, cwd=folder, capture_output=True, encoding="utf-8", check=True
        ).stdout

    def stop(self) -> None:
        """Shut it down and remove its home."""
        self.shut_down()
        shutil.rmtree(self.home, ignore_errors=True)

    @property
    def _archive(self) -> Path:
        return self.jars.parent / f"classes-{self._release}-java{_java_version(self.java)}.jsa"

    def _command(self) -> list[str]:
        # With little data, collecting garbage in one thread takes a fifth less of the processor.
        collector = "-XX:+UseSerialGC" if self._quick else "-XX:+UseG1GC"
        options = [f"-Xmx{self._heap}", collector, "-XX:-OmitStackTraceInFastThrow"]
        options += ["-XX:+UnlockExperimentalVMOptions", "-XX:+TrustFinalNonStaticFields", "-XX:+DisableExplicitGC"]
        options += ["-Djdk.nio.maxCachedBufferSize=1024", "-Dio.netty.tryReflectionSetAccessible=true"]
        options += ["-Dlog4j2.disable.jmx=true", "-Dfile.encoding=UTF-8"]
        options += [f"--add-opens={package}=ALL-UNNAMED" for package in OPENED]
        if self._quick:
            options += ["-XX:TieredStopAtLevel=1"]
        version = _java_version(self.java)
        if version >= 21:
            options += ["--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector"]
        if version >= 24:
            options += ["--sun-misc-unsafe-memory-access=allow"]
        if self._archive.exists():
            options += ["-Xshare:auto", f"-XX:SharedArchiveFile={self._archive}"]
        else:
            # Written beside its place and renamed at the stop, so that two runs never read half a file.
            self._new_archive = self._archive.with_suffix(f".{os.getpid()}.{self.bolt}")
            options += [f"-XX:ArchiveClassesAtExit={self._new_archive}"]
        return [str(self.java), *options, "-cp", self.class_path, MAIN[self._release]]

    def _wait(self) -> None:
        end = time.monotonic() + START_SECONDS
        refusal: Exception | None = None
        while True:
            assert self._process is not None
            if self._process.poll() is not None or time.monotonic() > end:
                logs = [self.home / "logs" / name for name in ("console.log", "neo4j.log", "debug.log")]
                ends = [log.read_text(encoding="utf-8", errors="replace")[-2000:] for log in logs if log.exists()]
                self.kill()
                raise RuntimeError("\n".join([f"Neo4j {self._release} did not start: {refusal}", *ends]))
            try:
                with socket.create_connection(("127.0.0.1", self.bolt), 1):
                    pass
                self._first_password()
                self.version = _version(self)
                return
            except (OSError, DriverError, Neo4jError) as error:
                refusal = error
            time.sleep(0.1)

    def _first_password(self) -> None:
        if (self.home / "password-set").exists():
            return
        with neo4j.GraphDatabase.driver(self.uri, auth=("neo4j", "neo4j")) as driver:
            driver.execute_query(
                "ALTER CURRENT USER SET PASSWORD FROM 'neo4j' TO $new", new=self.password, database_="system"
            )
        (self.home / "password-set").touch()


def versions() -> list[str]:
    """The releases to test against: one that `NEO4J_URI` names, else the LTS, and the newest where Java allows."""
    if "NEO4J_URI" in os.environ:
        return ["NEO4J_URI"]
    with contextlib.suppress(UnavailableError):
        _java(JAVA_NEEDED[NEWEST])
        return [LTS, NEWEST]
    return [LTS]


@contextlib.contextmanager
def serving(version: str = LTS, heap: str = "1g", quick: bool = True, **settings: str) -> Iterator[Server]:
    """A server of that release (or the one that `NEO4J_URI` names) for as long as the block lasts.

    Raises UnavailableError, with the reason, where there is none.
    """
    if version == "NEO4J_URI":
        yield _named()
        return
    try:
        server = LocalServer(version, heap, quick, **settings)
    except UnavailableError as reason:
        with _container(reason) as container:
            yield container
        return
    try:
        yield server.start()
    finally:
        server.stop()


def required() -> bool:
    """Whether a missing Neo4j is a failure instead of a skip."""
    return os.environ.get("GRAPHKOC_REQUIRE_NEO4J") == "1"


def report() -> str:
    """One line for the header of a test run: the Neo4j that it uses, or why there is none."""
    try:
        if "NEO4J_URI" in os.environ:
            server = _named()
            return f"neo4j: {server.version} at {server.uri}"
        found = [f"{version} on Java {_java_version(_java(JAVA_NEEDED[version]))}" for version in versions()]
        fetch_jars(LTS)
        return f"neo4j: {' and '.join(found)}; driver {neo4j.__version__}"
    except UnavailableError as reason:
        return f"neo4j: none here: {reason}"


def _named() -> Server:
    user = os.environ.get("NEO4J_USERNAME", "neo4j")
    server = Server(os.environ["NEO4J_URI"], user, os.environ.get("NEO4J_PASSWORD", ""))
    try:
        server.version = _version(server)
        nodes = server.run("MATCH (n) RETURN count(n)")[0][0]
    except (OSError, DriverError, Neo4jError) as error:
        raise UnavailableError(f"NEO4J_URI={server.uri} does not answer: {error}") from error
    if nodes:
        raise UnavailableError(f"NEO4J_URI={server.uri} holds {nodes} nodes, which the tests would remove")
    return server


def _version(server: Server) -> str:
    return str(server.run("CALL dbms.components() YIELD versions, edition RETURN edition + ' ' + versions[0]")[0][0])


@functools.cache
def _java(needed: int) -> Path:
    """The oldest `java` of at least that version."""
    homes = [Path(home) for name, home in sorted(os.environ.items()) if name.startswith("JAVA_HOME")]
    for folder in ("/usr/lib/jvm", "/opt", "/opt/java", "/Library/Java/JavaVirtualMachines"):
        homes += sorted(path for path in Path(folder).glob("*") if path.is_dir())
        homes += sorted(Path(folder).glob("*/Contents/Home"))
    candidates = [home / "bin" / "java" for home in homes]
    if on_path := shutil.which("java"):
        candidates.append(Path(on_path))
    found = [(_java_version(java), str(java)) for java in candidates if os.access(java, os.X_OK)]
    enough = sorted(pair for pair in found if pair[0] >= needed)
    if not enough:
        raise UnavailableError(f"there is no Java {needed} or newer")
    return Path(enough[0][1])


@functools.cache
def _java_version(java: Path) -> int:
    version_text = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    match = re.search(r'version "(\d+)', version_text)
    return int(match[1]) if match else 0


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextlib.contextmanager
def _container(reason: UnavailableError) -> Iterator[Server]:
    """The compose file's Neo4j, where a Docker engine runs; else UnavailableError with both reasons."""
    compose = CHECKOUT / "docker-compose.yml"
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "info"], capture_output=True, check=False).returncode:
        raise UnavailableError(f"{reason}, and no Docker engine runs")
    if not compose.exists():
        raise UnavailableError(f"{reason}, and there is no {compose.name}")
    command = [docker, "compose", "--file", str(compose), "--project-name", f"graphkoc-tests-{os.getpid()}"]
    environment = {**os.environ, "GRAPHKOC_NEO4J_PASSWORD": PASSWORD}
    up = subprocess.run(
        [*command, "up", "--detach", "--wait"], env=environment, capture_output=True, text=True, check=False
    )
    try:
        if up.returncode:
            raise UnavailableError(f"{reason}, and docker compose failed: {up.stderr.strip().splitlines()[-1:]}")
        server = Server("bolt://127.0.0.1:7687", "neo4j", PASSWORD)
        server.version = _version(server)
        yield server
    finally:
        subprocess.run([*command, "down", "--volumes"], env=environment, capture_output=True, check=False)


def shared(version: str) -> Server:
    """The one server of that release for this whole test run, started again where a test killed or stopped it."""
    server = _shared(version)
    if isinstance(server, LocalServer) and server.pid is None:
        server.start()
    return server


@functools.cache
def _shared(version: str) -> Server:
    """That server; it is stopped when Python ends."""
    stack = contextlib.ExitStack()
    server = stack.enter_context(serving(version))
    atexit.register(stack.close)
    return server


def shared_or_skip(version: str) -> Server:
    """The same, but where there is no Neo4j the test is skipped, or fails if `GRAPHKOC_REQUIRE_NEO4J` is 1."""
    with fail_or_skip_when_missing():
        return shared(version)


def empty_store(engine: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an empty store: a file in the folder, or the shared server of a release, which is emptied."""
    if engine == "ladybug":
        return f"ladybug:{folder / 'graph.lbug'}"
    server = shared_or_skip(engine)
    server.empty()
    monkeypatch.setenv("GRAPHKOC_NEO4J_USER", server.user)
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
    return server.uri


@contextlib.contextmanager
def fail_or_skip_when_missing() -> Iterator[None]:
    """Skip the test where there is no Neo4j, or fail it if `GRAPHKOC_REQUIRE_NEO4J` is 1."""
    try:
        yield
    except UnavailableError as reason:
        if required():
            pytest.fail(f"GRAPHKOC_REQUIRE_NEO4J is set, and there is no Neo4j: {reason}")
        pytest.skip(f"no Neo4j: {reason}")
