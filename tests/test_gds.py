"""Neo4j's library of graph algorithms reads the network that was analysed; graphkoc itself never needs the library."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

import neo4j_server
import numpy as np
import pandas as pd
import pytest
from neo4j_jars import GDS, LTS, fetch_jars
from test_person_queries import linked_crowd

import graphkoc

pytestmark = pytest.mark.soak

VERSION = re.compile(r"-[0-9][^-]*(-GA)?(-jre)?\.jar$")
DECLARES = re.compile("META-INF/services/org.neo4j.procedure|cypher/GraphAggregat|CypherAggregation")
"""What a jar with procedures or functions has. Each jar among the plugins is read class by class at every start."""


def add_gds(server: neo4j_server.LocalServer) -> None:
    """Put the library's jars on the server's class path, but for those that it has, and name those of its plugins."""
    theirs = {VERSION.sub("", jar.name) for jar in server.jars.glob("*.jar")}
    own = [jar for jar in fetch_jars(GDS).glob("*.jar") if VERSION.sub("", jar.name) not in theirs]
    server.class_path = ":".join([server.class_path, *map(str, own)])
    plugins = server.home / "plugins"
    plugins.mkdir()
    for jar in own:
        with zipfile.ZipFile(jar) as held:
            if any(DECLARES.search(name) for name in held.namelist()):
                (plugins / jar.name).symlink_to(jar)


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[neo4j_server.LocalServer, graphkoc.Run]]:
    with neo4j_server.fail_or_skip_when_missing():
        server = neo4j_server.LocalServer(LTS, **{"dbms.security.procedures.unrestricted": "gds.*"})
    add_gds(server)
    crowd = linked_crowd()
    hours = pd.date_range("2019-01-01", periods=len(crowd["follows"]), freq="h")
    crowd["follows"] = crowd["follows"].assign(since=hours.astype("datetime64[us]"))
    try:
        server.start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GRAPHKOC_NEO4J_USER", server.user)
            patch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
            store = graphkoc.open_store(server.uri)
            store.upsert(crowd)
            run = graphkoc.analyse(store, tmp_path_factory.mktemp("gds") / "run")
            assert next(check for check in graphkoc.doctor(store) if check["check"] == "GDS")["detail"].startswith(
                "installed"
            )
            store.close()
        server.run(
            "CALL gds.graph.project('hears', 'Person',"
            " {HEARS: {properties: {weight: {property: 'weight'}, since_ms: {property: 'since_ms', defaultValue: 0}}}})"
        )
        yield server, run
    finally:
        server.stop()


def test_gds_projects_the_network_with_weights_and_times(
    analysed: tuple[neo4j_server.LocalServer, graphkoc.Run],
) -> None:
    server, _ = analysed
    ((ties, weight, earliest),) = server.run(
        "MATCH (:Person)-[h:HEARS]->(:Person) RETURN count(h), sum(h.weight), min(h.since_ms)"
    )
    assert earliest == 1_546_300_800_000  # 2019-01-01
    ((projected,),) = server.run("CALL gds.graph.list('hears') YIELD relationshipCount RETURN relationshipCount")
    assert projected == ties > 0
    streamed = (
        "CALL gds.graph.relationshipProperty.stream('hears', $name) YIELD propertyValue"
        " RETURN sum(propertyValue), min(propertyValue)"
    )
    assert server.run(streamed, name="weight")[0][0] == weight
    assert server.run(streamed, name="since_ms")[0][1] == earliest


def test_gds_ranks_and_groups_people_as_igraph_does(
    analysed: tuple[neo4j_server.LocalServer, graphkoc.Run],
) -> None:
    server, run = analysed
    ranked = server.run(
        "CALL gds.pageRank.stream('hears',"
        " {relationshipWeightProperty: 'weight', maxIterations: 200, tolerance: 1e-12})"
        " YIELD nodeId, score RETURN gds.util.asNode(nodeId).consumer, score"
    )
    theirs = pd.Series(dict(ranked))
    ours = run.people.set_index("consumer")["pagerank"].reindex(theirs.index)
    assert np.corrcoef(theirs.astype(float), ours)[0, 1] > 0.9999
    groups = server.run(
        "CALL gds.wcc.stream('hears') YIELD nodeId, componentId RETURN count(DISTINCT componentId), count(nodeId)"
    )
    assert groups == [[1, len(run.people)]]


def test_the_library_and_times_filter_the_same_ties(analysed: tuple[neo4j_server.LocalServer, graphkoc.Run]) -> None:
    server, _ = analysed
    counted = "MATCH ()-[h:HEARS]->() WHERE h.since >= datetime('2019-01-05') RETURN count(h)"
    ((later,),) = server.run(counted)
    filtered = (
        "MATCH (a:Person)-[h:HEARS]->(b:Person) WHERE h.since_ms >= datetime('2019-01-05').epochMillis"
        " WITH gds.graph.project('later', a, b, {relationshipProperties: h {.weight, .since_ms}}) AS g"
        " RETURN g.relationshipCount"
    )
    assert server.run(filtered) == [[later]]
    assert later
