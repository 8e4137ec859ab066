"""Queries: headers, parameters, and that those of an analysis compile and answer alike on every real engine."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import neo4j_server
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pages import ROOT, blocks

from graphkoc import assets
from graphkoc.errors import AnalysisError, QueryError
from graphkoc.graph.projection import COLUMNS
from graphkoc.graph.seeded import SEEDING
from graphkoc.pipeline import project
from graphkoc.stores import Store, open_store, queries

QUERIES = queries.queries()
PROJECT = [name for name in QUERIES if name.startswith("project/")]
"""The queries that an analysis reads; tests/test_pack.py has what those of `explore/` answer."""
(README_QUERIES,) = (block.text for block in blocks(ROOT / "README.md") if block.language == "cypher")

GIVEN = {
    "campaign": "plan:spring",
    "consumer": "s:ann",
    "follower": "s:bob",
    "product": "s:tea",
    "niche": "n1",
    "circle": "c1",
    "other": "n1",
    "brand": "Potter",
    "at": datetime(2021, 6, 1, 12, 30, 15, 250_000),
}
"""What the small graph has for each parameter that has no default, by its name."""


def times(*texts: str | None) -> pd.Series[Any]:
    return pd.Series(pd.to_datetime(list(texts), format="ISO8601")).astype("datetime64[us]")


def small_graph() -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Canonical tables and results in which every query finds something, dated and undated, with ties."""
    reviews = [
        ("r1", "ann", "tea", "2021-01-01T01:02:03.004", 5.0),
        ("r2", "ann", "tea", "2021-02-01", 4.0),
        ("r3", "ann", None, "2020-06-01", None),
        ("r4", "ann", "pot", None, 3.0),
        ("r5", "bob", "tea", "2021-03-01T10:00:00.5", 1.0),
        ("r6", "bob", "cup", "2020-01-01", 2.0),
        ("r7", "cyd", "pot", "2021-05-31T23:59:59.999999", 2.5),
        ("r8", "cyd", "tea", "2021-07-01", None),
        ("r9", "dan", "tea", "2020-12-31", 5.0),
    ]
    canonical = {
        "consumers": pd.DataFrame(
            {
                "consumer": ["s:ann", "s:bob", "s:cyd", "s:dan", "s:eve"],
                "name": ["Ann", "Bób", None, "丹", "Eve"],
                "platform": ["s", "s", "t", None, "s"],
                "followers": pd.array([10, None, 0, 3, 4], "Int64"),
                "kind": ["person", None, "brand", None, None],
                "quote": [None, 120.5, None, 0.0, None],
            }
        ),
        "products": pd.DataFrame(
            {
                "product": ["s:tea", "s:pot", "s:cup"],
                "title": ["Tea", None, "Cup"],
                "brand": [None, "Potter", None],
                "category": ["Drinks", "Ware", None],
            }
        ),
        "reviews": pd.DataFrame(
            {
                "review": [f"s:{row[0]}" for row in reviews],
                "consumer": [f"s:{row[1]}" for row in reviews],
                "product": [None if row[2] is None else f"s:{row[2]}" for row in reviews],
                "created_at": times(*(row[3] for row in reviews)),
                "rating": [row[4] for row in reviews],
                "tags": ["green cold", *[None] * 8],
                "url": ["https://s.example/1", *[None] * 8],
                "origin": [None, "earned", "gifted", None, None, "paid", None, None, None],
                "likes": pd.array([3, 0, *[None] * 7], "Int64"),
                "collects": pd.array([1, None, *[None] * 7], "Int64"),
                "comments": pd.array([2, None, *[None] * 7], "Int64"),
                "shares": pd.array([0, None, *[None] * 7], "Int64"),
                "views": pd.array([100, None, *[None] * 7], "Int64"),
                "helpful": pd.array([7, None, *[None] * 7], "Int64"),
                "media": pd.array([None, 2, *[None] * 7], "Int64"),
                "verified": pd.array([1, 0, *[None] * 7], "Int64"),
            }
        ),
        "follows": pd.DataFrame(
            {
                "follower": ["s:bob", "s:cyd", "s:dan", "s:ann", "s:eve"],
                "followee": ["s:ann", "s:ann", "s:ann", "s:bob", "s:bob"],
                "since": times("2020-05-05T05:05:05.55", None, "2022-01-01", None, None),
            }
        ),
        "engagements": pd.DataFrame(
            {
                "engagement": ["s:e1", "s:e2", "s:e3"],
                "consumer": ["s:bob", "s:eve", "s:eve"],
                "review": ["s:r1", "s:r7", "s:only-mentioned"],
                "kind": ["like", "comment", None],
                "created_at": times("2021-01-02", None, None),
            }
        ),
        "purchases": pd.DataFrame({"consumer": ["s:eve"], "product": ["s:tea"], "order": ["o1"]}),
        "identities": pd.DataFrame({"account": ["s:dan", "s:eve"], "person": ["s:dan", "s:dan"]}),
        "campaigns": pd.DataFrame(
            {"campaign": ["campaign:c"], "kind": ["campaign"], "product": ["Tea"], "ends": times("2021-04-01")}
        ),
        "invitations": pd.DataFrame(
            {
                "campaign": ["campaign:c", "campaign:c"],
                "consumer": ["s:ann", "s:eve"],
                "status": ["posted", "reserve"],
                "incentive": ["paid", None],
                "invited_at": times("2021-01-15T01:02:03.004", None),
            }
        ),
        "campaign_events": pd.DataFrame(
            {
                "entry": ["campaign:1", "campaign:2"],
                "campaign": ["campaign:c", "campaign:c"],
                "consumer": ["s:ann", "s:ann"],
                "event": ["accepted", "posted"],
                "happened_at": times("2021-01-20", "2021-02-01"),
                "url": [None, "https://www.s.example/1/"],
            }
        ),
        "posts": pd.DataFrame(
            {"post": ["c:1"], "campaign": ["campaign:c"], "consumer": ["s:ann"], "url": ["https://www.s.example/1/"]}
        ),
        "loads": pd.DataFrame(
            {
                "load": ["s-2", "s-1"],
                "source": ["s", "s"],
                "loaded_at": times("2021-08-01", "2021-08-01"),
                "files": ["[]", "[]"],
            }
        ),
    }
    results = {
        "scores": pd.DataFrame(
            {
                "person": ["s:ann", "s:bob", "s:dan"],
                "consumer": ["s:ann", "s:bob", "s:dan"],
                "name": ["Ann", "Bób", "丹"],
                "tier": ["wide", "small", "small"],
                "role": ["kol", "koc", "none"],
                "part": ["not_known", "reached_kol", "only_koc"],
                "audience": [3, 2, 0],
                "score": [2.5, 1.25, None],
                "rank": pd.array([None, 1, None], "Int64"),
                "niche": ["n1", "n2", None],
            }
        ),
        "persons": pd.DataFrame(
            {"account": ["s:ann", "s:bob", "s:dan", "s:eve"], "person": ["s:ann", "s:bob", "s:dan", "s:dan"]}
        ),
        "hears": pd.DataFrame({"listener": ["s:bob", "s:dan"], "speaker": ["s:ann", "s:ann"], "weight": [1.0, 1.0]}),
        "niches": pd.DataFrame({"niche": ["n1", "n2"], "name": ["Tea", None], "people": [3, 1]}),
        "finer": pd.DataFrame({"niche": ["n2"], "parent": ["n1"]}),
        "members": pd.DataFrame(
            {
                "person": ["s:ann", "s:bob", "s:dan", "s:ann"],
                "niche": ["n1", "n1", "n1", "n2"],
                "confidence": [0.5, 0.5, 1.0, None],
            }
        ),
        "circles": pd.DataFrame(
            {"circle": ["c1", "c2"], "name": ["Ann's", "Others"], "people": [2, 1], "stability": [0.75, 0.5]}
        ),
        "circle_members": pd.DataFrame(
            {"person": ["s:ann", "s:bob", "s:dan"], "circle": ["c1", "c1", "c2"], "confidence": [0.5, 0.5, 1.0]}
        ),
        "reach": pd.DataFrame(
            {"person": ["s:ann", "s:bob"], "niche": ["n1", "n1"], "reached": [2, 1], "role": ["kol", "koc"]}
        ),
        "carries": pd.DataFrame({"circle": ["c1"], "niche": ["n1"], "people": [2], "lift": [1.5]}),
        "events": pd.DataFrame({"event": ["circle c1 born"], "kind": ["circle"], "group_id": ["c1"], "words": ["new"]}),
    }
    return canonical, results


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    yield from filled(f"ladybug:{tmp_path_factory.mktemp('small') / 'graphkoc.lbug'}")


