"""The client's sheet goes out with reasons and without costs, and comes back however it was changed."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from command import run as run_command
from hypothesis import given, settings
from hypothesis import strategies as st
from small_campaign import FORMULA, NAMED, Campaign, planted

import graphkoc
from graphkoc.capture.reading import table_file
from graphkoc.errors import AnalysisError, DataError, StoreError, UsageError
from graphkoc.invite.decisions import FILE, append, decide_now, list_refused, read
from graphkoc.invite.longlist import COLUMNS, choose_people
from graphkoc.invite.marks import Sheet, read_mark, read_marks
from graphkoc.invite.saved import plans_folder, save_list

WORDS = {
    "yes": ["yes", "YES ", "y", "Ja", "是", "✓", "✔️", "x", "X", "true", "1", "ok", "√", "通过", "（是）"],
    "no": ["no", "No!", "nein", "否", "✗", "false", "0", "不", "×", "拒绝"],
    "reserve": ["reserve", "Reserve", "backup", "备选", "Ersatz", "候补"],
}
HEADERS = {
    "consumer": ["consumer", "CONSUMER", "Consumer ID", "编号", "Kennung", "Wer"],
    "decision": ["decision", "DECISION", " Decision ", "决定", "定人", "Entscheidung", "Client's decision", "客户确认"],
    "reason": ["reason", "Reason", "理由", "Grund", "备注"],
}


@pytest.fixture(scope="module")
def run(small_campaign: Campaign) -> graphkoc.Run:
    return small_campaign.run


@pytest.fixture(scope="module")
def store(small_campaign: Campaign) -> Iterator[graphkoc.Store]:
    store = small_campaign.open()
    yield store
    store.close()


def moved(run: graphkoc.Run, folder: Path) -> graphkoc.Run:
    """The same run, with the saved lists and decisions of a folder of its own."""
    return run.replaced(folder=str(folder / "run"))


def read_sheet(file: Path) -> list[dict[str, str | None]]:
    """The rows of a sheet that was written, by column."""
    ((rows, bad),) = table_file.read_cells(file).values()
    assert not bad
    header = [str(cell) for cell in rows[0][1]]
    return [dict(zip(header, cells, strict=False)) for _, cells in rows[1:]]


def write_file(file: Path, rows: list[list[Any]], delimiter: str = ",") -> Path:
    """Rows as a client's program saves them."""
    if file.suffix == ".xlsx":
        with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as book:
            sheet = book.add_worksheet("Sheet 1")
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
        return file
    sink = io.StringIO()
    csv.writer(sink, delimiter=delimiter).writerows(rows)
    file.write_text(sink.getvalue(), encoding="utf-8-sig")
    return file


# --- out ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_the_sheet_has_a_row_a_person_with_reasons_evidence_and_empty_decisions(
    store: graphkoc.Store, run: graphkoc.Run, tmp_path: Path, suffix: str
) -> None:
    file = tmp_path / f"longlist{suffix}"
    done = graphkoc.write_longlist(store, run, file, limit=12)
    rows = read_sheet(file)
    assert [*rows[0]] == [*COLUMNS]
    assert done == {
        "file": str(file),
        "client": None,
        "people": 12,
        "left_out": [f"{len(run.ranked()) - len(willing(run))} people: may not be contacted"],
    }
    assert [row["consumer"] for row in rows] == [person["consumer"] for person in willing(run)][:12]
    for row in rows:
        assert "reviews in the last year" in str(row["why"])
        assert row["decision"] is None is row["reason"]
        assert str(row["link"]).startswith("https://forum.example.com/u/") and "?" not in str(row["link"])
    quoted = next(row for row in rows if row["evidence"])
    assert "boils p" in str(quoted["evidence"]) and "(r" in str(quoted["evidence"])


def willing(run: graphkoc.Run) -> list[dict[str, Any]]:
    """The KOCs by rank who may be contacted."""
    return [person for person in run.ranked() if person["consent"] != "no"]


