"""The source csv: an analyst's own tables, whatever they are saved as, come back as what they were."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import neo4j_server
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import graphkoc
from graphkoc.capture import load, sources
from graphkoc.cli import cli
from graphkoc.errors import DataError, UsageError
from graphkoc.stores import arrow
from graphkoc.tables.schema import CANONICAL, Column, Table

NOW = datetime(2026, 1, 1, tzinfo=UTC)
drawn = settings(
    max_examples=settings().max_examples // 3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
"""Each example opens a database: few are drawn, of many rows, and shrinking a failure would take minutes."""
Rows = list[dict[str, Any]]

# --- writing tables as an analyst's tools do -----------------------------------------------------------


def as_text(value: Any) -> str:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def as_csv(path: Path, rows: Rows, delimiter: str = ",") -> Path:
    """Nulls are empty cells, texts are quoted."""

    def cell(value: Any) -> str:
        return "" if value is None else '"' + as_text(value).replace('"', '""') + '"'

    lines = [delimiter.join(map(cell, line)) for line in (rows[0].keys(), *(row.values() for row in rows))]
    path.write_bytes(("\n".join(lines) + "\n").encode())
    return path


def as_jsonl(path: Path, rows: Rows) -> Path:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False, default=as_text) + "\n" for row in rows), "utf-8", newline=""
    )
    return path


def as_parquet(path: Path, rows: Rows, table: Table) -> Path:
    pa.parquet.write_table(arrow(pd.DataFrame(rows, dtype=object), table).select(list(rows[0])), path)
    return path


def as_xlsx(path: Path, rows: list[list[Any]]) -> Path:
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm:ss", "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(place, column, value)
                elif value is not None:
                    sheet.write(place, column, value)
    return path


def written(folder: Path, format_: str, table: Table, rows: Rows) -> Path:
    path = folder / f"{table.name}.{format_}"
    if format_ == "xlsx":
        return as_xlsx(path, [list(rows[0]), *(list(row.values()) for row in rows)])
    if format_ == "parquet":
        return as_parquet(path, rows, table)
    return as_jsonl(path, rows) if format_ == "jsonl" else as_csv(path, rows, "\t" if format_ == "tsv" else ",")


def read(*paths: Path, encoding: str | None = None) -> load.Loaded:
    return load.read(sources.find_source("csv"), paths, encoding=encoding, now=NOW)


def placed(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def counted(loaded: load.Loaded, file: str) -> tuple[int, int, int, int]:
    return next((c.read, c.loaded, c.duplicate, c.rejected) for c in loaded.files if c.file == file)


def records(frame: pd.DataFrame) -> Rows:
    """Rows with None for whatever is null, in the order of their keys."""
    return [
        {name: None if pd.isna(value) else value for name, value in row.items()} for row in frame.to_dict("records")
    ]


# --- round trips ---------------------------------------------------------------------------------------

PEOPLE = [
    "1",
    "007",
    "1e5",
    "1E400",
    "weibo:5",
    "小红 书",
    "O'Hara",
    "ann-b",
    "nil",
    "Nannie",
    "true",
    "עברית",
    "a/b~c",
    "😀",
]
text = st.one_of(
    st.sampled_from(
        ["", "=1+1", "NA", "null", 'say "hi"', "two\nlines", "a;b,c\td", "שלום ‮abc", "非常好用😀", " edge "]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12),
)
SPACES = "".join(one for one in map(chr, range(0x3001)) if unicodedata.category(one) == "Zs")
moments = st.datetimes(datetime(1990, 1, 1), datetime(2025, 12, 31))


def values(column: Column, format_: str) -> st.SearchStrategy[Any]:
    if column.choices:
        return st.sampled_from(column.choices)
    if column.kind == "id":
        return st.sampled_from(PEOPLE)
    low, high = column.low or 0, column.high
    if column.kind == "integer":
        return st.integers(int(low), int(high or (2**53 - 1 if format_ == "xlsx" else 2**63 - 1)))
    if column.kind == "number":
        whole = st.floats(low, high or 1e9, allow_nan=False)
        return whole.map(lambda number: float(f"{number:.12g}")) if format_ == "xlsx" else whole
    if column.kind == "time":
        return moments.map(lambda moment: moment.replace(microsecond=0)) if format_ == "xlsx" else moments
    return text.filter(bool) if format_ == "xlsx" else text


@st.composite
def tables(draw: st.DrawFn, format_: str) -> dict[str, Rows]:
    """Some canonical tables, each with some of its columns."""
    made = {}
    for name in draw(st.lists(st.sampled_from(list(CANONICAL)), min_size=1, max_size=4, unique=True)):
        table = CANONICAL[name]
        columns = [column for column in table if column.required or draw(st.sampled_from([True, True, False]))]
        row = st.fixed_dictionaries(
            {
                column.name: values(column, format_) if column.required else st.none() | values(column, format_)
                for column in columns
            }
        ).filter(lambda row: "follower" not in row or _bare(row["follower"]) != _bare(row["followee"]))
        rows = draw(st.lists(row, min_size=1, max_size=12, unique_by=lambda row, t=table: tuple(row[k] for k in t.key)))
        made[name] = [{column.name: row[column.name] for column in columns} for row in rows]
    return made


def _bare(key: str) -> str:
    return key.removeprefix("csv:")


def expected(table: Table, rows: Rows) -> Rows:
    """The rows as a store has them: ids with their source, words one space apart, in the order of their keys."""
    kinds = {column.name: column.kind for column in table}

    def kept(name: str, value: Any) -> Any:
        if value is not None and kinds[name] == "words":
            return re.sub(r"[\t\n\f\r ]+", " ", value).strip(SPACES) or None
        return f"csv:{value}" if kinds[name] == "id" and value is not None and ":" not in value else value

    return sorted(
        ({name: kept(name, value) for name, value in row.items()} for row in rows),
        key=lambda row: [row[key] for key in table.key],
    )


@pytest.mark.parametrize("format_", ["csv", "tsv", "jsonl", "parquet", "xlsx"])
@given(data=st.data())
@drawn
def test_tables_come_back_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, format_: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("raw")
    made = data.draw(tables(format_))
    for name, rows in made.items():
        written(folder, format_, CANONICAL[name], rows)
    loaded = read(folder)
    assert loaded.rejects.empty, loaded.rejects.to_dict("records")
    for name, rows in made.items():
        keys = {tuple(row[key] for key in CANONICAL[name].key) for row in expected(CANONICAL[name], rows)}
        frame = loaded.tables[name]
        brought = [tuple(row) in keys for row in frame[list(CANONICAL[name].key)].itertuples(index=False)]
        assert records(frame[list(rows[0])][brought]) == expected(CANONICAL[name], rows)


@pytest.mark.parametrize("engine", ["ladybug", neo4j_server.LTS])
@given(data=st.data())
@drawn
def test_every_store_holds_the_tables_that_were_read(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, engine: str, data: st.DataObject
) -> None:
    """A store gets the tables that were read, so the format is drawn like the rows.

    An account with an identity has no key here: two unionids are two people, see tests/test_identity.py.
    """
    folder = tmp_path_factory.mktemp("raw")
    format_ = data.draw(st.sampled_from(["csv", "jsonl", "parquet", "xlsx"]))
    made = data.draw(tables(format_))
    linked = {_bare(row["account"]) for row in made.get("identities", ())}
    for row in made.get("consumers", ()):
        if _bare(row["consumer"]) in linked:
            row.update({key: None for key in ("unionid", "contact_key") if key in row})
    for name, rows in made.items():
        written(folder, format_, CANONICAL[name], rows)
    url = neo4j_server.empty_store(engine, tmp_path_factory.mktemp("store"), monkeypatch)
    store = graphkoc.open_store(url)
    try:
        graphkoc.load(store, "csv", [folder])
        for name, rows in made.items():
            table = CANONICAL[name]
            wanted = expected(table, rows)
            if name == "identities":  # one of an account that is nowhere is a line of the journal alone
                there = set(store.table("consumers", ["consumer"])["consumer"])
                wanted = [row for row in wanted if row["account"] in there]
            found = store.table(name, list(rows[0])).sort_values(list(table.key))
            keys = {tuple(row[key] for key in table.key) for row in wanted}
            brought = [tuple(row) in keys for row in found[list(table.key)].itertuples(index=False)]
            assert records(found[brought]) == wanted
    finally:
        store.close()


REVIEWS = [
    {"consumer": "ann", "product": "tea", "rating": 4.5, "text": "非常好用", "likes": 3, "verified": 1},
    {"consumer": "bob", "product": None, "rating": None, "text": None, "likes": None, "verified": 0},
]


def test_every_format_gives_the_same_tables(tmp_path: Path) -> None:
    table = CANONICAL["reviews"]
    (tmp_path / "all").mkdir()
    frames = []
    for format_ in ("csv", "tsv", "jsonl", "parquet", "xlsx"):
        (tmp_path / format_).mkdir()
        if format_ == "parquet":
            rows = pa.table({name: [row[name] for row in REVIEWS] for name in REVIEWS[0]})
            pa.parquet.write_table(rows, tmp_path / format_ / "reviews.parquet")
        else:
            written(tmp_path / format_, format_, table, REVIEWS)
        frames.append(read(tmp_path / format_).tables["reviews"])
    for frame in frames[1:]:
        pd.testing.assert_frame_equal(frame, frames[0])


def test_a_packed_file_is_the_same_file(tmp_path: Path) -> None:
    plain = as_csv(tmp_path / "reviews.csv", REVIEWS)
    packed = placed(tmp_path, "reviews.csv.gz", gzip.compress(plain.read_bytes()))
    pd.testing.assert_frame_equal(read(plain).tables["reviews"], read(packed).tables["reviews"])


# --- who is made, and which ids -------------------------------------------------------------------------


def test_people_and_products_that_only_other_tables_mention_are_made(tmp_path: Path) -> None:
    placed(tmp_path, "follows.csv", "follower,followee\nann,bob\n")
    placed(tmp_path, "purchases.csv", "consumer,product,order\ncat,tea,1\n")
    placed(tmp_path, "consumers.csv", "consumer,name\nann,Ann\ndan,Dan\n")
    loaded = read(tmp_path)
    assert records(loaded.tables["consumers"]) == [
        {"consumer": "csv:ann", "name": "Ann"},
        {"consumer": "csv:bob", "name": None},
        {"consumer": "csv:cat", "name": None},
        {"consumer": "csv:dan", "name": "Dan"},
    ]
    assert loaded.tables["products"]["product"].tolist() == ["csv:tea"]
    assert counted(loaded, "consumers.csv") == (2, 2, 0, 0)
    assert loaded.mentioned == {}


def test_reviews_that_only_engagements_mention_are_counted_apart(tmp_path: Path) -> None:
    loaded = read(placed(tmp_path, "engagements.csv", "consumer,review,kind\nann,r1,like\nbob,r1,like\nbob,r2,like\n"))
    assert "reviews" not in loaded.tables
    assert loaded.mentioned == {"reviews": 2}


def test_an_id_that_is_missing_is_made_of_who_what_and_when(tmp_path: Path) -> None:
    rows = "ann,tea,2024-01-02,1\nann,tea,2024-01-02,2\nann,tea,2024-01-02 10:30:00,3\n"
    rows += "ann,a/b,2024-01-02,4\nx:1,y:2,2024-01-02,5\n"
    loaded = read(placed(tmp_path, "reviews.csv", f"consumer,product,created_at,rating\n{rows}"))
    assert set(loaded.tables["reviews"]["review"]) == {
        "csv:ann/tea/2024-01-02",
        "csv:ann/tea/2024-01-02T10:30:00",
        "csv:ann/a~1b/2024-01-02",
        "csv:x:1/y:2/2024-01-02",
    }
    assert [(c.loaded, c.conflict) for c in loaded.files] == [(4, 1)]
    assert loaded.rejects["reason"].tolist() == [
        "review csv:ann/tea/2024-01-02 stands for other content in reviews.csv, row 2, which was taken"
    ]


def test_without_a_time_only_rows_that_are_alike_are_one(tmp_path: Path) -> None:
    head = "review,consumer,product,rating,text\n"
    loaded = read(
        placed(tmp_path, "reviews.csv", head + ",ann,tea,5,good\n,ann,tea,5,good\n,ann,tea,5,bad\n7,ann,tea,5,good\n")
    )
    assert counted(loaded, "reviews.csv") == (4, 3, 1, 0)
    again = read(placed(tmp_path, "reviews.csv", "text,consumer,rating,product\nbad,ann,5,tea\n"))
    first = loaded.tables["reviews"].set_index("text")["review"]
    assert again.tables["reviews"]["review"].tolist() == [first["bad"]]


def test_a_like_and_a_comment_at_one_time_are_two(tmp_path: Path) -> None:
    rows = "ann,r1,like,2024-01-02\nann,r1,comment,2024-01-02\n"
    loaded = read(placed(tmp_path, "engagements.csv", f"consumer,review,kind,created_at\n{rows}"))
    assert counted(loaded, "engagements.csv") == (2, 2, 0, 0)


# --- what a row must be ---------------------------------------------------------------------------------


def test_every_row_is_accounted_for_in_every_format(tmp_path: Path) -> None:
    good, again = {"consumer": "ann", "rating": 4, "created_at": "2024-01-02"}, {"consumer": "ann", "rating": 4}
    rows = [good, good, again | {"created_at": "soon"}, {"consumer": None, "rating": 4, "created_at": None}]
    names = list(good)
    as_csv(tmp_path / "reviews.csv", [{n: r[n] for n in names} for r in rows])
    as_jsonl(tmp_path / "reviews.jsonl", rows)
    as_xlsx(tmp_path / "reviews.xlsx", [names, *([row[name] for name in names] for row in rows)])
    pa.parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "reviews.parquet")
    loaded = read(tmp_path)
    assert {c.file: (c.read, c.loaded + c.duplicate, c.rejected) for c in loaded.files} == {
        f"reviews.{format_}": (4, 2, 2) for format_ in ("csv", "jsonl", "xlsx", "parquet")
    }
    wrong = loaded.rejects.groupby("file")["row"].apply(list).to_dict()
    assert wrong == {"reviews.csv": [4, 5], "reviews.jsonl": [3, 4], "reviews.parquet": [4, 5], "reviews.xlsx": [4, 5]}
    assert set(loaded.rejects["reason"]) == {"created_at is not a time: 'soon'", "no consumer"}


NO_JSON = {
    "{": "it is not JSON: Expecting property name enclosed in double quotes",
    "[1]": "it is not a JSON object",
    '{"consumer": "a", "consumer": "b"}': "it is not JSON: two values have one name",
    '{"consumer": "a", " ": 1}': "it is not JSON: a value has no name",
    '{"consumer": "a\\u0000"}': "it holds a NUL byte",
    '{"consumer": "\\ud800"}': "it holds bytes or half characters that are not UTF-8",
    "[" * 100_000: "it is not JSON: it is nested too deeply",
}


def test_a_line_that_is_no_json_is_rejected_alone(tmp_path: Path) -> None:
    good = [json.dumps({"consumer": f"ann {place}"}) for place in range(len(NO_JSON) + 1)]
    text = "".join(f"{before}\n{line}\n" for before, line in zip(good, NO_JSON, strict=False))
    loaded = read(placed(tmp_path, "reviews.jsonl", f"{text}\n{good[-1]}\n"))
    assert counted(loaded, "reviews.jsonl") == (2 * len(NO_JSON) + 1, len(good), 0, len(NO_JSON))
    assert loaded.rejects["row"].tolist() == [*range(2, 2 * len(NO_JSON) + 1, 2)]
    for found, reason in zip(loaded.rejects["reason"], NO_JSON.values(), strict=True):
        assert found.startswith(reason), found


def test_numbers_in_a_workbook_are_ids_as_people_read_them(tmp_path: Path) -> None:
    rows = [
        ["consumer", "rating", "created_at", "verified"],
        [123, 4.5, datetime(2024, 1, 2, 3, 4, 5), True],
        ["007", 4, None, False],
    ]
    loaded = read(
        as_xlsx(tmp_path / "reviews.xlsx", [*rows, [1234567890123456789, 1, None, None], ["1e5", 2, None, None]])
    )
    reviews = loaded.tables["reviews"].set_index("consumer")
    assert set(reviews.index) == {"csv:123", "csv:007", "csv:1e5"}
    assert reviews.loc["csv:123", "created_at"] == pd.Timestamp("2024-01-02 03:04:05")
    assert reviews["verified"].dropna().to_dict() == {"csv:123": 1, "csv:007": 0}
    assert loaded.rejects["row"].tolist() == [4]
    assert "more digits than a spreadsheet keeps" in loaded.rejects["reason"][0]


def test_parquet_keeps_large_numbers_zones_and_null_apart_from_empty(tmp_path: Path) -> None:
    beijing = datetime(2024, 1, 2, 8, tzinfo=timezone(timedelta(hours=8)))
    table = pa.table(
        {
            "consumer": pa.array([2**63 - 1, 1, 2], pa.int64()),
            "product": pa.array([7.0, None, 8.0]),
            "created_at": pa.array([beijing, None, None], pa.timestamp("ns", "Asia/Shanghai")),
            "text": pa.array(["", None, "x"]).dictionary_encode(),
            "rating": pa.array([Decimal("4.50"), None, None]),
            "tags": pa.array([["a", "b"], None, []]),
        }
    )
    pa.parquet.write_table(table, tmp_path / "reviews.parquet")
    rows = {row.pop("consumer"): row for row in records(read(tmp_path).tables["reviews"])}
    first = rows["csv:9223372036854775807"]
    assert (first["product"], first["created_at"], first["rating"]) == ("csv:7", datetime(2024, 1, 2), 4.5)
    assert [row["text"] for row in rows.values()] == [None, "x", ""]
    assert [row["tags"] for row in rows.values()] == [None, None, "a b"]


def test_bytes_in_parquet_that_are_no_text_cost_their_row(tmp_path: Path) -> None:
    broken = pa.array([b"ann", b"\xff", b"bob"], pa.binary())
    pa.parquet.write_table(pa.table({"consumer": broken}), tmp_path / "reviews.parquet")
    assert counted(read(tmp_path), "reviews.parquet") == (3, 2, 0, 1)


TIMES = {
    "2024-01-02": "2024-01-02",
    "2024/1/2": "2024-01-02",
    " 2024-01-02 03:04 ": "2024-01-02 03:04",
    "2024-01-02T03:04:05Z": "2024-01-02 03:04:05",
    "2024-01-02T03:04:05+08:00": "2024-01-01 19:04:05",
    "02.01.2024 03:04": "2024-01-02 03:04",
    "2024年1月2日": "2024-01-02",
    "Jan 2 2024": None,
    "02.01.24": "2024-01-02",
    "20240102": None,
    "infinity": None,
}
NUMBERS = {"4,5": 4.5, "0,125": 0.125, "4.5": 4.5, "4e0": 4.0, "1,234": None, "1,2,3": None, "four": None}


def test_times_are_utc_and_what_is_none_is_rejected(tmp_path: Path) -> None:
    rows = "".join(f"{place},{cell}\n" for place, cell in enumerate(TIMES))
    found = read(placed(tmp_path, "reviews.csv", f"consumer,created_at\n{rows}")).tables["reviews"]
    assert dict(zip(found["consumer"], found["created_at"], strict=True)) == {
        f"csv:{place}": pd.Timestamp(when) for place, when in enumerate(TIMES.values()) if when is not None
    }


def test_a_comma_is_a_decimal_point_where_it_can_be_nothing_else(tmp_path: Path) -> None:
    rows = "".join(f"{place};{cell}\n" for place, cell in enumerate(NUMBERS))
    found = read(placed(tmp_path, "products.csv", f"product;price\n{rows}")).tables["products"]
    assert dict(zip(found["product"], found["price"], strict=True)) == {
        f"csv:{place}": number for place, number in enumerate(NUMBERS.values()) if number is not None
    }


def test_a_half_is_no_whole_number(tmp_path: Path) -> None:
    loaded = read(placed(tmp_path, "reviews.csv", "consumer,likes\nann,4.5\nbob,4.0\n"))
    assert loaded.rejects["reason"].tolist() == ["likes is not a whole number: '4.5'"]


def test_an_empty_cell_is_missing_and_a_pair_of_quotes_is_the_empty_text(tmp_path: Path) -> None:
    rows = '1,"","","",""\n2,,,,\n3,"say ""hi"", twice","","a,"""",b",\n'
    loaded = read(placed(tmp_path, "reviews.csv", f"consumer,text,title,url,rating\n{rows}"))
    assert records(loaded.tables["reviews"].sort_values("consumer")[["text", "title", "url", "rating"]]) == [
        {"text": "", "title": "", "url": "", "rating": None},
        {"text": None, "title": None, "url": None, "rating": None},
        {"text": 'say "hi", twice', "title": "", "url": 'a,"",b', "rating": None},
    ]