@pytest.fixture(scope="module", params=neo4j_server.versions())
def served(request: pytest.FixtureRequest) -> Iterator[Store]:
    server = neo4j_server.shared_or_skip(request.param)
    server.empty()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKOC_NEO4J_PASSWORD", server.password)
        patch.setenv("GRAPHKOC_NEO4J_USER", server.user)
        yield from filled(server.uri)


def filled(url: str) -> Iterator[Store]:
    canonical, results = small_graph()
    store = open_store(url)
    store.upsert(canonical)
    store.annotate(results)
    yield store
    store.close()


def bound(query: queries.Query) -> dict[str, queries.Value]:
    return query.bind(
        {parameter.name: GIVEN[parameter.name] for parameter in query.parameters if parameter.default is None}
    )


def answer(store: Store, query: queries.Query) -> pd.DataFrame:
    """The rows of a query in order, several words as the one text that rows have them as."""
    rows = store.read(query.text(store.dialect), bound(query))
    if "tags" in rows:
        rows["tags"] = rows["tags"].map(" ".join, na_action="ignore").astype("str")
    return in_order(rows)


def in_order(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.sort_values(rows.columns.tolist(), key=comparable, ignore_index=True)


def comparable(column: pd.Series[Any]) -> pd.Series[Any]:
    """The column as one that can be sorted: nodes and edges are dicts."""
    return column.map(repr) if column.dtype == object else column


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_says_what_it_answers_and_is_common_cypher(name: str) -> None:
    query = QUERIES[name]
    assert not query.title.endswith(".")
    assert len(query.title) <= 60, "the name of a favourite in Browser"
    assert query.description.endswith(".")
    assert "" in query.texts, "Neo4j, and Neo4j Browser, take the file without a dialect"
    for text in query.texts.values():
        assert not queries.NOT_CODE.sub(" ", text).lstrip().upper().startswith("CYPHER"), "5.26 knows no other"
        assert ";" not in queries.NOT_CODE.sub(" ", text)


@pytest.mark.parametrize("name", PROJECT)
def test_a_query_answers_alike_on_every_store(embedded: Store, served: Store, name: str) -> None:
    expected, found = answer(embedded, QUERIES[name]), answer(served, QUERIES[name])
    pd.testing.assert_frame_equal(found, expected, rtol=1e-12, atol=0)
    assert len(found), "the small graph holds nothing that this query finds"


@pytest.mark.every_release
@pytest.mark.parametrize("name", PROJECT)
def test_a_query_compiles_on_every_store(embedded: Store, served: Store, name: str) -> None:
    query = QUERIES[name]
    for store in (embedded, served):
        store.read(f"EXPLAIN {query.text(store.dialect)}", bound(query))


@pytest.mark.every_release
@pytest.mark.parametrize("name", PROJECT)
def test_a_query_compiles_as_cypher_25_where_the_server_knows_it(served: Store, name: str) -> None:
    try:
        served.read("CYPHER 25 RETURN 1 AS one")
    except QueryError:
        pytest.skip("this server knows Cypher 5 only")
    served.read(f"CYPHER 25 {QUERIES[name].text('neo4j')}", bound(QUERIES[name]))


@pytest.mark.parametrize("name", COLUMNS | SEEDING)
def test_rows_read_in_columns_are_the_rows_that_the_query_answers(embedded: Store, served: Store, name: str) -> None:
    query = QUERIES[f"project/{name}"]
    for store in (embedded, served):
        found = store.read_columns(query.text(store.dialect), (COLUMNS | SEEDING)[name])
        pd.testing.assert_frame_equal(in_order(found), answer(store, query))


@pytest.mark.parametrize("name", COLUMNS)
def test_a_projects_query_answers_every_row_of_its_table(embedded: Store, served: Store, name: str) -> None:
    """A review that is only mentioned is a row of the table, and has to be one of the query too."""
    query = QUERIES[f"project/{name}"]
    for store in (embedded, served):
        table = store.table("reviews" if name == "texts" else name)
        if name == "follows":
            # The one place where the arrow turns round is the query; this pins it.
            table = table.rename(columns={"followee": "source", "follower": "target"}).assign(weight=1.0)
        pd.testing.assert_frame_equal(answer(store, query), in_order(table[list(COLUMNS[name])]))


@pytest.mark.every_release
def test_a_projection_has_the_origins_that_campaigns_give(embedded: Store, served: Store) -> None:
    for store in (embedded, served):
        origins = project(store).reviews.set_index("review")["origin"].dropna().to_dict()
        assert origins == {"s:r1": "paid", "s:r2": "paid", "s:r3": "gifted", "s:r6": "paid"}, "r3 is of no product"


def check_an_edit_is_read(store: Store, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Add WHERE false to a shipped query of the project, and expect its frame to lose every row."""
    shown = "accounts" if name == "identities" else name
    assert len(getattr(project(store), shown)), "the small graph holds nothing that this query finds"
    shutil.copytree(assets.folder("cypher"), folder / "cypher")
    files = list((folder / "cypher" / "project").glob(f"{name}.*cypher"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert text.count("\nRETURN ") == 1
        file.write_text(text.replace("\nRETURN ", "\nWITH * WHERE false\nRETURN "), encoding="utf-8")
    monkeypatch.setattr(assets, "folder", lambda asked: folder / asked)
    if name == "consumers":
        with pytest.raises(AnalysisError, match="holds no consumers"):
            project(store)
    else:
        assert getattr(project(store), shown).empty


@pytest.mark.parametrize("name", COLUMNS)
def test_an_edit_of_a_projects_query_changes_what_the_embedded_store_gives(
    embedded: Store, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_an_edit_is_read(embedded, name, tmp_path, monkeypatch)


@pytest.mark.parametrize("name", COLUMNS)
def test_an_edit_of_a_projects_query_changes_what_a_server_gives(
    served: Store, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_an_edit_is_read(served, name, tmp_path, monkeypatch)


@pytest.mark.parametrize("text", [text for text in re.split(r";\n", README_QUERIES) if text.strip()])
def test_a_query_that_the_readme_gives_for_browser_finds_something(served: Store, text: str) -> None:
    assert served.read(f"CALL () {{ {text} }} RETURN count(*) AS found")["found"].item()


def test_the_projects_queries_are_those_that_an_analysis_reads() -> None:
    assert {name.removeprefix("project/") for name in PROJECT} == set(COLUMNS | SEEDING)


def test_an_empty_store_answers_too(tmp_path: Path, served: Store) -> None:
    store = open_store(f"ladybug:{tmp_path / 'empty.lbug'}")
    store.upsert({"consumers": small_graph()[0]["consumers"][:0]})
    sizes = answer(store, QUERIES["explore/start/sizes"])
    assert sizes["how_many"].tolist() == [0] * 20
    assert len(answer(served, QUERIES["explore/start/sizes"])) == 20
    for name, query in QUERIES.items():
        found = answer(store, query)
        assert found.columns.tolist() == answer(served, query).columns.tolist(), name
    store.close()


names = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
words = st.text(
    st.characters(
        codec="utf-8", exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", categories=["L", "N", "Zs"]
    )
).map(str.strip)
values: dict[str, st.SearchStrategy[Any]] = {
    "string": st.from_regex(r"\S{1,9}", fullmatch=True).filter(lambda text: text.isprintable()),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False),
    "boolean": st.booleans(),
    "time": st.datetimes(),
}


@st.composite
def headers(draw: st.DrawFn) -> tuple[str, list[queries.Parameter]]:
    """A query's text, and the parameters that its header declares."""
    parameters, lines, shown_values = [], [f"// {draw(words.filter(bool))}"], []
    for name in draw(st.lists(names, max_size=4, unique=True)):
        kind = draw(st.sampled_from(list(values)))
        default = draw(st.one_of(st.none(), values[kind]))
        shown = default.isoformat() if isinstance(default, datetime) else default
        what = draw(words)
        assume(not (default is None and what.startswith("=")))
        lines.append(f"// @param {name} {kind}{'' if default is None else f' = {shown}'}  {what}")
        parameters.append(queries.Parameter(name, kind, default, what))
        literal = draw(words.filter(bool)) if default is None else queries.write_literal(default)
        shown_values.append(f"// :param {name} => {literal}")
    lines += draw(st.permutations(shown_values))
    used = ", ".join(f"${parameter.name} AS a{i}" for i, parameter in enumerate(parameters)) or "1 AS one"
    return "\n".join([*lines, f"RETURN {used}, '$text', \"$text\" /* $comment */ AS `$quoted` // $comment"]), parameters


@given(headers())
def test_a_header_gives_back_what_it_declares(made: tuple[str, list[queries.Parameter]]) -> None:
    text, parameters = made
    title, description, found = queries.parse("made", text)
    assert title == " ".join(text.splitlines()[0].removeprefix("//").split(" ")).strip()
    assert description == ""
    assert list(found) == parameters


@given(headers(), names)
def test_what_is_used_is_declared_and_what_is_declared_is_used(
    made: tuple[str, list[queries.Parameter]], name: str
) -> None:
    text, parameters = made
    assume(name not in {parameter.name for parameter in parameters})
    with pytest.raises(QueryError, match=f"uses but does not declare the parameter {name}"):
        queries.parse("made", f"{text}\n, ${name} AS more")
    with pytest.raises(QueryError, match=f"declares but does not use the parameter {name}"):
        queries.parse("made", f"// words\n// @param {name} string  words\n{text}")
    with pytest.raises(QueryError, match=f"sets a parameter that it does not declare: {name}"):
        queries.parse("made", f"// words\n// :param {name} => 1\n{text}")


@given(headers(), st.data())
def test_a_header_without_a_parameters_line_or_with_another_value_is_refused(
    made: tuple[str, list[queries.Parameter]], data: st.DataObject
) -> None:
    text, parameters = made
    assume(parameters)
    parameter = data.draw(st.sampled_from(parameters))
    start = f"// :param {parameter.name} => "
    lines = text.splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith(start)]
    others = lines[:at] + lines[at + 1 :]
    with pytest.raises(QueryError, match=f"has no :param line for: {parameter.name}"):
        queries.parse("made", "\n".join(others))
    with pytest.raises(QueryError, match="is not :param NAME => VALUE, or has one twice"):
        queries.parse("made", "\n".join([*lines[: at + 1], *lines[at:]]))
    with pytest.raises(QueryError, match="is not :param NAME => VALUE"):
        queries.parse("made", "\n".join([*lines[:at], start, *lines[at + 1 :]]))
    if parameter.default is not None:
        with pytest.raises(QueryError, match=f"sets {parameter.name} to another value"):
            queries.parse("made", "\n".join([*lines[:at], f"{start}null", *lines[at + 1 :]]))


@pytest.mark.parametrize("name", QUERIES)
def test_what_is_pasted_for_a_parameter_is_a_value_of_its_type(served: Store, name: str) -> None:
    query = QUERIES[name]
    given = {}
    for line in query.text("neo4j").splitlines():
        if match := re.fullmatch(r"// :param (\w+) => (.*)", line):
            given[match[1]] = served.read(f"RETURN {match[2]} AS value")["value"][0]
    defaults = {p.name: p.default for p in query.parameters if p.default is not None}
    bound = query.bind(given)
    assert {name: bound[name] for name in defaults} == defaults
    served.read(query.text("neo4j"), bound)


@given(headers(), st.data())
def test_binding_converts_fills_in_and_refuses(made: tuple[str, list[queries.Parameter]], data: st.DataObject) -> None:
    text, parameters = made
    title, description, found = queries.parse("made", text)
    query = queries.Query("made", title, description, found, {"": text})
    given = {p.name: data.draw(values[p.type]) for p in parameters if p.default is None or data.draw(st.booleans())}
    expected = {p.name: given.get(p.name, p.default) for p in parameters}
    assert query.bind(given) == expected
    shown = {name: value.isoformat() if isinstance(value, datetime) else str(value) for name, value in given.items()}
    assert query.bind(shown) == expected
    with pytest.raises(QueryError, match="has no parameter 'Unknown'"):
        query.bind({**given, "Unknown": 1})
    for parameter in parameters:
        if parameter.default is None:
            with pytest.raises(QueryError, match=f"the query made needs the parameter {parameter.name}"):
                query.bind({name: value for name, value in given.items() if name != parameter.name})
        if parameter.type != "string":
            with pytest.raises(QueryError, match=f"the parameter {parameter.name} takes"):
                query.bind({**given, parameter.name: "no such thing"})


@given(st.text())
def test_any_text_is_parsed_or_refused_in_words(text: str) -> None:
    try:
        title, _, parameters = queries.parse("made", text)
    except QueryError as error:
        assert str(error).startswith("the query made")
    else:
        assert title
        assert all(parameter.name for parameter in parameters)


def test_a_time_with_a_zone_is_bound_in_utc() -> None:
    when = datetime(2021, 6, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))
    parameter = queries.Parameter("at", "time", None, "")
    assert parameter.convert(when) == when.astimezone(UTC).replace(tzinfo=None)
    assert parameter.convert("2021-06-01") == datetime(2021, 6, 1)


