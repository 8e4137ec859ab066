"""The report as slides: what is on them is in the facts, and the same facts are the same file."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import command
import pytest
from brand_demo import DEMO
from page_browser import find_chromium
from pptx import Presentation
from pptx.util import Inches
from report_numbers import find_numbers, list_numbers
from report_pages import complete

from graphkoc import report
from graphkoc.exports.slides import Deck, Grid, Slide, as_slides
from graphkoc.report import browser
from graphkoc.report.slides import make_deck
from graphkoc.runs.run import Run

ELSEWHERE = {"TZ": "Asia/Shanghai", "LC_ALL": "de_DE.UTF-8", "PYTHONHASHSEED": "7"}
MAKE = """
import sys
from pathlib import Path
from graphkoc import report
from graphkoc.exports.slides import as_slides
from graphkoc.report.slides import make_deck
from graphkoc.runs.run import Run
Path(sys.argv[2]).write_bytes(as_slides(make_deck(report.make_document(Run.load(Path(sys.argv[1]))), {})))
"""


@pytest.fixture(scope="module", params=["en", "zh", "client"])
def facts(request: pytest.FixtureRequest, brand_demo: Path) -> dict[str, Any]:
    language = "zh" if request.param == "zh" else "en"
    reader = report.Reader("client" if request.param == "client" else "analyst")
    return report.make_document(Run.load(brand_demo / DEMO / "run"), language, reader)


def open_deck(document: dict[str, Any], drawn: dict[str, bytes] | None = None) -> Any:
    return Presentation(io.BytesIO(as_slides(make_deck(document, drawn or {}))))


def read_slide(slide: Any) -> list[str]:
    """What is written on a slide, and in its notes."""
    texts = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    for shape in slide.shapes:
        if shape.has_table:
            texts += [cell.text_frame.text for row in shape.table.rows for cell in row.cells]
    notes = [slide.notes_slide.notes_text_frame.text] if slide.has_notes_slide else []
    return [text for text in [*texts, *notes] if text]


def test_every_number_on_a_slide_is_one_of_the_facts(facts: dict[str, Any]) -> None:
    known = list_numbers(facts, facts["language"])
    for number, slide in enumerate(open_deck(facts).slides, 1):
        written = [text.removesuffix(f" · {number}") for text in read_slide(slide)]
        assert find_numbers(written) <= known | {str(place) for place in range(1, 11)}, number


def test_each_section_has_its_slides_in_the_order_of_the_page(facts: dict[str, Any]) -> None:
    titles = [slide.shapes.title.text_frame.text for slide in open_deck(facts).slides]
    sections = facts["sections"]
    wanted = [
        sections["first"]["title"],
        sections["people"]["heading"],
        sections["niches"]["heading"],
        sections["changes"]["heading"],
        sections["plan"]["headline"],
        sections["campaign"]["running"]["headline"],
        sections["trust"]["short"],
    ]
    places = [titles.index(title, place) for place, title in enumerate(wanted)]
    assert places == sorted(places)


def test_the_first_slide_says_what_the_data_are(facts: dict[str, Any]) -> None:
    first = "\n".join(read_slide(open_deck(facts).slides[0]))
    assert facts["notice"] in first
    assert facts["version"] in first
    assert facts["run"] in first


def test_every_slide_has_its_source_in_its_notes(facts: dict[str, Any]) -> None:
    for slide in open_deck(facts).slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert facts["run"] in notes
        assert "2025" in notes


def test_the_client_sees_no_costs_and_no_names_of_people_who_have_not_accepted(brand_demo: Path) -> None:
    run = Run.load(brand_demo / DEMO / "run")
    ours = report.make_document(run)
    theirs = report.make_document(run, "en", report.Reader("client"))
    hidden = {row["who"]["name"] for row in ours["sections"]["people"]["rows"]}
    hidden -= {row["who"]["name"] for row in theirs["sections"]["people"]["rows"]}
    hidden -= {row["person"]["name"] for row in theirs["sections"]["plan"]["roster"]}
    written = "\n".join(text for slide in open_deck(theirs).slides for text in read_slide(slide))
    assert len(hidden) > 50
    named = sorted(name for name in hidden if len(name) > 4 and name in written and name not in str(theirs))
    assert named == []
    assert "spent" not in written
    assert ours["sections"]["plan"]["caption"] not in written
    assert not any("curves" in name for name in theirs["sections"])


def test_a_figure_is_a_picture_with_words_for_who_cannot_see_it(facts: dict[str, Any], tmp_path: Path) -> None:
    find_chromium()
    deck = report.save_slides(facts, tmp_path / "deck.pptx")
    book = Presentation(str(tmp_path / "deck.pptx"))
    assert len(book.slides) == len(deck.slides)
    pictures = [shape for slide in book.slides for shape in slide.shapes if shape.shape_type == 13]
    drawn = {picture.name for picture in report.pictures.list_pictures(facts)}
    assert len(pictures) == len(drawn)
    for picture in pictures:
        assert picture._element.nvPicPr.cNvPr.get("descr")
        assert abs(picture.width / picture.height - picture.image.size[0] / picture.image.size[1]) < 0.02


def test_without_a_browser_a_table_has_the_numbers(
    facts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "APPS", ())
    report.save_slides(facts, tmp_path / "deck.pptx")
    book = Presentation(str(tmp_path / "deck.pptx"))
    funnel = next(one for one in report.pictures.list_pictures(facts) if one.name == "funnel")
    tables = [
        [tuple(cell.text_frame.text for cell in row.cells) for row in shape.table.rows][1:]
        for slide in book.slides
        for shape in slide.shapes
        if shape.has_table
    ]
    assert list(funnel.rows) in tables


def find_boxes(slide: Any) -> list[tuple[str, int, int, int, int]]:
    return [
        (shape.name, shape.left, shape.top, shape.left + shape.width, shape.top + shape.height)
        for shape in slide.shapes
        if shape.name != "Line"
    ]


def test_nothing_overlaps_and_nothing_leaves_the_slide(facts: dict[str, Any], small_run: Run) -> None:
    png = as_png(720, 400), as_png(452, 673)
    drawn = {one.name: png[one.name == "map"] for one in report.pictures.list_pictures(facts)}
    for book in (open_deck(facts), open_deck(facts, drawn), open_deck(report.make_document(complete(small_run)))):
        for number, slide in enumerate(book.slides, 1):
            boxes = find_boxes(slide)
            for place, (name, left, top, right, bottom) in enumerate(boxes):
                inside = left >= 0 and top >= 0 and right <= book.slide_width and bottom <= book.slide_height
                assert inside, (number, name)
                for other, its_left, its_top, its_right, its_bottom in boxes[place + 1 :]:
                    across = min(right, its_right) - max(left, its_left)
                    down = min(bottom, its_bottom) - max(top, its_top)
                    assert across <= 0 or down <= Inches(0.01), (number, name, other)


def as_png(width: int, height: int) -> bytes:
    from PIL import Image

    sink = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(sink, "PNG")
    return sink.getvalue()


def test_what_has_no_room_ends_in_an_ellipsis() -> None:
    long = "Everything that anybody could ever want to know. " * 90
    grid = Grid(("name", "n"), [("x" * 900, "1")] * 50, frozenset({1}))
    deck = Deck([Slide("First"), Slide(long, [long, long]), Slide("Table", ["One sentence."], grid)], "foot")
    book = Presentation(io.BytesIO(as_slides(deck)))
    title, text = (shape.text_frame.text for shape in list(book.slides[1].shapes)[:3] if shape.name != "Line")
    assert title.endswith("…")
    assert text.endswith("…")
    table = next(shape.table for shape in book.slides[2].shapes if shape.has_table)
    assert len(table.rows) < 20
    assert table.cell(1, 0).text_frame.text.endswith("…")
    assert table.cell(1, 1).text_frame.text == "1"


def test_the_same_facts_give_the_same_bytes_also_elsewhere(brand_demo: Path, tmp_path: Path) -> None:
    made = []
    for place, surroundings in enumerate(({}, ELSEWHERE)):
        path = tmp_path / f"{place}.pptx"
        command_line = [sys.executable, "-c", MAKE, str(brand_demo / DEMO / "run"), str(path)]
        subprocess.run(command_line, env=os.environ | surroundings, check=True)
        made.append(path.read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as packed:
        assert {part.date_time for part in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = Presentation(io.BytesIO(made[0])).core_properties
    assert (properties.author, properties.created.year, properties.modified.year) == ("graphkoc", 2000, 2000)


def test_chinese_slides_say_that_they_are_chinese(brand_demo: Path) -> None:
    document = report.make_document(Run.load(brand_demo / DEMO / "run"), "zh")
    packed = zipfile.ZipFile(io.BytesIO(as_slides(make_deck(document, {}))))
    assert b'lang="zh-CN"' in packed.read("ppt/slides/slide1.xml")
    assert b'<a:ea typeface="Microsoft YaHei"/>' in packed.read("ppt/theme/theme1.xml")


def test_the_command_writes_slides(brand_demo: Path, tmp_path: Path) -> None:
    find_chromium()
    done = command.run("export", brand_demo / DEMO / "run", "-o", "deck.pptx", cwd=tmp_path)
    assert done.returncode == 0
    slides = len(Presentation(str(tmp_path / "deck.pptx")).slides)
    assert done.stdout == f"deck.pptx  {slides} slides, 14 with a figure\n"


def test_the_command_says_where_nothing_is_drawn(
    brand_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "APPS", ())
    done = command.run("export", brand_demo / DEMO / "run", "-o", "deck.pptx", cwd=tmp_path)
    assert done.returncode == 0
    assert "slides, tables for figures, as no browser is found to draw them" in done.stdout


@pytest.mark.soak
def test_libreoffice_opens_the_slides(facts: dict[str, Any], tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("there is no LibreOffice")
    find_chromium()
    deck = report.save_slides(facts, tmp_path / "deck.pptx")
    command_line = [office, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    command_line += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "deck.pptx")]
    subprocess.run(command_line, check=True, capture_output=True, timeout=300)
    pages = re.findall(rb"/Type ?/Page\b", (tmp_path / "deck.pdf").read_bytes())
    assert len(pages) == len(deck.slides)
