"""The source csv: an analyst's own tables, whatever they are saved as, come back as what they were."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import graphkoc
from graphkoc import loaders
from graphkoc.stores import arrow
from graphkoc.tables import CANONICAL, Column, Table

NOW = datetime(2026, 1, 1, tzinfo=UTC)
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example opens a database; shrinking a failure would take minutes."""
Rows = list[dict[str, Any]]

# --- writing tables as an analyst's tools do -----------------------------------------------------------


def said(value: Any) -> str:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def as_csv(path: Path, rows: Rows, delimiter: str = ",") -> Path:
    """Nulls are empty cells, texts are quoted."""

    def cell(value: Any) -> str:
        return "" if value is None else '"' + said(value).replace('"', '""') + '"'

    lines = [delimiter.join(map(cell, line)) for line in (rows[0].keys(), *(row.values() for row in rows))]
    path.write_bytes(("\n".join(lines) + "\n").encode())
    return path


def as_jsonl(path: Path, rows: Rows) -> Path:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False, default=said) + "\n" for row in rows), "utf-8", newline=""
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


def read(*paths: Path, encoding: str | None = None) -> loaders.Loaded:
    return loaders.read(loaders.find_source("csv"), paths, encoding=encoding, now=NOW)


def placed(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def counted(loaded: loaders.Loaded, file: str) -> tuple[int, int, int, int]:
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
    "NULL",
    "nan",
    "true",
    "‏עברית",
    "a/b~c",
    "😀",
]
text = st.one_of(
    st.sampled_from(
        ["", "=1+1", "NA", "null", 'say "hi"', "two\nlines", "a;b,c\td", "שלום ‮abc", "非常好用😀", " edge "]
    ),
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=12),
)
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
        columns = [column for column in table if column.required or draw(st.booleans())]
        row = st.fixed_dictionaries(
            {
                column.name: values(column, format_) if column.required else st.none() | values(column, format_)
                for column in columns
            }
        )
        rows = draw(st.lists(row, min_size=1, max_size=5, unique_by=lambda row, t=table: tuple(row[k] for k in t.key)))
        made[name] = [{column.name: row[column.name] for column in columns} for row in rows]
    return made


def expected(table: Table, rows: Rows) -> Rows:
    """The rows as a store has them: ids with their source, in the order of their keys."""
    ids = {column.name for column in table if column.kind == "id"}

    def kept(name: str, value: Any) -> Any:
        return f"csv:{value}" if name in ids and value is not None and ":" not in value else value

    return sorted(
        ({name: kept(name, value) for name, value in row.items()} for row in rows),
        key=lambda row: [row[key] for key in table.key],
    )


@pytest.mark.parametrize("format_", ["csv", "tsv", "jsonl", "parquet", "xlsx"])
@given(data=st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck), phases=UNSHRUNK)
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


@pytest.mark.parametrize("format_", ["csv", "jsonl", "parquet", "xlsx"])
@given(data=st.data())
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=UNSHRUNK)
def test_and_so_does_the_embedded_store(
    tmp_path_factory: pytest.TempPathFactory, format_: str, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("raw")
    made = data.draw(tables(format_))
    for name, rows in made.items():
        written(folder, format_, CANONICAL[name], rows)
    store = graphkoc.open_store(f"ladybug:{tmp_path_factory.mktemp('store') / 'graph.lbug'}")
    try:
        graphkoc.load(store, "csv", [folder])
        for name, rows in made.items():
            table = CANONICAL[name]
            wanted = expected(table, rows)
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