def test_a_workbook_offers_the_three_words_and_a_formula_in_a_name_stays_text(
    store: graphkoc.Store, run: graphkoc.Run, tmp_path: Path
) -> None:
    import zipfile

    for suffix, shown in ((".xlsx", FORMULA), (".csv", f"'{FORMULA}")):
        graphkoc.write_longlist(store, run, tmp_path / f"list{suffix}")
        names = {row["consumer"]: row["name"] for row in read_sheet(tmp_path / f"list{suffix}")}
        assert names[f"crm:{NAMED}"] == shown
    with zipfile.ZipFile(tmp_path / "list.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert '<dataValidation type="list"' in sheet and '"yes,no,reserve"' in sheet


def test_the_price_is_what_the_client_pays_and_never_what_somebody_asks(
    store: graphkoc.Store, run: graphkoc.Run, tmp_path: Path
) -> None:
    mine = moved(run, tmp_path)
    first, second = (person["consumer"] for person in willing(run)[:2])
    people = [{"consumer": first, "selling": 345.5, "cost": 99.25, "quote": 77.75}, {"consumer": second, "cost": 88.5}]
    save_list(plans_folder(Path(mine.folder)), {"kind": "plan", "name": "spring", "people": people})
    graphkoc.write_longlist(store, mine, tmp_path / "list.csv", plan="spring")
    assert [row["price"] for row in read_sheet(tmp_path / "list.csv")] == ["345.5", None]
    text = (tmp_path / "list.csv").read_text(encoding="utf-8")
    assert not [cost for cost in ("99.25", "77.75", "88.5") if cost in text]


def test_a_plans_people_come_in_its_order_and_one_whom_the_run_lacks_is_said_to_be_so(
    store: graphkoc.Store, run: graphkoc.Run, tmp_path: Path
) -> None:
    mine = moved(run, tmp_path)
    ids = [person["consumer"] for person in willing(run)[:3]][::-1]
    people = [{"consumer": one} for one in [*ids, "forum:gone"]]
    save_list(plans_folder(Path(mine.folder)), {"kind": "focus-group", "name": "组 1", "people": people})
    graphkoc.write_longlist(store, mine, tmp_path / "list.csv", plan="组 1")
    rows = read_sheet(tmp_path / "list.csv")
    assert [row["consumer"] for row in rows] == [*ids, "forum:gone"]
    assert rows[-1]["why"] == "not among the people of the run run"


def test_a_niche_holds_its_people_alone(store: graphkoc.Store, run: graphkoc.Run, tmp_path: Path) -> None:
    niche = run.niches["niche"].iloc[0]
    graphkoc.write_longlist(store, run, tmp_path / "list.csv", niche=niche)
    inside = {person["consumer"] for person in run.ranked(niche)}
    listed = {row["consumer"] for row in read_sheet(tmp_path / "list.csv")}
    assert listed == inside & {person["consumer"] for person in willing(run)}


def test_a_mistake_is_one_sentence_and_writes_nothing(store: graphkoc.Store, run: graphkoc.Run, tmp_path: Path) -> None:
    mine = moved(run, tmp_path)
    with pytest.raises(UsageError, match=r"not written as \.pdf"):
        graphkoc.write_longlist(store, mine, tmp_path / "list.pdf")
    with pytest.raises(UsageError, match="no saved plan or focus-group called 'spring'"):
        graphkoc.write_longlist(store, mine, tmp_path / "list.csv", plan="spring")
    with pytest.raises(UsageError, match="no niche called 'nonsense'"):
        graphkoc.write_longlist(store, mine, tmp_path / "list.csv", niche="nonsense")
    refused = [decide_now("Brisko", person["consumer"], "no") for person in run.ranked()]
    append(plans_folder(Path(mine.folder)), refused)
    with pytest.raises(AnalysisError, match="nobody to put on a list"):
        graphkoc.write_longlist(store, mine, tmp_path / "list.csv", client="Brisko")
    assert not (tmp_path / "list.csv").exists()
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        graphkoc.write_longlist(store, mine, tmp_path / "folder.csv")


# --- back ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("decision", "word"), [(decision, word) for decision in WORDS for word in WORDS[decision]])
def test_a_mark_is_read_in_words_signs_and_languages(decision: str, word: str) -> None:
    assert read_mark(word) == decision


@pytest.mark.parametrize("word", ["perhaps", "yes but later", "no problem", "?", "pass", "-", "3", "r"])
def test_a_mark_that_may_mean_something_else_is_not_guessed(word: str) -> None:
    assert read_mark(word) is None


@given(data=st.data())
@settings(max_examples=40)
def test_a_sheet_that_was_reordered_extended_cut_renamed_and_translated_loses_no_mark(
    run: graphkoc.Run, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("sheet")
    mine = moved(run, folder)
    draw = data.draw
    people = [person["consumer"] for person in willing(run)][: draw(st.integers(1, 20))]
    kept = draw(st.lists(st.sampled_from(people), min_size=1, unique=True))
    marks = {one: draw(st.none() | st.sampled_from([*WORDS])) for one in kept}
    rng = random.Random(draw(st.integers(0, 1_000)))
    columns = [name for name in COLUMNS if name in HEADERS or rng.random() < 0.7] + ["Internal note", "Budget"]
    rng.shuffle(columns)
    named = {name: rng.choice(HEADERS[name]) if name in HEADERS else name for name in columns}
    if named["consumer"] == "Wer" and not any(marks.values()):
        named["consumer"] = "consumer"
    cells: dict[str, dict[str, Any]] = {
        one: {
            "consumer": one,
            "decision": rng.choice(WORDS[mark]) if mark else rng.choice(["", " "]),
            "reason": f"因为, “{number}”\nja" if mark and number % 2 else "",
            "Internal note": rng.choice(["", "ask Anna, then Bo, then Cyd", "是吗"]),
            "Budget": number * 10,
        }
        for number, (one, mark) in enumerate(marks.items())
    }
    rows: list[list[Any]] = [[named[name] for name in columns]]
    rows += [[cells[one].get(name, f"{name} of {one}") for name in columns] for one in kept]
    if rng.random() < 0.5:
        rows.insert(0, ["Longlist for approval, please reply by Friday", *[""] * (len(columns) - 1)])
    suffix, delimiter = rng.choice([(".xlsx", ""), (".csv", ","), (".csv", ";"), (".tsv", "\t")])
    file = write_file(folder / f"reply{suffix}", rows, delimiter or ",")
    done = graphkoc.record_decisions(mine, file, "Nordkessel")
    assert done["not_read"] == []
    stated = {one.consumer: one.decision for one in read(plans_folder(Path(mine.folder)))}
    assert stated == {one: mark for one, mark in marks.items() if mark}
    assert done["new"] == len(stated) == done["yes"] + done["no"] + done["reserve"]
    reasons = {one.consumer: one.reason for one in read(plans_folder(Path(mine.folder)))}
    assert all(reasons[one] == str(cells[one]["reason"]).strip() for one in stated)
    again = graphkoc.record_decisions(mine, file, "NORDKESSEL")
    assert again["new"] == 0, "the same sheet again decides nothing anew"


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([*WORDS])), max_size=25))
def test_a_no_is_in_no_later_list_for_that_client(
    run: graphkoc.Run, tmp_path_factory: pytest.TempPathFactory, marks: list[tuple[int, str]]
) -> None:
    folder = plans_folder(tmp_path_factory.mktemp("decided") / "run")
    people = [person["consumer"] for person in willing(run)]
    for place, decision in marks:
        append(folder, [decide_now("Nordkessel", people[place], decision)])
    last = {people[place]: decision for place, decision in marks}
    refused = {one for one, decision in last.items() if decision == "no"}
    listed, _ = choose_people(run, refused=list_refused(folder, "nordkessel"))
    assert [person["consumer"] for person in listed] == [one for one in people if one not in refused]
    planned = [{"consumer": one} for one in people[:10]] + [{"consumer": "forum:50"}]
    listed, _ = choose_people(run, refused=list_refused(folder, "Nordkessel"), planned=planned)
    assert not {person["consumer"] for person in listed} & refused
    others, _ = choose_people(run, refused=list_refused(folder, "Brisko"))
    assert len(others) == len(people)