def test_twins_declare_the_same_and_the_dialects_own_wins(tmp_path: Path) -> None:
    (tmp_path / "explore").mkdir()
    common, own = tmp_path / "explore" / "some.cypher", tmp_path / "explore" / "some.ladybug.cypher"
    header = "// Words\n// @param n {}  words\n// :param n => {}\nRETURN $n AS n"
    common.write_text(header.format("integer = 1", 1), encoding="utf-8")
    own.write_text(common.read_text(encoding="utf-8") + " + 0", encoding="utf-8")
    found = queries.queries(tmp_path)
    assert list(found) == ["explore/some"]
    assert found["explore/some"].text("ladybug").endswith("+ 0")
    assert found["explore/some"].text("neo4j").endswith("AS n")
    for other in (header.format("float = 1", 1.0), header.format("integer = 1", 1).replace("Words", "Others")):
        own.write_text(other, encoding="utf-8")
        with pytest.raises(QueryError, match="has another header for ladybug"):
            queries.queries(tmp_path)
    common.unlink()
    with pytest.raises(QueryError, match="is not written for neo4j"):
        queries.queries(tmp_path)["explore/some"].text("neo4j")


def test_a_query_is_found_by_its_last_name_where_that_is_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sizes", "start/sizes", "explore/start/sizes"):
        assert queries.query(name).name == "explore/start/sizes"
    assert all(queries.query(name.rpartition("/")[2]).name == name for name in QUERIES)
    with pytest.raises(QueryError, match="there is no query called 'nothing'"):
        queries.query("nothing")
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "some.cypher").write_text("// Words\nRETURN 1 AS one", encoding="utf-8")
    monkeypatch.setattr(assets, "folder", lambda asked: tmp_path)
    with pytest.raises(QueryError, match="there are several queries called 'some'") as refused:
        queries.query("some")
    assert refused.value.hint == "Name one of: one/some, two/some."
    assert queries.query("two/some").name == "two/some"
