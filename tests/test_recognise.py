"""Files that are given without a source: nested, packed, broken or unknown ones, each is read or named."""

from __future__ import annotations

import gzip
import json
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from command import run
from sources import fixture

from graphkoc.capture import load
from graphkoc.capture.reading import formats
from graphkoc.capture.recognise import list_tables, recognise
from graphkoc.capture.sources import sources
from graphkoc.errors import DataError

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EXPORTS = fixture("exports")


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHKOC_KEY", "k" * 40)


def named(loaded: load.Loaded) -> tuple[list[str], list[str]]:
    return [one.file for one in loaded.files], [one.file for one in loaded.unread]


def test_folders_and_archives_are_looked_through(tmp_path: Path) -> None:
    (tmp_path / "shop" / "2025").mkdir(parents=True)
    shutil.copy(EXPORTS / "judgeme.csv", tmp_path / "shop" / "2025" / "anything.csv")
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "follows.csv").write_text("follower,followee\nann,bob\n")
    (tmp_path / "loox.csv.gz").write_bytes(gzip.compress((EXPORTS / "loox.csv").read_bytes()))
    with zipfile.ZipFile(tmp_path / "orders.zip", "w") as archive:
        archive.write(EXPORTS / "orders_export_1.csv", "orders_export_1.csv")
        archive.write(EXPORTS / "tiktok_comments.json", "more/comments.json")
        archive.writestr("readme.pdf", "%PDF")
    loaded = load.read_recognised([tmp_path], now=NOW)
    files = {one.file: (one.source, one.layout) for one in loaded.files}
    assert files["shop/2025/anything.csv"] == ("reviewsites", "judgeme")
    assert files["loox.csv.gz"] == ("reviewsites", "loox")
    assert files["own/follows.csv"] == ("csv", "")
    assert files["orders.zip/orders_export_1.csv"] == ("crm", "shopify_orders")
    assert len(loaded.tables["engagements"]) == 2
    assert named(loaded)[1] == ["orders.zip/readme.pdf"]


def test_a_file_that_is_broken_costs_no_other_file(tmp_path: Path) -> None:
    for name in ("judgeme.csv", "loox.csv"):
        shutil.copy(EXPORTS / name, tmp_path)
    whole = gzip.compress((EXPORTS / "Trustpilot_reviews.csv").read_bytes() * 2_000, mtime=0)
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) - 20])
    (tmp_path / "locked.xlsx").write_bytes(b"no workbook")
    files, unread = named(load.read_recognised([tmp_path], now=NOW))
    assert (files, sorted(unread)) == (["judgeme.csv", "loox.csv"], ["cut.csv.gz", "locked.xlsx"])