def sheet(*rows: list[str | None], name: str = "Sheet 1") -> Sheet:
    return Sheet(name, [*enumerate(rows, 1)])


KNOWN = {"a:1": "a:1", "a:2": "a:2", "x:9": "a:2"}


def test_rows_that_cannot_be_read_are_reported_with_their_numbers_and_harm_no_other() -> None:
    found = read_marks(
        [
            sheet(
                ["consumer", "decision", "reason"],
                ["a:1", "perhaps", None],
                ["a:9", "yes", None],
                [None, "no", None],
                ["a:2", "no", "rival"],
                ["a:1", None, "too expensive"],
            )
        ],
        KNOWN,
    )
    assert [(mark.consumer, mark.decision, mark.reason, mark.row) for mark in found.marks] == [
        ("a:2", "no", "rival", 5)
    ]
    assert [(fault.row, fault.person, fault.why) for fault in found.faults] == [
        (2, "a:1", "“perhaps” is neither yes, no nor reserve"),
        (3, "a:9", "its id is unknown"),
        (4, "", "it has no id"),
        (6, "a:1", "a reason without a decision"),
    ]


def test_a_person_who_is_marked_twice_is_one_decision_or_a_conflict() -> None:
    header: list[str | None] = ["decision", "consumer", "reason"]
    same = read_marks([sheet(header, ["yes", "a:2", "good"], ["ja", "x:9", "very"])], KNOWN)
    assert [(mark.consumer, mark.decision, mark.reason) for mark in same.marks] == [("a:2", "yes", "good; very")]
    different = read_marks([sheet(header, ["yes", "a:2", None], ["no", "x:9", None], ["yes", "a:1", None])], KNOWN)
    assert [mark.consumer for mark in different.marks] == ["a:1"]
    why = "marked in different ways: row 2 says yes, row 3 says no"
    assert [(fault.row, fault.person, fault.why) for fault in different.faults] == [(2, "a:2", why), (3, "a:2", why)]
    two_columns = read_marks([sheet(["id", "decision", "Boss' decision"], ["a:1", "yes", "no"])], KNOWN)
    assert (two_columns.marks, len(two_columns.faults)) == ([], 1)


