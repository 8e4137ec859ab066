"""The pack for Neo4j Browser: what it holds for a store, and that what strangers wrote is shown as they wrote it."""

from __future__ import annotations

import html
import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import neo4j_server
import pytest
from command import run
from pack_graph import small_graph

import graphkoc
from graphkoc.errors import UsageError
from graphkoc.stores import queries
from graphkoc.stores.browser import picture, texts
from graphkoc.stores.browser.colours import LOOKS, write_style
from graphkoc.stores.browser.examples import Example, Examples
from graphkoc.stores.browser.pack import _make_pack
from graphkoc.stores.browser.topics import read_topics
from graphkoc.tables.schema import TABLES, Column, Edge, Table, node_tables

HOSTILE = "</slide><script>alert(1)</script> '; :clear {x} \\u0027 \\ \"q\" <<a>> *b* ${1} onload='x' 老山"
HANDLERS = re.compile(r"""(\s+(on[^\s=]+)[^\s=]*\s*=\s*("[^"]*"|'[^']*'|[\w\-.:]+\s*))""", re.IGNORECASE)
"""What Neo4j Browser removes from a guide (its `cleanHtml`)."""


class Guide(HTMLParser):
    """The slides of a guide as a browser reads them: the text of each, and of each runnable block."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.slides: list[str] = []
        self.blocks: list[str] = []
        self.tags: set[str] = set()
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "slide":
            self.slides.append("")
        if tag == "pre":
            self.blocks.append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "pre"

    def handle_data(self, data: str) -> None:
        if self.slides:
            self.slides[-1] += data
        if self._inside:
            self.blocks[-1] += data


@pytest.fixture(scope="module")
def pack(part_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pack of a part of the example."""
    folder = tmp_path_factory.mktemp("pack")
    with closing(graphkoc.open_store(f"ladybug:{part_output / 'graphkoc.lbug'}")) as store:
        names = graphkoc.write_browser_pack(store, folder)
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(names)
    return folder


def hostile_pack() -> dict[str, bytes]:
    """A pack of a store whose people, niches, circles, brands and runs have hostile names and ids."""
    values = {name: Example(name, HOSTILE, HOSTILE) for name in ("consumer", "niche", "circle", "brand", "campaign")}
    found = {"name": HOSTILE, "at": datetime(2025, 1, 1), "people": 3, "invented": HOSTILE, "warning": HOSTILE}
    return _make_pack(Examples(values, values, found), 8001)


def test_the_guide_has_a_slide_for_each_topic_with_every_query_of_it(pack: Path) -> None:
    guide = Guide((pack / "guide.html").read_text(encoding="utf-8"))
    topics = read_topics()
    assert len(guide.slides) == 1 + len(topics)
    for topic, slide in zip(topics, guide.slides[1:], strict=True):
        assert all(text in slide for text in (topic.title, topic.about, *(query.title for query in topic.queries)))
    assert [block.splitlines()[0] for block in guide.blocks] == [
        f"// {query.title}" for topic in topics for query in topic.queries
    ]


def test_every_query_that_a_person_asks_is_in_one_topic() -> None:
    listed = [query.name for topic in read_topics() for query in topic.queries]
    assert sorted(listed) == sorted(name for name in graphkoc.queries() if name.startswith("explore/"))


def test_values_are_those_of_the_store(pack: Path, part_output: Path) -> None:
    found = graphkoc.find_run(str(part_output / "run"))
    first = graphkoc.list_kocs(found)[0]["consumer"]
    niche = found.niches.sort_values(["people", "niche"], ascending=[False, True]).iloc[0]
    page = Guide((pack / "guide.html").read_text(encoding="utf-8"))
    assert all(text in page.slides[0] for text in (first, niche["niche"], niche["name"], found.info["at"][:10]))
    assert f"'{first}'" in "".join(page.blocks)
    assert f":param consumer => '{first}';" in (pack / "favourites/kocs/reviews_of.cypher").read_text(encoding="utf-8")


