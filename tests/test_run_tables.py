"""The tables of a run: every column is declared, a run writes those alone, and what is damaged is named."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from declared import check_columns
from little_store import held, tables

import graphkoc
from graphkoc.errors import UsageError
from graphkoc.qualify.gates.words import GATES, ORIGINS
from graphkoc.qualify.score import PARTS, PILLARS
from graphkoc.runs import reached
from graphkoc.runs.run import Run
from graphkoc.runs.tables import TABLES, empty, shaped


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of forty people, with every optional measure."""
    folder = tmp_path_factory.mktemp("small")
    optional = tuple(name for name, measure in graphkoc.MEASURES.items() if measure.optional)
    with held(folder / "one.lbug", tables(range(40))) as store:
        return graphkoc.analyse(store, folder / "runs" / "small", graphkoc.Settings(measures=optional))


def test_every_column_has_a_unit_where_it_is_a_number_and_one_sentence() -> None:
    for name, table in TABLES.items():
        assert table.about.endswith("."), name
        assert len(table.names) == len(set(table.names)), name
        for column in table.columns:
            assert bool(column.unit) == (column.dtype not in ("str", "bool")) or column.name == "kind", column
            assert column.about.endswith("."), column


def test_the_columns_of_gates_origins_and_parts_of_the_score_are_declared() -> None:
    declared = set(TABLES["people"].names)
    assert {f"gate_{gate.name}" for gate in GATES} <= declared
    assert {f"origin_{origin}" for origin in ORIGINS} <= declared
    assert {f"{part.name}_points" for part in (*PARTS, *PILLARS)} <= declared


def test_a_run_writes_the_declared_columns_and_no_others(small: Run) -> None:
    check_columns(small)
    check_columns(Run.load(Path(small.folder)))
    assert set(graphkoc.MEASURES) <= set(small.people)


def test_a_run_of_undated_data_writes_them_too(tmp_path: Path) -> None:
    undated = tables(range(40))
    undated["reviews"] = undated["reviews"].drop(columns="created_at")
    with held(tmp_path / "one.lbug", undated) as store:
        run = graphkoc.analyse(store, tmp_path / "run")
    assert run.info["score"]["kind"] == "percentiles"
    check_columns(run)


def test_the_run_of_the_example_writes_them_too(ciao_run: Run) -> None:
    check_columns(ciao_run)


def test_a_table_is_read_when_it_is_asked_for_and_once(small: Run) -> None:
    run = Run.load(Path(small.folder))
    assert run.niches is run.niches
    pd.testing.assert_frame_equal(run.people, small.people)
    assert run.replaced(niches=empty("niches")).niches.empty
    assert len(run.niches) == len(small.niches)


def test_rows_are_the_same_from_a_folder_as_from_a_frame(small: Run) -> None:
    stored = Run.load(Path(small.folder))
    for table in TABLES:
        assert stored.rows(table) == small.rows(table), table
    some = {"csv:1", "csv:7"}
    rows = stored.rows("people", ["rank", "consumer"], where=("consumer", some))
    assert [list(row) for row in rows] == [["rank", "consumer"]] * 2
    assert {row["consumer"] for row in rows} == some


def test_a_table_that_no_run_has_is_refused() -> None:
    with pytest.raises(TypeError, match="a run has no table persons"):
        Run("run", {}, persons=pd.DataFrame())