def test_decisions_in_a_column_of_another_name_are_found_by_their_marks() -> None:
    found = read_marks([sheet(["Wen?", "Votum", "Stadt"], ["a:1", "x", "Kiel"], ["a:2", "nein", "Ulm"])], KNOWN)
    assert {mark.consumer: mark.decision for mark in found.marks} == {"a:1": "yes", "a:2": "no"}
    empty = read_marks([sheet(["consumer", "decision", "OK?"], ["a:1", None, "✓"])], KNOWN)
    assert [(mark.consumer, mark.decision) for mark in empty.marks] == [("a:1", "yes")]
    beside = read_marks([sheet(["consumer", "decision", "age checked"], ["a:1", "no", "✓"])], KNOWN)
    assert [(mark.decision, beside.unread) for mark in beside.marks] == [("no", ["age checked"])]


def test_where_two_columns_may_be_the_decisions_nobody_guesses() -> None:
    with pytest.raises(DataError, match="not clear which column has the decisions: A, B"):
        read_marks([sheet(["id", "A", "B"], ["a:1", "yes", "no"])], KNOWN)


def test_a_file_without_ids_or_decisions_is_one_sentence(run: graphkoc.Run, tmp_path: Path) -> None:
    mine = moved(run, tmp_path)
    for rows in ([["city", "sales"], ["Kiel", "3"]], [["consumer", "city"], ["crm:1", "Kiel"]]):
        file = write_file(tmp_path / "other.csv", rows)
        with pytest.raises(DataError, match="no sheet of the file has ids of people and decisions"):
            graphkoc.record_decisions(mine, file, "Brisko")
    with pytest.raises(DataError, match="of no kind that graphkoc reads as a sheet"):
        graphkoc.record_decisions(mine, tmp_path / "reply.docx", "Brisko")
    with pytest.raises(DataError, match="cannot be read"):
        graphkoc.record_decisions(mine, tmp_path / "gone.csv", "Brisko")
    (tmp_path / "bad.xlsx").write_bytes(b"PK no workbook")
    with pytest.raises(DataError, match="workbook"):
        graphkoc.record_decisions(mine, tmp_path / "bad.xlsx", "Brisko")


