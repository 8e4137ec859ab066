"""The tables of a report as files: all rows, the numbers of the page, and nothing that a program would run."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet
import pytest
import python_calamine
from brand_demo import DEMO
from command import run as run_command
from report_pages import complete
from report_runs import tile
from small_campaign import Campaign
from test_report_hostile import NAMES, TABLES, write_names

import graphkoc
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.exports.book import Column, Sheet, as_book, as_sheet_csv, as_sheet_parquet, drop_empty
from graphkoc.report.people.rows import ROWS
from graphkoc.report.tables import SHEETS, export_crm, export_tables, make_tables
from graphkoc.runs.run import Run

COLUMNS = (
    Column("name", "Name"),
    Column("people", "People", "whole"),
    Column("score", "Score", "number", bar=True),
    Column("share", "Share", "share", bar=True),
    Column("price", "Price", "money"),
    Column("day", "Day", "day"),
    Column("link", "Link", "link"),
)
ROW = {
    "name": "=1+1",
    "people": 3,
    "score": 1.25,
    "share": 0.4,
    "price": 9.5,
    "day": "2026-02-28",
    "link": "https://a.b/c",
}
BARE = dict.fromkeys(ROW)
SHEET = Sheet("some", "Some: [all]/*", COLUMNS, [ROW, BARE], fixed=1)


def read_book(packed: bytes) -> dict[str, list[list[Any]]]:
    """The cells of each sheet of a workbook, by its name."""
    book = python_calamine.load_workbook(io.BytesIO(packed))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def read_parts(packed: bytes, ends: str) -> str:
    """The files of a workbook whose names end so, as one text."""
    with zipfile.ZipFile(io.BytesIO(packed)) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(ends))


def read_tables(run: Run, folder: Path, *arguments: Any, **options: Any) -> dict[str, Any]:
    """The JSON of a run's tables."""
    graphkoc.export_tables(run, folder / "all.json", *arguments, **options)
    document: dict[str, Any] = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    return document


@pytest.fixture(scope="module")
def brand(brand_demo: Path) -> Run:
    """The invented brand, with plans and campaigns; only to be read."""
    return graphkoc.find_run(str(brand_demo / DEMO / "run"))


def test_a_workbook_has_numbers_days_and_links_as_such_and_a_name_that_a_sheet_may_have() -> None:
    packed = as_book([SHEET], "All")
    ((title, (head, full, *others)),) = read_book(packed).items()
    assert title == "Some   all"
    assert head == [column.header for column in COLUMNS]
    assert full == ["=1+1", 3, 1.25, 0.4, 9.5, datetime(2026, 2, 28).date(), "https://a.b/c"]
    assert others in ([], [[""] * 7])
    sheet = read_parts(packed, "sheet1.xml")
    assert "<f>" not in sheet
    assert all(f"<{part}" in sheet for part in ("autoFilter", "pane", "dataBar", "hyperlink"))
    assert 'Target="https://a.b/c"' in read_parts(packed, "sheet1.xml.rels")
    assert packed == as_book([SHEET], "All")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "internal:A1", "https://a.b/\n", "https://a.b/" + "x" * 3_000],
)
def test_what_is_no_address_of_the_web_is_a_text(address: str) -> None:
    packed = as_book([Sheet("some", "Some", COLUMNS[-1:], [{"link": address}])], "All")
    assert "hyperlink" not in read_parts(packed, "sheet1.xml")


@pytest.mark.parametrize(
    ("share", "code"), [(0, "0%"), (0.004, '"&lt;1%"'), (0.4, "0%"), (0.996, '"&gt;99%"'), (1, "0%")]
)
def test_a_share_that_is_nearly_0_or_1_is_shown_so(share: float, code: str) -> None:
    packed = as_book([Sheet("some", "Some", COLUMNS[3:4], [{"share": share}])], "All")
    style = int(re.findall(r'<c r="A2" s="(\d+)"', read_parts(packed, "sheet1.xml"))[0])
    styles = read_parts(packed, "styles.xml")
    formats = dict(re.findall(r'numFmtId="(\d+)" formatCode="(.*?)"/>', styles.replace("&quot;", '"'))) | {"9": "0%"}
    used = re.findall(r'numFmtId="(\d+)"', styles[styles.index("<cellXfs") :])
    assert formats[used[style]] == code


