"""Neo4j Browser, in a real Chromium on a real server, opens the guide, runs its queries and shows the graph."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import neo4j_server
import pytest
from browser_session import BrowserSession, open_session
from neo4j_jars import LTS
from pack_graph import small_graph

import graphkoc
from graphkoc.stores.browser.colours import LOOKS
from graphkoc.stores.browser.topics import read_topics

CLICKED = 5


@pytest.fixture
def server() -> neo4j_server.Server:
    """The server that the stores' tests share, with the small graph."""
    return neo4j_server.shared_or_skip(LTS)


@pytest.fixture
def guide(server: neo4j_server.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the pack of the small graph is served."""
    server.empty()
    monkeypatch.setenv("GRAPHKOC_NEO4J_USER", server.user)
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
    raw, found = small_graph()
    with closing(graphkoc.open_store(server.uri)) as store:
        store.upsert(raw)
        store.annotate(found)
        names = graphkoc.write_browser_pack(store, tmp_path)
    with graphkoc.open_browser_server(tmp_path, names, 0, server.uri) as pages:
        thread = threading.Thread(target=pages.serve_forever)
        thread.start()
        yield f"http://localhost:{pages.server_port}"
        pages.shutdown()
        thread.join()


def click_first(session: BrowserSession, count: int) -> list[tuple[str, list[str], set[str]]]:
    """The first line of each of the first queries of the guide, and the captions and colours of the graph it shows."""
    found: list[tuple[str, list[str], set[str]]] = []
    session.turn()
    while len(found) < count:
        for block in session.blocks()[: count - len(found)]:
            title = block.text.splitlines()[0]
            frame = session.click(block)
            found.append((title, session.captions(frame), session.colours(frame)))
        session.turn()
    return found


def test_the_guide_opens_and_its_first_queries_run_by_a_click(
    guide: str, server: neo4j_server.Server, tmp_path: Path
) -> None:
    with open_session(server) as session:
        session.run(f":style {guide}/style.grass")
        session.run(":clear", frames=0)
        session.play(f"{guide}/guide.html")
        clicked = click_first(session, CLICKED)
        session.save_picture(tmp_path / "browser.png")
    queries = [query for topic in read_topics() for query in topic.queries][:CLICKED]
    assert [title for title, _, _ in clicked] == [f"// {query.title}" for query in queries]
    graphs = [(captions, colours) for _, captions, colours in clicked if captions]
    assert graphs, "one of them is a graph"
    for captions, colours in graphs:
        assert all(captions), "every node has a name"
        assert colours <= {look.fill for look in LOOKS.values()}
        assert len(colours) > 2