HOSTILE = [
    "Robert'); MATCH (n) DETACH DELETE n //",
    "`a`",
    '"; COPY x TO "y',
    "$1",
    "{{x}}",
    "名" * 100_000,
    "a\\' OR 1=1 --",
]


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet", "xlsx"])
def test_hostile_names_are_data(tmp_path: Path, format_: str) -> None:
    names = [name[:30_000] if format_ == "xlsx" else name for name in HOSTILE]
    rows = [{"consumer": name, "text": name} for name in names]
    loaded = read(written(tmp_path, format_, CANONICAL["reviews"], rows))
    assert set(loaded.tables["reviews"]["text"]) == set(names)
    assert set(loaded.tables["consumers"]["consumer"]) == {f"csv:{name}" for name in names}


def test_hostile_columns_are_ignored_columns(tmp_path: Path) -> None:
    name = '"; DROP TABLE x; --'
    loaded = read(placed(tmp_path, "reviews.jsonl", json.dumps({"consumer": "ann", name: 1, "_id": 2})))
    assert loaded.ignored == {"reviews.jsonl": (name, "_id")}


# --- files and columns ----------------------------------------------------------------------------------


def test_capitals_do_not_matter_and_parts_of_a_table_are_one_table(tmp_path: Path) -> None:
    placed(tmp_path, "Reviews.2023.csv", "Consumer,RATING\nann,5\n")
    placed(tmp_path, "reviews.2024.csv", "consumer,rating,title\nbob,4,x\n")
    (tmp_path / "more").mkdir()
    placed(tmp_path / "more", "reviews.2024.csv", "consumer\ncat\ncat\n")
    loaded = read(tmp_path, tmp_path / "more", tmp_path / "more" / "reviews.2024.csv")
    assert len(loaded.tables["reviews"]) == 3
    assert sorted(count.read for count in loaded.files) == [1, 1, 2]
    assert len({count.file for count in loaded.files}) == 3