@pytest.fixture(scope="module")
def grouped(small: Run) -> Run:
    """The same run with a niche and a circle of two people each."""
    people = pd.DataFrame({"consumer": ["csv:1", "csv:2"], "confidence": 0.9})
    counts = {"people": 2, "kocs": 2, "kols": 0, "wide": 0, "name": "Tea"}
    counts |= dict.fromkeys(reached.PARTS, 0) | {"nobody": 2}
    run = small.replaced(
        folder=f"{small.folder}-grouped",
        niches=shaped("niches", pd.DataFrame({"niche": ["tea"], **counts})),
        circles=shaped("circles", pd.DataFrame({"circle": ["c1"], **counts})),
        members=shaped(
            "members",
            pd.concat([people.assign(kind="circle", group="c1"), people.assign(kind="niche", group="tea")]),
        ),
    )
    run.save()
    return run


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        ("kocs {run}", 40),
        ("kocs {run} --niche Tea", 2),
        ("niches {run}", 1),
        ("circles {run}", 1),
        ("members c1 {run}", 2),
        ("tiers", 5),
    ],
)
def test_a_list_is_read_without_pandas(grouped: Run, command: str, rows: int) -> None:
    arguments = ["graphkoc", *command.format(run=grouped.folder).split(), "--format", "json", "--limit", "1000"]
    program = (
        "import sys\nfrom graphkoc.__main__ import main\n"
        f"sys.argv = {arguments!r}\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = ['pandas', 'scipy', 'igraph', 'sklearn', 'networkx', 'duckdb']\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert len(json.loads(done.stdout)) >= rows
    assert done.stderr.splitlines()[-1] == "[]"


def damage(run: Run, folder: Path, file: str, content: bytes | None) -> Path:
    """A copy of a run with one file replaced, or removed."""
    copy = Path(shutil.copytree(run.folder, folder / "copy"))
    (copy / file).unlink()
    if content is not None:
        (copy / file).write_bytes(content)
    return copy


@pytest.mark.parametrize(
    ("file", "content", "sentence"),
    [
        ("run.json", b"{", "run.json: Expecting property name"),
        ("run.json", b"[" * 100_000, "run.json: maximum recursion depth"),
        ("run.json", b"\xff", "run.json: 'utf-8' codec"),
        ("people.parquet", None, "people.parquet: the file is missing"),
        ("people.parquet", b"", "people.parquet: "),
        ("people.parquet", b"PAR1" * 9, "people.parquet: "),
    ],
)
def test_a_damaged_file_is_named(small: Run, tmp_path: Path, file: str, content: bytes | None, sentence: str) -> None:
    copy = damage(small, tmp_path, file, content)
    with pytest.raises(UsageError) as caught:
        _ = Run.load(copy).people
    assert str(caught.value).startswith(f"the run in {copy.resolve()} is damaged: {sentence}")
    assert caught.value.hint == "Analyse again."


def test_an_entry_of_run_json_that_is_missing_is_named(small: Run, tmp_path: Path) -> None:
    info = {name: value for name, value in small.info.items() if name != "score"}
    copy = damage(small, tmp_path, "run.json", json.dumps(info).encode())
    with pytest.raises(UsageError, match=r"is damaged: run\.json: it has no entry score"):
        graphkoc.list_kocs(Run.load(copy))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda people: people.drop(columns="score"), "it has no column score"),
        (lambda people: people.astype({"score": "str"}), "its column score has the type large_string"),
    ],
)
@pytest.mark.parametrize("rows", [False, True])
def test_a_table_that_is_not_as_declared_is_named(
    small: Run, tmp_path: Path, change: object, why: str, rows: bool
) -> None:
    copy = Path(shutil.copytree(small.folder, tmp_path / "copy"))
    change(small.people).to_parquet(copy / "people.parquet")
    run = Run.load(copy)
    with pytest.raises(UsageError, match=rf"people\.parquet: {why}"):
        _ = run.rows("people", ["consumer"]) if rows else run.people


def test_a_run_that_cannot_be_read_is_passed_over_with_a_sentence(tmp_path: Path) -> None:
    with held(tmp_path / "one.lbug", tables(range(40))) as store:
        first = graphkoc.analyse(store, tmp_path / "runs" / "first")
        graphkoc.analyse(store, tmp_path / "runs" / "second")
        (tmp_path / "runs" / "second" / "lifelines.parquet").write_bytes(b"")
        third = graphkoc.analyse(store, tmp_path / "runs" / "third")
    assert first.info["passed_over"] == []
    assert third.info["previous"]["run"] == "first"
    (sentence,) = third.info["passed_over"]
    assert sentence.startswith("the run second is passed over: the run in second is damaged: lifelines.parquet: ")