def test_nothing_is_left_to_set_in_a_query_of_the_guide(pack: Path) -> None:
    for block in Guide((pack / "guide.html").read_text(encoding="utf-8")).blocks:
        assert not re.search(r"\$\w", texts.NOT_CODE.sub(" ", block))


def test_favourites_begin_with_their_title_and_set_what_they_use(pack: Path) -> None:
    queries = {query.name: query for query in graphkoc.queries().values()}
    with zipfile.ZipFile(pack / "favourites.zip") as archive:
        packed = {name.split("/")[-1]: archive.read(name).decode() for name in archive.namelist()}
        folders = {name.split("/")[0] for name in archive.namelist()}
    assert folders == {topic.title for topic in read_topics() if topic.queries}
    files = sorted((pack / "favourites").rglob("*.cypher"))
    for path in files:
        text = path.read_text(encoding="utf-8")
        query = queries[f"explore/{path.parent.name}/{path.stem}"]
        assert text.splitlines()[0] == f"// {query.title}"
        assert re.findall(r"^:param (\w+) => .*;$", text, re.MULTILINE) == [p.name for p in query.parameters]
        assert packed[path.name] == text
    assert len(packed) == len(files)


def test_writing_the_pack_again_changes_no_byte(pack: Path, part_output: Path) -> None:
    before = {path: (path.read_bytes()) for path in pack.rglob("*") if path.is_file()}
    own = pack / "mine.cypher"
    own.write_text("RETURN 1")
    with closing(graphkoc.open_store(f"ladybug:{part_output / 'graphkoc.lbug'}")) as store:
        graphkoc.write_browser_pack(store, pack)
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file() and path != own} == before
    own.unlink()


def test_hostile_names_are_text_in_the_guide() -> None:
    pack = hostile_pack()
    page = pack["guide.html"].decode()
    guide = Guide(page)
    assert not guide.tags & {"script"}
    assert len(guide.slides) == 1 + len(read_topics())
    assert guide.slides[0].count(HOSTILE) >= 6
    assert HANDLERS.search(page) is None, "Neo4j Browser would remove it"


def test_a_condition_that_looks_like_a_handler_stays_in_the_query() -> None:
    query = "MATCH (r)\nWHERE true AND only_here = 3"
    assert HANDLERS.search(query)
    shown = texts.escape_handlers(html.escape(query))
    assert HANDLERS.search(shown) is None
    assert html.unescape(shown) == query


def test_hostile_names_are_text_in_asciidoc() -> None:
    page = hostile_pack()["guide.adoc"].decode()
    prose = re.sub(r"^----$.*?^----$", "", page, flags=re.DOTALL | re.MULTILINE)
    assert not re.search(r"<|\{|\\|script>|\"", prose.replace('[source,cypher,subs="specialchars"]', "").replace(
        '[cols="1,2,1"]', ""
    ))  # fmt: skip
    assert html.unescape(prose).count(HOSTILE) >= 6


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("it's", "'it\\'s'"),
        ("a\\b", "'a\\\\b'"),
        ("two\nlines\r\t", "'two\\nlines\\r\\t'"),
        ("\u202eback\0\u2028", "'\\u202Eback\\u0000\\u2028'"),
        ("老山 👩", "'老山 👩'"),
        (True, "true"),
        (20, "20"),
        (0.5, "0.5"),
        (datetime(2025, 1, 2, 3), "datetime('2025-01-02T03:00:00Z')"),
    ],
)
def test_a_value_is_a_literal_on_one_line(value: graphkoc.stores.queries.Value, literal: str) -> None:
    assert queries.write_literal(value) == literal


@pytest.fixture(params=neo4j_server.versions())
def server(request: pytest.FixtureRequest) -> neo4j_server.Server:
    return neo4j_server.shared_or_skip(request.param)