def test_locks_hidden_files_and_earlier_rejects_are_no_tables(tmp_path: Path) -> None:
    for name in (".reviews.csv", "~$reviews.xlsx", "graphkoc-rejects-csv.csv", "notes.md"):
        placed(tmp_path, name, "x")
    assert counted(read(placed(tmp_path, "reviews.csv", "consumer\nann\n").parent), "reviews.csv") == (1, 1, 0, 0)


def test_columns_that_no_table_has_are_ignored_and_named(tmp_path: Path) -> None:
    loaded = read(placed(tmp_path, "reviews.csv", "consumer,mood,product,\nann,good,tea,1\n"))
    assert loaded.ignored == {"reviews.csv": ("mood", "column 4")}


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        (
            "sales.csv",
            "consumer\nann\n",
            "sales.csv is named after no table: the tables are consumers, products, reviews",
        ),
        ("reviews.csv", "consmer\nann\n", "reviews.csv has no column 'consumer', but one called 'consmer'"),
        ("reviews.csv", "consumer,reviw\nann,1\n", "reviews.csv has no column 'review', but one called 'reviw'"),
        ("reviews.csv", "who,what\nann,1\n", "reviews.csv has no column 'consumer', which reviews must have"),
        ("reviews.csv", "consumer,Consumer\nann,1\n", "has two columns called 'consumer'"),
        ("reviews.csv", "consumer,_row\nann,1\n", "has two columns called '_row'"),
        ("reviews.csv", "", "is empty"),
        ("reviews.jsonl", "", "is empty"),
        ("reviews.jsonl", "consumer\nann\n", "holds no good row; row 1: it is not JSON"),
        ("reviews.xlsx", "consumer\nann\n", "is not a readable workbook"),
        ("reviews.parquet", "consumer\nann\n", "is not a Parquet file that can be read"),
        ("reviews.parquet.gz", "x", "of no kind that graphkoc reads"),
        ("reviews.json", "{}", "of no kind that graphkoc reads"),
    ],
)
def test_a_file_that_is_no_canonical_table_is_refused_in_one_sentence(
    tmp_path: Path, name: str, data: str, words: str
) -> None:
    with pytest.raises(DataError) as caught:
        read(placed(tmp_path, name, data))
    assert words in str(caught.value)
    assert caught.value.hint