def test_marks_on_several_sheets_and_below_an_empty_row_are_read(run: graphkoc.Run, tmp_path: Path) -> None:
    mine = moved(run, tmp_path)
    first, second = (person["consumer"] for person in willing(run)[:2])
    with xlsxwriter.Workbook(tmp_path / "reply.xlsx") as book:
        book.add_worksheet("Cover").write(0, 0, "For Ms Moss")
        for name, one, mark in (("KOL", first, "yes"), ("KOC", second, "no")):
            page = book.add_worksheet(name)
            page.write_row(2, 1, ["决定", "编号"])
            page.write_row(4, 1, [mark, one])
    done = graphkoc.record_decisions(mine, tmp_path / "reply.xlsx", "Brisko")
    assert (done["yes"], done["no"], done["not_read"]) == (1, 1, [])


def test_the_commands_write_the_sheet_and_read_it_back(small_campaign: Campaign, tmp_path: Path) -> None:
    place = ("--store", small_campaign.url)
    run = small_campaign.folder / "run"
    done = run_command(*place, "longlist", run, "--limit", 3, "-o", "list.xlsx", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "3 people in list.xlsx"), done.stderr
    rows = read_sheet(tmp_path / "list.xlsx")
    marked = [[*COLUMNS], *([row[name] or "" for name in COLUMNS] for row in rows)]
    for row, mark in zip(marked[1:], ("yes", "no", "hm"), strict=True):
        row[COLUMNS.index("decision")] = mark
    write_file(tmp_path / "reply.csv", marked)
    done = run_command(*place, "decide", "reply.csv", "--client", "Command GmbH", "--run", run, cwd=tmp_path)
    assert done.returncode == 7
    assert done.stdout == "1 yes, 1 no, 0 reserve, on 3 rows that name a person; 2 not known before\n"
    assert f"Not taken: reply.csv, row 4 ({rows[2]['consumer']}): “hm” is neither yes, no nor reserve." in done.stderr
    done = run_command(
        *place, "longlist", run, "--client", "command gmbh", "-o", "next.csv", "--format", "json", cwd=tmp_path
    )
    assert "1 person: refused by the client" in json.loads(done.stdout)["left_out"]
    assert rows[1]["consumer"] not in {row["consumer"] for row in read_sheet(tmp_path / "next.csv")}


def test_no_contact_is_in_what_a_longlist_and_its_decisions_leave(
    store: graphkoc.Store, run: graphkoc.Run, tmp_path: Path
) -> None:
    mine = moved(run, tmp_path)
    graphkoc.write_longlist(store, mine, tmp_path / "list.csv")
    rows = read_sheet(tmp_path / "list.csv")
    write_file(tmp_path / "reply.csv", [["consumer", "decision"], *([row["consumer"], "yes"] for row in rows)])
    graphkoc.record_decisions(mine, tmp_path / "reply.csv", "Brisko")
    assert (tmp_path / "plans" / FILE).exists()
    for path in tmp_path.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        assert not [text for number in range(60) for text in planted(number) if text.encode() in content], path