@pytest.mark.parametrize("name", ["Trustpilot_reviews.csv.gz", "many.json.gz"])
def test_a_file_that_is_cut_off_behind_its_first_rows_is_named_by_the_command(tmp_path: Path, name: str) -> None:
    shutil.copy(EXPORTS / "judgeme.csv", tmp_path)
    whole = (EXPORTS / "Trustpilot_reviews.csv").read_bytes() * 2_000
    if name.startswith("many"):
        whole = json.dumps(
            [{"id": str(number), "reviewerID": "ann", "asin": "tea"} for number in range(9_000)]
        ).encode()
    packed = gzip.compress(whole, mtime=0)
    (tmp_path / name).write_bytes(packed[: len(packed) - 20])
    done = run("sources", "recognise", tmp_path, "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = {one["file"]: one for one in json.loads(done.stdout)}
    assert found["judgeme.csv"]["reason"] is None
    assert "cut off" in found[name]["reason"]


def test_a_view_fills_the_tables_whose_selects_read_it_and_not_those_with_a_column_of_its_name() -> None:
    known = sources()
    assert [*list_tables(known["mediacrawler"], "comments")] == ["consumers", "engagements"]
    assert [*list_tables(known["instagram"], "followers")] == ["follows"]
    assert all([*list_tables(source, view)] for source in known.values() for view in source.views if source.selects)


def test_a_document_is_parsed_once_to_be_recognised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.json").write_text(json.dumps({"notes": [{"id": 1}]}, indent=1))
    parsed: list[str] = []
    parse = formats.json_value
    monkeypatch.setattr(formats, "json_value", lambda text: parsed.append(text) or parse(text))
    recognise([tmp_path], list(sources().values()))
    assert len([text for text in parsed if "notes" in text]) == 1


def test_why_a_file_is_not_read_does_not_repeat_its_name(tmp_path: Path) -> None:
    shutil.copy(EXPORTS / "judgeme.csv", tmp_path)
    (tmp_path / "in").mkdir()
    for name in ("in/photo.xlsx", "in/cut.csv.gz", "in/cut.zip", "in/cut.tar", "in/cut.json.gz", "in/empty.csv"):
        (tmp_path / name).write_bytes(b"" if "empty" in name else b"no workbook")
    (tmp_path / "in" / "reviews.csv").write_text("consumer,product,rating,rating\nann,tea,5,5\n")
    with zipfile.ZipFile(tmp_path / "in" / "some.zip", "w") as archive:
        archive.writestr("reviews.csv.gz", b"no gzip")
    with xlsxwriter.Workbook(tmp_path / "in" / "book.xlsx") as book:
        for sheet in ("notes", "reviews"):
            book.add_worksheet(sheet).write_row(0, 0, ["consumer", "product", "product"])
            book.get_worksheet_by_name(sheet).write_row(1, 0, ["ann", "tea", "tea"])
    unread = load.read_recognised([tmp_path], now=NOW).unread
    assert len(unread) == 10
    assert not [one for one in unread if Path(one.file.split("/")[1]).name in one.reason or str(tmp_path) in one.reason]
    (reason,) = [one.reason for one in unread if one.file == "in/photo.xlsx"]
    assert reason == "it is not a readable workbook (its zip structure is broken)"


def test_contacts_are_found_wherever_the_reader_finds_them(tmp_path: Path) -> None:
    lines = [{"consumer": f"u{number}", "product": "tea"} for number in range(100)]
    lines.append({"consumer": "ann", "product": "tea", "email": "ann@tea.de"})
    (tmp_path / "reviews.jsonl").write_text("\n".join(map(json.dumps, lines)))
    with xlsxwriter.Workbook(tmp_path / "consumers.xlsx") as book:
        sheet = book.add_worksheet("follows")
        sheet.write_row(0, 0, ["consumer", "Phone"])
        sheet.write_row(1, 0, ["bob", "+4930123456"])
    (tmp_path / "reviews.xlsx").write_bytes(b"no workbook")
    (tmp_path / "consumers.csv").write_text("consumer;email\ncem;cem@tea.de\n", encoding="utf-16")
    for loaded in (load.read(sources()["csv"], [tmp_path], now=NOW), load.read_recognised([tmp_path], now=NOW)):
        people = loaded.tables["consumers"].dropna(subset=["contact_key"])
        assert people["consumer"].tolist() == ["csv:ann", "csv:bob", "csv:cem"]
        assert named(loaded)[1] == ["reviews.xlsx"]


def test_files_of_no_table_that_are_given_by_name_cost_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "follows.csv").write_text("follower,followee\nann,bob\n")
    (tmp_path / "plan.pdf").write_bytes(b"%PDF")
    loaded = load.read_recognised([tmp_path / "follows.csv", tmp_path / "plan.pdf"], now=NOW)
    assert named(loaded) == (["follows.csv"], ["plan.pdf"])


def test_what_fits_two_things_equally_is_not_guessed(tmp_path: Path) -> None:
    shutil.copytree(fixture("filmtrust"), tmp_path, dirs_exist_ok=True)
    found = {one.file: one.reason for one in recognise([tmp_path], list(sources().values()))}
    assert "it may be epinions: ratings (epinions) and filmtrust: ratings (filmtrust)" in found["ratings.txt"]
    with pytest.raises(DataError, match="name the source, graphkoc load SOURCE FILE"):
        load.read_recognised([tmp_path], now=NOW)