# --- encodings ------------------------------------------------------------------------------------------

CHINESE = (
    "consumer,product,text\n张伟,护手霜,非常好用，味道也很香，会再次购买\n李娜,面膜,补水效果不错，物流很快\n"
    "王芳,口红,颜色和描述一致\n"
)
TAIWANESE = (
    "consumer,product,text\n張偉,護手霜,非常好用味道也很香會再次購買\n李娜,面膜,補水效果不錯\n陳明,口紅,顏色很漂亮\n"
)
GERMAN = (
    "consumer;product;text\nJürgen Müller;Käsereibe;Schöne Qualität, aber für den Preis hätte ich mehr erwartet\n"
    "Anna Groß;Fön;Lässt sich gut bedienen und ist nicht zu laut – „super“\nBjörn;Töpfe;Die Größe passt\n"
)
FRENCH = (
    "consumer,product,text\nHélène Dupré,crème de jour,Très bonne crème\nJérôme,théière,Cadeau apprécié mais déçue\n"
    "Benoît,café moulu,Goût agréable et léger à mon goût\nZoé,brosse,Elle est tombée en panne après trois semaines\n"
    "Gaëlle,mascara,Ça ne coule pas même sous la pluie et ma peau est plus douce depuis deux mois\n"
)
POLISH = (
    "consumer,text\nŁukasz,Bardzo dobra jakość polecam każdemu świetna cena\nŻaneta,Skóra jest gładka i miękka\n"
    "Paweł,Zażółć gęślą jaźń\n"
)
RUSSIAN = "consumer,text\nИван,Очень хороший чайник быстро кипятит\nОльга,мне понравился\nПётр,хорошо\n"
JAPANESE = "consumer,text\n山田太郎,とても良い商品です\n鈴木花子,また買います\n佐藤,良い\n"


