"""What a loader's SELECT may call: each macro has a comment above it, and its examples hold."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

import graphkoc
from graphkoc import assets
from graphkoc.capture import casts, macros
from graphkoc.capture.reading import own_tables
from graphkoc.files import read_toml
from graphkoc.tables.schema import CANONICAL, EARLIEST

FOLDER = Path(macros.__file__).parent
DEFINED = re.compile(r"^CREATE MACRO (\w+)\(", re.M)
EXAMPLE = re.compile(r"^--   (\w+)(\(.*\)) -> (.*)$", re.M)
TEXTS = {name: (FOLDER / f"{name}.sql").read_text(encoding="utf-8") for name in macros.FILES}
EXAMPLES = [match.groups() for text in TEXTS.values() for match in EXAMPLE.finditer(text)]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.execute("SET TimeZone = 'UTC'")
    opened.execute(macros.definitions())
    return opened


def test_every_file_is_loaded() -> None:
    assert sorted(macros.FILES) == sorted(path.stem for path in FOLDER.glob("*.sql"))


@pytest.mark.parametrize("name", macros.FILES)
def test_every_macro_has_a_comment_above_it(name: str) -> None:
    lines = TEXTS[name].splitlines()
    starts = [number for number, line in enumerate(lines) if DEFINED.match(line)]
    assert starts
    assert [lines[number] for number in starts if not number or not lines[number - 1].startswith("--")] == []


def test_every_macro_is_defined(connection: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT function_name FROM duckdb_functions() WHERE function_type = 'macro' AND NOT internal"
    defined = {name for (name,) in connection.execute(query).fetchall()}
    written = {name for text in TEXTS.values() for name in DEFINED.findall(text)}
    made = {"masked", "redacted", "disclosed", "origin_of", "_marked", "_undenied", "_disclosed"}
    assert defined == written | made | {"to_event", "to_mark", "_word"}


def test_every_macro_that_loaders_call_has_an_example() -> None:
    public = {name for text in TEXTS.values() for name in DEFINED.findall(text) if not name.startswith("_")}
    assert {name for name, _, _ in EXAMPLES} == public - {"refuse"}


def test_the_range_of_plausible_times_is_written_once_and_is_that_of_the_columns_check() -> None:
    assert f"TIMESTAMP '{EARLIEST:%Y-%m-%d}'" in TEXTS["times"]
    written = [path for path in assets.folder("loaders").rglob("*.sql") if f"{EARLIEST:%Y}" in path.read_text("utf-8")]
    assert written == []


@pytest.mark.parametrize(("name", "arguments", "value"), EXAMPLES)
def test_examples_hold(connection: duckdb.DuckDBPyConnection, name: str, arguments: str, value: str) -> None:
    found = connection.execute(f"SELECT coalesce(({name}{arguments})::VARCHAR, 'NULL')").fetchone()
    assert found == (value,)


def test_a_sheet_of_people_and_a_sheet_of_results_call_platforms_alike(connection: duckdb.DuckDBPyConnection) -> None:
    words = read_toml(Path(graphkoc.__file__).parent / "activate/running/campaign.toml")["words"]["platform"]
    for platform, names in words.items():
        for name in names:
            assert connection.execute("SELECT platform_of(?)", [name]).fetchone() == (platform,), name


def test_a_refusal_is_an_error_with_its_message(connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error, match=f"{macros.REFUSED}these are not reviews"):
        connection.execute("SELECT refuse('these are not reviews')").fetchall()


def test_only_what_is_called_is_defined_and_what_that_calls_in_turn() -> None:
    assert re.findall(r"^CREATE MACRO (\w+)", macros.definitions("SELECT To_Whole(a), disclosed(b, c, d)"), re.M) == [
        "_marked",
        "_undenied",
        "_disclosed",
        "disclosed",
        "to_number",
        "to_whole",
    ]


def test_casts_and_own_tables_name_the_macros_that_they_call() -> None:
    columns = [column for table in CANONICAL.values() for column in table]
    written = " ".join(casts.cast(column, "x") + casts.find_faults(column, datetime(2026, 1, 1)) for column in columns)
    assert calls(written) == set(casts.MACROS.split())
    selects = own_tables.write_selects({name: table.names for name, table in CANONICAL.items()}, "x")
    selects |= own_tables.write_selects({"reviews": ["consumer", "email"], "consumers": ["consumer"]}, "y")
    assert calls(" ".join(selects.values())) == set(own_tables.MACROS.split())


def calls(sql: str) -> set[str]:
    """The macros that some SQL calls itself."""
    defined = set(re.findall(r"^CREATE MACRO (\w+)", macros.definitions(), re.M))
    return defined & set(re.findall(r"(\w+)\(", sql))