def test_a_flat_file_has_its_header_without_a_row_too_and_no_formula() -> None:
    assert as_sheet_csv(SHEET).splitlines()[1:] == ["'=1+1,3,1.25,0.4,9.5,2026-02-28,https://a.b/c", ",,,,,,"]
    nobody = Sheet("some", "Some", COLUMNS, [])
    assert as_sheet_csv(nobody) == "Name,People,Score,Share,Price,Day,Link\n"
    assert drop_empty(nobody) == nobody
    table = pyarrow.parquet.read_table(io.BytesIO(as_sheet_parquet(nobody)))
    assert [str(type_) for type_ in table.schema.types] == ["string", "int64", *["double"] * 3, "date32[day]", "string"]
    assert drop_empty(Sheet("some", "Some", COLUMNS, [BARE | {"people": 0}])).columns == COLUMNS[1:2]


@pytest.mark.parametrize("fixture", ["small_run", "brand"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_is_that_of_the_page(
    fixture: str, language: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    run: Run = request.getfixturevalue(fixture)
    page = graphkoc.make_document(run, language)["sections"]
    tables = {name: table["rows"] for name, table in read_tables(run, tmp_path, language=language)["tables"].items()}
    for row, there in zip(tables["people"], page["people"]["rows"], strict=True):
        names = (
            "audience",
            "stated",
            "unseen",
            "reviews",
            "quality",
            "score",
            "own",
            "others",
            "last",
            "price",
            "type",
        )
        assert {name: row[name] for name in names} == {name: there[name] for name in names}
        assert (row["rank"], row["name"], row["handle"]) == tuple(
            there["who"][name] for name in ("rank", "name", "handle")
        )
        assert all(tag in row["tags"] for tag in there["tags"])
    groups = [row for row in [*tables["niches"], *tables["circles"]] if not row.get("inside")]
    there = {(row["kind"], row["name"]): row for row in page["niches"]["rows"]}
    assert len(groups) == len(there)
    for kind in ("niche", "circle"):
        for row in (row for row in tables[f"{kind}s"] if not row.get("inside")):
            shown = there[kind, row["name"]]
            assert all(row[name] == shown[name] for name in ("people", "kocs", "white", "change"))
            assert {part: row[part] for part in shown["parts"]} == shown["parts"]
            assert row["white_share"] == (None if shown["white_share"] is None else round(shown["white_share"], 4))
    compare_changes(tables["changes"], page["changes"], language)
    if "plan" in page:
        compare_plan(tables["plan"], page["plan"])
    else:
        assert tables["plan"] == []


def compare_changes(rows: list[dict[str, Any]], page: dict[str, Any], language: str) -> None:
    say = graphkoc.report.catalogue.Catalogue(language)  # type: ignore[attr-defined]
    for card in page["cards"]:
        listed = [row for row in rows if row["change"] == say(f"tables.{card['change']}")]
        assert len(listed) == card["n"]
        named = [row for row in listed if row["name"] != say("tables.not_named")]
        for row, shown in zip(named, card["rows"], strict=False):
            assert (row["name"], row["details"] or "") == (shown["who"]["name"], shown["text"])
    for move, moves in page["moves"].items():
        listed = [row for row in rows if row["change"] == say(f"tables.{move}")]
        assert len(listed) == moves["n"]
        for row, shown in zip(listed, moves["rows"], strict=False):
            assert shown["text"] == say("changes.from_to_rank", before=row["before"], now=row["now"])
    details = [row["details"] for row in rows]
    assert [text for text in page["groups"] if text not in details] == []


def compare_plan(rows: list[dict[str, Any]], page: dict[str, Any]) -> None:
    for row, there in zip(rows, [*page["roster"], *page["reserve"]], strict=True):
        assert (row["order"], row["name"]) == (there["order"], there["person"]["name"])
        assert all(row[name] == there[name] for name in ("reached", "only_here", "role", "niche"))
        for name in ("posts", "cost", "total", "selling"):
            assert row[name] == (None if there[name] is None else round(there[name], 2))


def test_all_files_have_the_rows_of_the_json(brand: Run, tmp_path: Path) -> None:
    tables = read_tables(brand, tmp_path)["tables"]
    graphkoc.export_tables(brand, tmp_path / "all.xlsx")
    book = read_book((tmp_path / "all.xlsx").read_bytes())
    assert list(book) == [tables[name]["title"] for name in (*SHEETS, "about")]
    for name in SHEETS:
        table = tables[name]
        heads = {column["header"]: column["name"] for column in table["columns"]}
        head, *lines = book[table["title"]]
        cells = [[row[heads[one]] for one in head] for row in table["rows"]]
        assert [[write(cell) for cell in line] for line in lines] == [[write(cell) for cell in line] for line in cells]
        for suffix in ("csv", "parquet"):
            graphkoc.export_tables(brand, tmp_path / f"{name}.{suffix}", sheet=name)
        flat = pd.read_csv(tmp_path / f"{name}.csv", dtype=str, keep_default_na=False)
        assert list(flat.columns) == list(heads)
        assert len(flat) == len(table["rows"])
        typed = pyarrow.parquet.read_table(tmp_path / f"{name}.parquet").to_pylist()
        assert [[write(cell) for cell in row.values()] for row in typed] == [
            [write(cell) for cell in row.values()] for row in table["rows"]
        ]


def write(cell: Any) -> str:
    """A cell as text, whichever file it is of."""
    if cell is None:
        return ""
    return f"{cell:g}" if isinstance(cell, int | float) else str(cell)


def test_no_cell_holds_json_or_many_digits(brand: Run) -> None:
    cells = [cell for sheet in make_tables(brand) for row in sheet.rows for cell in row.values()]
    assert {type(cell) for cell in cells} == {str, int, float, type(None)}
    texts = [cell for cell in cells if isinstance(cell, str)]
    assert [text for text in texts if re.search(r'[\[{]"|": ', text)] == []
    assert [cell for cell in cells if isinstance(cell, float) and len(repr(cell)) > 12] == []


def test_a_file_has_everybody_where_a_page_lists_the_first(small_run: Run, tmp_path: Path) -> None:
    run = tile(small_run, 20 * len(small_run.people))
    kocs = len(run.kocs())
    assert kocs > ROWS
    done = export_tables(run, tmp_path / "people.csv")
    assert done["sheets"] == {"people": kocs}
    assert done["about"] == f"{kocs:,} people"
    assert len(pd.read_csv(tmp_path / "people.csv")) == kocs


def test_the_clients_tables_have_no_cost_no_id_and_no_name_of_who_has_not_accepted(brand: Run, tmp_path: Path) -> None:
    page = graphkoc.make_document(brand, "en", graphkoc.Reader("client"))
    document = read_tables(brand, tmp_path, reader=graphkoc.Reader("client"))
    columns = {name: [column["name"] for column in table["columns"]] for name, table in document["tables"].items()}
    assert not {"price", "id"} & set(columns["people"])
    assert not {"cost", "total", "id"} & set(columns["plan"])
    assert 0 < document["named"] < graphkoc.make_document(brand)["named"] / 2
    rows = document["tables"]["people"]["rows"]
    assert [row["name"] for row in rows] == [row["who"]["name"] for row in page["sections"]["people"]["rows"]]
    hidden = [row for row in rows if row["name"].startswith("KOC ")]
    assert hidden
    assert {(row["profile"], row["handle"]) for row in hidden} == {(None, None)}
    text = (tmp_path / "all.json").read_text(encoding="utf-8")
    known = set(brand.people["consumer"])
    assert not [one for one in known if f'"{one}"' in text]
    named = read_tables(brand, tmp_path, reader=graphkoc.Reader("client", "they signed"))
    because = [row["about"] for row in named["tables"]["about"]["rows"] if row["what"] == "Names are shown because"]
    assert because == ["they signed"]


@pytest.fixture(scope="module")
def hostile(small_run: Run) -> Run:
    """A run in which every name and every text is one of NAMES."""
    run = complete(small_run)
    return run.replaced(**{name: write_names(run.table(name)) for name in TABLES})


def test_no_hostile_name_is_a_formula_a_link_or_a_control_in_any_file(hostile: Run, tmp_path: Path) -> None:
    assert len(NAMES) >= 30
    control = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
    graphkoc.export_tables(hostile, tmp_path / "all.xlsx")
    packed = (tmp_path / "all.xlsx").read_bytes()
    for sheet in range(1, 7):
        text = read_parts(packed, f"sheet{sheet}.xml")
        assert "<f>" not in text
        assert "hyperlink" not in text
        assert not re.search(control, text)
    strings = read_parts(packed, "sharedStrings.xml")
    assert "小红书达人🌸" in strings
    assert not re.search(control, strings)
    for name in SHEETS:
        export_tables(hostile, tmp_path / "one.csv", sheet=name)
        text = (tmp_path / "one.csv").read_text(encoding="utf-8-sig")
        assert not re.search(control, text)
        assert not re.search(r"(^|,)\"?[=+@\t]", text, re.MULTILINE)
    assert not re.search(control, json.dumps(read_tables(hostile, tmp_path), ensure_ascii=False))


def test_the_same_run_gives_the_same_bytes_in_another_time_zone_and_locale(small_run: Run, tmp_path: Path) -> None:
    program = (
        "import sys, graphkoc\nfrom pathlib import Path\n"
        "run, out = graphkoc.find_run(sys.argv[1]), Path(sys.argv[2])\n"
        "for name in ('all.xlsx', 'all.json', 'people.csv', 'people.parquet'):\n"
        "    graphkoc.export_tables(run, out / name)\n"
    )
    made = []
    for place, surroundings in enumerate(({"TZ": "UTC"}, {"TZ": "Asia/Shanghai", "LC_ALL": "de_DE.UTF-8"})):
        command = [sys.executable, "-c", program, small_run.folder, str(tmp_path / str(place))]
        subprocess.run(command, check=True, env={"PYTHONPATH": ":".join(sys.path), "PATH": "", **surroundings})
        made.append({path.name: path.read_bytes() for path in (tmp_path / str(place)).iterdir()})
    assert made[0].keys() == {"all.xlsx", "all.json", "people.csv", "people.parquet"}
    assert made[0] == made[1]


def test_the_command_says_what_is_in_the_file_and_what_it_does_not_write(
    small_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*words: str, code: int = 0) -> str:
        done = run_command("export", small_run.folder, *words, cwd=tmp_path)
        assert done.returncode == code, done.stderr
        return done.stdout or done.stderr

    kocs = len(small_run.kocs())
    assert asked("-o", "people.csv").startswith(f"people.csv  {kocs} people\n")
    assert json.loads(asked("-o", "c.parquet", "--sheet", "circles", "--format", "json"))["about"].endswith(" circles")
    assert asked("-o", "all.xlsx", "--lang", "zh", "--for", "client").startswith(f"all.xlsx  {kocs} people, ")
    assert "说明" in read_book((tmp_path / "all.xlsx").read_bytes())
    assert "is not written to files like x.doc" in asked("-o", "x.doc", code=2)
    assert "which have one table" in asked("-o", "x.xlsx", "--sheet", "plan", code=2)
    assert "does not go with x.json" in asked("-o", "x.json", "--for", "crm", code=2)
    assert "--names goes with --for client" in asked("-o", "x.csv", "--names", "why", code=2)
    assert "no customer of a shop" in asked("-o", "x.csv", "--for", "crm", code=6)
    assert not list(tmp_path.glob("x.*"))


def test_a_run_without_groups_lists_product_types_and_the_sheet_to_read_says_what_is_empty(small_run: Run) -> None:
    none = {name: small_run.table(name).head(0) for name in ("niches", "circles", "members", "changes")}
    run = small_run.replaced(info=small_run.info | {"previous": None}, **none)
    sheets = {sheet.name: sheet for sheet in make_tables(run)}
    assert sheets["niches"].title == "Product types"
    assert len(sheets["niches"].rows) == run.people["main_type"].nunique()
    about = {row["what"]: row["about"] for row in sheets["about"].rows}
    assert about["Changes"] == "0 rows. There is no run before this one, or nothing changed."
    assert about["Plan"] == "0 rows. No plan is saved beside this run."
    with pytest.raises(UsageError, match="no sheet 'kols'"):
        export_tables(run, Path("x.csv"), sheet="kols")
    with pytest.raises(UsageError, match=r"not written to files like x\.doc"):
        export_tables(run, Path("x.doc"))
    with pytest.raises(AnalysisError):
        export_crm(run, Path("x.csv"))


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_flags_go_back_to_the_crm_and_a_load_of_them_meets_the_same_people_and_changes_nothing(
    small_campaign: Campaign, tmp_path: Path, suffix: str
) -> None:
    folder = Path(shutil.copytree(small_campaign.folder, tmp_path / "work"))
    run = graphkoc.find_run(str(folder / "run"))
    file = folder / f"crm.{suffix}"
    done = export_crm(run, file)
    known = csv.DictReader(io.StringIO((folder / "customers.csv").read_text(encoding="utf-8")))
    customers = {row["Customer ID"]: row for row in known}
    sheets = python_calamine.load_workbook(str(file)).get_sheet_by_index(0).to_python() if suffix == "xlsx" else []
    head, *lines = sheets or list(csv.reader(io.StringIO(file.read_text(encoding="utf-8"))))
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert {row["Customer ID"] for row in rows} == set(customers)
    assert head == ["Customer ID", "KOC", "Audience tier", "Niches", "Last score", "As of"]
    compare_flags(run, rows, {one for one, row in customers.items() if row["Accepts Email Marketing"] == "no"})
    assert done["customers"] == len(rows)
    with closing(graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")) as store:
        before = graphkoc.project(store)
        loaded = graphkoc.load(store, None, [file], key_file=folder / "key")
        after = graphkoc.project(store)
    assert [(one.source, one.layout, one.read, one.rejected) for one in loaded.files] == [
        ("crm", "graphkoc_flags", len(rows), 0)
    ]
    assert set(loaded.tables["consumers"]["consumer"]) == {f"crm:{one}" for one in customers}
    assert loaded.rejects.empty
    for name in vars(before):
        if name != "loads":
            pd.testing.assert_frame_equal(getattr(before, name), getattr(after, name))


def compare_flags(run: Run, rows: list[dict[str, Any]], refused: set[str]) -> None:
    """Each customer's flags are those of their person; refused: customers whose consent is no."""
    kocs, people = set(run.kocs()["consumer"]), run.people.set_index("consumer")
    whose = {f"crm:{row['Customer ID']}": f"crm:{row['Customer ID']}" for row in rows}
    whose |= dict(run.accounts[["account", "consumer"]].itertuples(index=False))
    for row in rows:
        person = whose[f"crm:{row['Customer ID']}"]
        expected = "no" if person not in kocs else "not to contact" if row["Customer ID"] in refused else "yes"
        assert row["KOC"] == expected
        assert float(row["Last score"]) == round(people.loc[person, "score"], 2)
    assert {row["KOC"] for row in rows} == {"yes", "no", "not to contact"}


@pytest.mark.soak
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_libreoffice_opens_the_workbook_with_all_of_its_rows(brand: Run, tmp_path: Path, language: str) -> None:
    export_tables(brand, tmp_path / "all.xlsx", language=language)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path / 'home'}", "--convert-to"]
    every = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    for kind in ("pdf", every):
        subprocess.run([*command, kind, "--outdir", str(tmp_path), "all.xlsx"], cwd=tmp_path, check=True, timeout=300)
    assert (tmp_path / "all.pdf").read_bytes().startswith(b"%PDF")
    for sheet in make_tables(brand, language)[: len(SHEETS)]:
        (file,) = tmp_path.glob(f"all-{sheet.title}.csv")
        with file.open(encoding="utf-8", newline="") as lines:
            assert sum(1 for _ in csv.reader(lines)) == len(sheet.rows) + 1