@pytest.fixture(scope="module")
def in_utf8(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], pd.DataFrame]:
    """The reviews of a text that is saved as UTF-8. Each text is read once."""

    @cache
    def reviews(text: str) -> pd.DataFrame:
        return read(placed(tmp_path_factory.mktemp("utf8"), "reviews.csv", text)).tables["reviews"]

    return reviews


@pytest.mark.parametrize(
    ("written_", "encoding"),
    [
        (CHINESE, "utf-8"),
        (CHINESE, "utf-8-sig"),
        (CHINESE, "utf-16"),
        (CHINESE, "utf-32"),
        (CHINESE, "gb18030"),
        (CHINESE, "gbk"),
        (CHINESE + CHINESE.partition("\n")[2] * 50, "gb18030"),
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (FRENCH, "latin-1"),
        ("consumer\nJosé\nZoë\nBjörn\n", "cp1252"),
        (FRENCH, "utf-16"),
    ],
)
def test_encodings_are_detected(
    tmp_path: Path, in_utf8: Callable[[str], pd.DataFrame], written_: str, encoding: str
) -> None:
    other = read(placed(tmp_path, "reviews.csv", written_.encode(encoding)))
    assert other.rejects.empty
    pd.testing.assert_frame_equal(other.tables["reviews"], in_utf8(written_))


