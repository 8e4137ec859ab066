"""Neo4j Community from Maven Central, by its coordinates, in the user's cache.

`python tests/neo4j_jars.py` fetches what the tests will need. It needs mvn, and no Python package.
"""

from __future__ import annotations

import fcntl
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["BROWSER", "GDS", "LTS", "NEWEST", "RELEASES", "UnavailableError", "fetch_jars"]

LTS = "5.26.30"
NEWEST = "2026.08.1"
RELEASES = frozenset({LTS, NEWEST})
BROWSER = "browser-5.24.0"
"""Neo4j Browser, which a server with its jar serves."""

GDS = "gds-2.13.9"
"""Neo4j's library of graph algorithms for the LTS, which `make soak` alone needs."""

SERVER = ("org.neo4j:neo4j", "org.neo4j.app:neo4j-server")
COORDINATES = {
    **{release: tuple(f"{name}:{release}" for name in SERVER) for release in RELEASES},
    BROWSER: ("org.neo4j.client:neo4j-browser:5.24.0",),
    GDS: ("org.neo4j.gds:opengds-extension:2.13.9", "org.neo4j.gds:proc:2.13.9"),
}
"""What is fetched, by the name of its folder."""

COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"


class UnavailableError(Exception):
    """There is no Neo4j here; the message says why."""


@functools.cache
def fetch_jars(name: str) -> Path:
    """The folder of the jars of a release, or of Neo4j Browser, fetched on first use."""
    cache = _cache()
    jars = cache / name
    if (jars / ".complete").exists():
        return jars
    maven = shutil.which("mvn")
    if maven is None:
        raise UnavailableError(f"Neo4j {name} is not in {cache}, and there is no mvn to fetch it")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (jars / ".complete").exists():
            return jars
        with tempfile.TemporaryDirectory(dir=cache, prefix=".fetching-") as folder:
            pom = Path(folder) / "pom.xml"
            pom.write_text(_pom(name), encoding="utf-8")
            command = [maven, "-B", "-q", "-ntp", "-f", str(pom), COPY, f"-DoutputDirectory={folder}/lib"]
            command += ["-DincludeScope=runtime", "-Dmdep.prependGroupId=true"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                reason = (done.stdout or done.stderr).strip().splitlines()
                raise UnavailableError(f"Neo4j {name} could not be fetched: {reason[0] if reason else done.returncode}")
            (Path(folder) / "lib" / ".complete").touch()
            shutil.rmtree(jars, ignore_errors=True)
            (Path(folder) / "lib").rename(jars)
    return jars


def _pom(name: str) -> str:
    needs = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        for group, artifact, version in (coordinate.split(":") for coordinate in COORDINATES[name])
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>graphkoc</groupId><artifactId>neo4j-for-tests</artifactId><version>1</version>"
        f"<packaging>pom</packaging><dependencies>{needs}</dependencies></project>"
    )


def _cache() -> Path:
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "graphkoc" / "neo4j"


if __name__ == "__main__":
    try:
        for name in (*RELEASES, BROWSER):
            fetch_jars(name)
    except UnavailableError as reason:
        sys.exit(str(reason))