@pytest.mark.parametrize(
    ("source", "others"),
    [
        ("amazon", []),
        ("discourse", ["about.html", "u/Cem.json"]),
        ("instagram", ["close_friends.json", "ann_b_501000.json.xz"]),
        ("mediacrawler", []),
        ("wecom", ["openapi.yaml"]),
        ("xiaohongshu", []),
        ("yelp", ["yelp_academic_dataset_tip.json"]),
    ],
)
def test_files_of_every_source_are_recognised_as_theirs(source: str, others: list[str]) -> None:
    """All but `others`, which nothing reads and which have a reason."""
    found = recognise([fixture(source)], list(sources().values()))
    assert {one.source for one in found if one.source} == {source}
    unknown = [one for one in found if not one.source]
    assert all(one.reason for one in unknown)
    assert [name for name, one in zip(others, unknown, strict=True) if not one.file.endswith(name)] == []


def test_the_command_says_what_each_file_is_and_loads_nothing(tmp_path: Path) -> None:
    for name in ("orders_export_1.csv", "result.csv"):
        shutil.copy(EXPORTS / name, tmp_path)
    (tmp_path / "plan.csv").write_text("a;b\n1;2\n")
    done = run("sources", "recognise", ".", "--format", "json", cwd=tmp_path)
    rows = {row["file"]: row for row in json.loads(done.stdout)}
    assert rows["orders_export_1.csv"] | {"sure": None} == {
        "file": "orders_export_1.csv",
        "source": "crm",
        "layout": "shopify_orders",
        "sure": None,
        "rows": 4,
        "becomes": ["consumers", "products", "purchases"],
        "missing": [],
        "reason": None,
    }
    assert rows["result.csv"]["missing"] == ["direction"]
    assert (rows["plan.csv"]["source"], rows["plan.csv"]["rows"]) == (None, None)
    assert not (tmp_path / "graphkoc.lbug").exists()
    text = run("sources", "recognise", ".", cwd=tmp_path).stdout
    assert "orders_export_1.csv: Shopify order export, " in text
    assert "plan.csv: not known: it looks like nothing that is known (its columns: a, b)" in text


def test_a_dry_run_leaves_no_key_and_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAPHKOC_KEY")
    shutil.copy(EXPORTS / "judgeme.csv", tmp_path)
    own = {"XDG_CONFIG_HOME": str(tmp_path / "own")}
    done = run("load", "judgeme.csv", "--dry-run", "--format", "json", cwd=tmp_path, env=own)
    assert (done.returncode, json.loads(done.stdout)["new_key"]) == (0, None)
    assert [path.name for path in tmp_path.iterdir()] == ["judgeme.csv"]


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["nothere.csv"], 3, "there is no file or folder nothere.csv"),
        (["nosource", "judgeme.csv"], 2, "there is no source called 'nosource'"),
        (["crm"], 2, "Give the files that crm is to load"),
        (
            ["result.csv"],
            3,
            "followers or accounts followed: load it with --direction result.csv=followers",
        ),
        (["result.csv", "--direction", "result.csv=sideways"], 2, "a direction is followers or following"),
        (["result.csv", "--direction", "followers"], 2, "is not FILE=followers"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence(tmp_path: Path, words: list[str], code: int, sentence: str) -> None:
    for name in ("judgeme.csv", "result.csv"):
        shutil.copy(EXPORTS / name, tmp_path)
    done = run("load", *words, cwd=tmp_path)
    assert (done.returncode, sentence in " ".join(done.stderr.split())) == (code, True), done.stderr


@pytest.mark.parametrize("source", [None, "csv"], ids=["recognised", "named"])
def test_a_workbook_is_read_by_the_names_of_its_sheets_whatever_it_is_called_itself(
    source: str | None, tmp_path: Path
) -> None:
    book = tmp_path / "export of may.xlsx"
    with xlsxwriter.Workbook(book) as made:
        for name, rows in {
            "reviews": [("consumer", "product"), ("ann", "p1"), ("bob", "p1")],
            "follows": [("follower", "followee"), ("ann", "bob")],
            "Notes": [("who", "what"), ("ann", "called")],
        }.items():
            sheet = made.add_worksheet(name)
            for row, cells in enumerate(rows):
                sheet.write_row(row, 0, cells)
    loaded = load.read(sources()[source], [book]) if source else load.read_recognised([book])
    assert (loaded.tables.sizes["reviews"], loaded.tables.sizes["follows"]) == (2, 1)
    assert [one.file for one in loaded.unread] == ["export of may.xlsx/Notes"]