@pytest.mark.parametrize(
    ("written_", "encoding", "named"),
    [
        (POLISH, "cp1250", "cp1250"),
        (POLISH, "iso8859-2", "iso8859_2"),
        (RUSSIAN, "cp1251", "cp1251"),
        (JAPANESE, "shift_jis", "shift_jis"),
        (TAIWANESE, "big5", "big5"),
        (FRENCH, "mac_roman", "mac_roman"),
        (FRENCH, "cp850", "cp850"),
    ],
)
def test_where_the_bytes_leave_it_open_nothing_is_loaded_until_the_encoding_is_named(
    tmp_path: Path, in_utf8: Callable[[str], pd.DataFrame], written_: str, encoding: str, named: str
) -> None:
    path = placed(tmp_path, "reviews.csv", written_.encode(encoding))
    with pytest.raises(DataError, match="is not UTF-8, and its encoding is not certain: it may be") as caught:
        read(path)
    assert named in str(caught.value)
    assert "--encoding" in caught.value.hint
    found = read(path, encoding=encoding).tables["reviews"]
    pd.testing.assert_frame_equal(found, in_utf8(written_))


def test_json_lines_have_encodings_too(tmp_path: Path) -> None:
    line = json.dumps({"consumer": "张伟", "text": "非常好用，味道也很香，会再次购买"}, ensure_ascii=False) + "\n"
    for encoding in ("utf-16", "gb18030"):
        loaded = read(placed(tmp_path, "reviews.jsonl", line.encode(encoding)))
        assert loaded.tables["reviews"]["consumer"].tolist() == ["csv:张伟"]


def test_damaged_lines_of_utf8_are_rejected_and_nothing_is_guessed(tmp_path: Path) -> None:
    lines = CHINESE.encode() + "Jérôme,thé,bon\nZoé,thé,bon\n".encode("cp1252")
    loaded = read(placed(tmp_path, "reviews.csv", lines))
    assert counted(loaded, "reviews.csv") == (5, 3, 0, 2)
    assert loaded.rejects["reason"].tolist() == ["byte 0xe9 is not UTF-8"] * 2
    many = b"consumer\n" + b"ann\n" * 900 + b"\xe9\n\xff\n\x80\n\xf0\n"
    assert counted(read(placed(tmp_path, "reviews.csv", many)), "reviews.csv")[3] == 4