@pytest.fixture
def store(server: neo4j_server.Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[graphkoc.Store]:
    """The small graph on a server."""
    server.empty()
    monkeypatch.setenv("GRAPHKOC_NEO4J_USER", server.user)
    monkeypatch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
    raw, found = small_graph()
    with closing(graphkoc.open_store(server.uri)) as opened:
        opened.upsert(raw)
        opened.annotate(found)
        yield opened


def test_every_query_of_the_pack_runs_on_a_server_with_its_values(
    store: graphkoc.Store, server: neo4j_server.Server, tmp_path: Path
) -> None:
    names = [name for name in graphkoc.write_browser_pack(store, tmp_path) if name.startswith("favourites/")]
    blocks = Guide((tmp_path / "guide.html").read_text(encoding="utf-8")).blocks
    with server.driver() as driver, driver.session() as session:
        silent = [name for name, block in zip(names, blocks, strict=True) if not session.run(block).values()]
    assert silent == ["favourites/niches/unreached.cypher"], "a KOC or KOL reaches everybody in the largest niche"
    for name, block in zip(names, blocks, strict=True):
        text = (tmp_path / name).read_text(encoding="utf-8")
        values = dict(re.findall(r"^:param (\w+) => (.*);$", text, re.MULTILINE))
        body = re.sub(r"\A(?:(?://|:param ).*\n)*", "", text)
        assert texts.fill_parameters(body, values).splitlines() == block.splitlines()[1:], "the favourite asks the same"


@pytest.mark.every_release
def test_a_server_reads_a_literal_as_the_value(server: neo4j_server.Server) -> None:
    values = [
        HOSTILE,
        "\\u0041",
        "\\",
        "'",
        "\\'",
        "nul\0 \u202e \u2028 \ufeff",
        "two\nlines",
        "👩‍👩‍👧",
        'q"',
        20,
        0.5,
        True,
    ]
    text = ", ".join(f"{queries.write_literal(value)} AS v{at}" for at, value in enumerate(values))
    assert server.run(f"RETURN {text}") == [values]


def test_a_parameter_in_a_string_or_a_comment_is_none() -> None:
    body = "MATCH (n {name: '$limit'}) // $limit\nWHERE n.`$limit` = $name RETURN n LIMIT $limit"
    assert texts.fill_parameters(body, {"limit": "3", "name": "'$limit'"}) == (
        "MATCH (n {name: '$limit'}) // $limit\nWHERE n.`$limit` = '$limit' RETURN n LIMIT 3"
    )


def test_the_style_sheet_has_a_look_for_each_label_and_captions_by_name() -> None:
    style = write_style()
    assert set(re.findall(r"^node\.(\w+) \{$", style, re.MULTILINE)) == set(LOOKS)
    assert style.count('caption: "{name}";') == len(LOOKS) + 1
    assert set(node_tables()) | {label for labels in picture.SECOND.values() for label in labels} <= set(LOOKS)
    order = list(LOOKS)
    assert all(order.index(label) > order.index(first) for first, more in picture.SECOND.items() for label in more)


def read_picture(tables: dict[str, Table]) -> list[str]:
    """Every text in the picture of the model."""
    root = ElementTree.fromstring(picture.draw_model(tables))
    return [text for node in root.iter() if node.tag.endswith(("}text", "}tspan")) and (text := node.text)]


def test_the_picture_has_every_label_edge_and_property() -> None:
    shown = read_picture(TABLES)
    words = set(re.findall(r"\w+", " ".join(shown)))
    assert {f":{label}" for label in node_tables()} <= set(shown)
    assert {edge.type for table in TABLES.values() for edge in table.edges} <= set(shown)
    assert {column.graph_name for table in TABLES.values() for column in table.properties} <= words
    assert read_picture(TABLES) == shown


def test_a_label_that_is_new_has_a_card_of_its_own() -> None:
    edge = Edge("LIKES", "Consumer", "consumer", "Robot", "robot")
    columns = (Column("robot", "text", "its id"), Column("consumer", "text", "who likes it"))
    shown = read_picture(TABLES | {"robots": Table("robots", "", ("robot",), columns, edges=(edge,))})
    assert {":Robot", ":Consumer", "LIKES", "robot, name"} <= set(shown)


@pytest.fixture
def served(pack: Path) -> Iterator[int]:
    """The port on which the guide is served, though no other file of its folder."""
    (pack / "secret.txt").write_text("secret")
    names = ["guide.html", "style.grass"]
    with graphkoc.open_browser_server(pack, names, 0, "neo4j://graph.example.com:7687") as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()
    (pack / "secret.txt").unlink()


def ask(port: int, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The status, headers and content that the server answers."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, headers={"Host": f"localhost:{port}"} | headers)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def test_the_guide_is_served_to_neo4j_browser(served: int, pack: Path) -> None:
    origin = "http://localhost:7474"
    status, headers, _ = ask(served, "/guide.html", "OPTIONS", Origin=origin)
    assert (status, headers["Access-Control-Allow-Origin"]) == (204, origin)
    assert headers["Access-Control-Allow-Headers"] == "*"
    status, headers, content = ask(served, "/guide.html", Origin=origin)
    assert (status, headers["Access-Control-Allow-Origin"]) == (200, origin)
    assert content == (pack / "guide.html").read_bytes()
    assert ask(served, "/style.grass?x", Origin="http://graph.example.com:7474")[0] == 200


@pytest.mark.parametrize("path", ["/", "/secret.txt", "/favourites/", "/../pyproject.toml", "/guide.html/"])
def test_nothing_but_the_pack_is_served(served: int, path: str) -> None:
    assert ask(served, path)[0] == 404


def test_pages_of_other_hosts_may_not_read_it(served: int) -> None:
    for origin in ("http://evil.example", "null", "http://[", "http://localhost.evil.example"):
        assert "Access-Control-Allow-Origin" not in ask(served, "/guide.html", Origin=origin)[1]
    assert ask(served, "/guide.html", Host="evil.example")[0] == 404, "a name that was made to lead here"


def test_a_port_that_is_taken_is_one_sentence(served: int, pack: Path) -> None:
    with pytest.raises(UsageError, match=f"port {served} cannot be used: Address already in use"):
        graphkoc.open_browser_server(pack, [], served)


def test_the_command_says_what_it_wrote_and_what_an_embedded_store_lacks(part_output: Path, tmp_path: Path) -> None:
    store = f"ladybug:{part_output / 'graphkoc.lbug'}"
    done = run("browser", "pack", "--store", store, "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert all((tmp_path / "pack" / name).is_file() for name in found["files"])
    assert "Neo4j Browser shows the graph of a Neo4j server" in done.stderr


def test_an_interrupt_ends_the_server_cleanly(part_output: Path, tmp_path: Path) -> None:
    with graphkoc.open_browser_server(tmp_path, [], 0) as free:
        port = free.server_port
    command = [sys.executable, "-m", "graphkoc", "browser", "pack", "--serve", "--port", str(port)]
    command += ["--store", f"ladybug:{part_output / 'graphkoc.lbug'}"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        assert lines[1:] == [f"Type in Neo4j Browser:  :play http://localhost:{port}/guide.html\n", "Ctrl-C ends.\n"]
        assert ask(port, "/guide.html")[0] == 200
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=30)
    assert (process.returncode, rest) == (0, "")
    assert "Traceback" not in errors


def test_a_store_without_an_analysis_says_so(tmp_path: Path) -> None:
    pack = _make_pack(Examples(), 8001)
    guide = Guide(pack["guide.html"].decode())
    assert "This store has not been analysed yet." in guide.slides[0]
    assert zipfile.ZipFile(BytesIO(pack["favourites.zip"])).testzip() is None