def test_damaged_lines_of_another_encoding_are_rejected_one_by_one(tmp_path: Path) -> None:
    path = placed(tmp_path, "reviews.csv", CHINESE.encode("gb18030") + b"\x81\n")
    loaded = read(path, encoding="gb18030")
    assert counted(loaded, "reviews.csv") == (4, 3, 0, 1)
    assert loaded.rejects["reason"].tolist() == ["it holds bytes that are not GB18030"]


def test_a_byte_order_mark_is_surer_than_the_name_of_an_encoding(tmp_path: Path) -> None:
    placed(tmp_path, "reviews.csv", CHINESE.encode("utf-8-sig"))
    placed(tmp_path, "follows.csv", "follower,followee\n张伟,李娜\n".encode("gb18030"))
    loaded = read(tmp_path, encoding="gbk")
    assert loaded.rejects.empty
    assert loaded.tables["follows"]["follower"].tolist() == ["csv:张伟"]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"not certain|does not begin with a header row"):
        read(placed(tmp_path, "reviews.csv", bytes(range(256)) * 20))


def test_utf16_without_a_mark_is_refused_with_what_to_try(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="NUL byte") as caught:
        read(placed(tmp_path, "reviews.csv", FRENCH.encode("utf-16-le")))
    assert "--encoding utf-16-le" in caught.value.hint


@pytest.mark.parametrize("name", ["klingon", "idna", "rot13", "base64", "unicode_escape", "a\0b"])
def test_an_encoding_that_does_not_exist_is_a_mistake_of_usage(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="there is no encoding called"):
        read(placed(tmp_path, "reviews.csv", "consumer\n"), encoding=name)


# --- tables with other names ----------------------------------------------------------------------------


def scaffolded(folder: Path, *files: Path, **options: Any) -> tuple[Any, load.Loaded]:
    made = sources.find_source("csv").scaffold(files, folder / "loaders" / "shop", **options)
    return made, load.read(sources.find_source(f"{folder}/loaders/shop"), files, now=NOW)


def test_a_german_table_gets_a_loader_that_reads_it(tmp_path: Path) -> None:
    file = placed(
        tmp_path,
        "bewertungen.csv",
        "Kunden-Nr.;Artikel;Kategorie;Sterne;Datum;Kommentar;Filiale\n"
        "7;Tee;Getränke;4,5;31.12.2024;Sehr gut;Bonn\n8;Tee;Getränke;3;30.12.2024;;Köln\n",
    )
    made, loaded = scaffolded(tmp_path, file)
    assert made.columns == {
        "reviews": {
            "consumer": "Kunden-Nr.",
            "product": "Artikel",
            "rating": "Sterne",
            "text": "Kommentar",
            "created_at": "Datum",
        },
        "products": {"category": "Kategorie"},
    }
    assert made.unused == {"bewertungen.csv": ("Filiale",)}
    assert counted(loaded, "bewertungen.csv") == (2, 2, 0, 0)
    assert records(loaded.tables["reviews"])[0] == {
        "review": "shop:7/Tee/2024-12-31",
        "consumer": "shop:7",
        "product": "shop:Tee",
        "rating": 4.5,
        "text": "Sehr gut",
        "created_at": datetime(2024, 12, 31),
    }
    assert records(loaded.tables["products"]) == [{"product": "shop:Tee", "category": "Getränke"}]
    assert loaded.tables["consumers"]["consumer"].tolist() == ["shop:7", "shop:8"]


def test_a_chinese_workbook_out_of_ten_in_unix_time_gets_one_too(tmp_path: Path) -> None:
    rows = [
        ["用户ID", "商品", "评分", "评论内容", "评价时间"],
        ["张伟", "护手霜", 9, "很好用", 1700000000],
        ["李娜", "面膜", 7, "不错", 1700000001],
    ]
    made, loaded = scaffolded(tmp_path, as_xlsx(tmp_path / "评论.xlsx", rows))
    assert set(made.columns["reviews"]) == {"consumer", "product", "rating", "text", "created_at"}
    assert sorted(loaded.tables["reviews"]["rating"]) == [3.5, 4.5]
    assert loaded.tables["reviews"]["created_at"].min() == pd.Timestamp("2023-11-14 22:13:20")


def test_columns_with_unknown_names_are_recognised_by_their_cells(tmp_path: Path) -> None:
    rows = "1,x,25/12/2024,4,A long text about this very thing\n2,y,03/04/2024,5,Another long text and no less\n"
    file = placed(tmp_path, "dump.csv", f"customer,sku,a,b,c\n{rows}")
    made, loaded = scaffolded(tmp_path, file)
    found = made.columns["reviews"]
    assert (found["created_at"], found["rating"], found["text"]) == ("a", "b", "c")
    assert set(loaded.tables["reviews"]["created_at"]) == {pd.Timestamp("2024-12-25"), pd.Timestamp("2024-04-03")}


def test_several_tables_make_one_loader(tmp_path: Path) -> None:
    files = [
        placed(tmp_path, "orders.csv", "Order ID,Customer,Item,Qty,Total,Date\n1,ann,tea,2,9.5,2024-01-02\n"),
        placed(tmp_path, "fans.csv", "from,to\nann,bob\n"),
    ]
    made, loaded = scaffolded(tmp_path, *files)
    assert set(made.columns) == {"purchases", "follows"}
    assert loaded.rejects.empty
    assert loaded.tables["consumers"]["consumer"].tolist() == ["shop:ann", "shop:bob"]


def test_a_scaffold_has_a_readme_selects_that_say_what_a_row_is_and_a_fixture(tmp_path: Path) -> None:
    file = placed(tmp_path, "fans.csv", "from,to\n" + "".join(f"a{i},b{i}\n" for i in range(100)))
    made, _ = scaffolded(tmp_path, file)
    source = sources.find_source(str(made.folder))
    assert "| fans.csv | from | follows.follower |" in source.readme
    assert all(select.startswith("-- A row is") for select in source.selects.values())
    fixture = made.folder / "fixture" / "fans.csv"
    assert fixture.read_text().count("\n") == 6
    assert counted(load.read(source, [fixture], now=NOW), "fans.csv") == (5, 5, 0, 0)


def test_hostile_headers_are_names_in_a_scaffold(tmp_path: Path) -> None:
    name = '"; COPY x TO "y\n-- | `a`'
    file = placed(tmp_path, "fans.jsonl", json.dumps({"from": "ann", "to": "bob", name: 1}))
    made, loaded = scaffolded(tmp_path, file)
    assert made.unused == {"fans.jsonl": (name,)}
    assert loaded.rejects.empty


def test_a_loader_reads_the_files_that_it_is_given_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    placed(tmp_path / "shop", "README.md", "# shop\n\nFollows of a shop.\n")
    secret = placed(tmp_path, "secret.csv", "follower,followee\nann,bob\n")
    placed(tmp_path / "shop", "follows.sql", f"SELECT follower, followee FROM read_csv('{secret}')")
    with pytest.raises(DataError, match="file system operations are disabled"):
        load.read(sources.find_source(f"{tmp_path}/shop"), [secret], now=NOW)


def test_a_loader_of_wrong_sql_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    placed(tmp_path / "shop", "README.md", "# shop\n\nFollows of a shop.\n")
    placed(tmp_path / "shop", "follows.sql", "SELEC follower FROM fans")
    with pytest.raises(DataError, match=r"follows\.sql of the source shop does not run"):
        load.read(sources.find_source(f"{tmp_path}/shop"), [placed(tmp_path, "fans.csv", "a\n")], now=NOW)


def test_files_that_cannot_be_scaffolded_are_refused_in_one_sentence(tmp_path: Path) -> None:
    csv = sources.find_source("csv")
    odd = placed(tmp_path, "odd.csv", "a,b\n1,2\n")
    with pytest.raises(DataError, match=r"odd\.csv looks like no table: its columns are a, b"):
        csv.scaffold([odd], tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(UsageError, match="is there already"):
        csv.scaffold([odd], tmp_path)
    with pytest.raises(UsageError, match="is not a name for a source"):
        csv.scaffold([odd], tmp_path / "a b:c")
    with pytest.raises(UsageError, match="the layout of the files of ciao is fixed"):
        sources.find_source("ciao").scaffold([odd], tmp_path / "new")
    fans = [placed(tmp_path, f"{name}.csv", "from,to\nann,bob\n") for name in ("fans", "more")]
    with pytest.raises(DataError, match=r"fans\.csv and more\.csv both look like follows"):
        csv.scaffold(fans, tmp_path / "new")
    with pytest.raises(UsageError, match="there is no loader folder"):
        sources.find_source("./nowhere/shop")


# --- the commands ---------------------------------------------------------------------------------------


def test_a_scaffold_is_loaded_by_its_path_and_ignored_columns_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    placed(tmp_path, "fans.csv", "from,to,mood\nann,bob,good\n")
    placed(tmp_path, "follows.csv", "follower,followee,mood\nann,cat,good\n")

    def asked(*words: str) -> Any:
        done = CliRunner().invoke(cli, ["-q", *words])
        assert done.exit_code == 0, done.output
        return done

    made = json.loads(asked("sources", "scaffold", "csv", "fans.csv", "--name", "shop", "--format", "json").stdout)
    assert (made["folder"], made["unused"]) == (str(Path("loaders/shop")), {"fans.csv": ["mood"]})
    listed = json.loads(asked("sources", "./loaders/shop", "--format", "json").stdout)
    assert listed[0]["tables"] == ["consumers", "follows"]
    done = json.loads(asked("load", "./loaders/shop", "fans.csv", "--format", "json").stdout)
    assert done["tables"] == {"follows": 1, "consumers": 2}
    done = asked("load", "csv", "follows.csv", "--dry-run")
    assert "follows.csv: no table has 'mood'; ignored." in done.stderr


def test_sources_lists_all_or_describes_one() -> None:
    rows = json.loads(CliRunner().invoke(cli, ["sources", "--format", "json"]).stdout)
    assert {"ciao", "csv"} <= {row["source"] for row in rows}
    assert "# csv" in CliRunner().invoke(cli, ["sources", "csv"]).stdout
    assert json.loads(CliRunner().invoke(cli, ["sources", "--format", "json", "csv"]).stdout)[0]["source"] == "csv"
