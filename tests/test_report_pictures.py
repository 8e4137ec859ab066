"""The figures of a report as files of their own: SVG that needs nothing around it, and PNG that a browser draws."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import command
import pytest
from brand_demo import DEMO
from page_browser import find_chromium
from report_numbers import find_numbers, list_numbers
from report_pages import complete

from graphkoc import report
from graphkoc.errors import StoreError, UsageError
from graphkoc.report import browser, pictures
from graphkoc.report.pictures import files
from graphkoc.report.pictures.picture import Picture
from graphkoc.report.pictures.style import SVG
from graphkoc.runs.run import Run

OF_EVERY_RUN = {"reach", "months", "map", "niches", "circles", "trust", "coverage"}


@pytest.fixture(scope="module", params=["en", "zh", "client"])
def facts(request: pytest.FixtureRequest, small_run: Run) -> dict[str, Any]:
    language = "zh" if request.param == "zh" else "en"
    reader = report.Reader("client" if request.param == "client" else "analyst")
    return report.make_document(complete(small_run), language, reader)


@pytest.fixture(scope="module")
def campaigning(brand_demo: Path) -> dict[str, Any]:
    """The facts of a run with a plan and campaigns."""
    return report.make_document(Run.load(brand_demo / DEMO / "run"))


def draw(document: dict[str, Any]) -> dict[str, Picture]:
    return {picture.name: picture for picture in report.pictures.list_pictures(document)}


def read_texts(picture: Picture) -> list[str]:
    """What is written on the picture."""
    return ["".join(text.itertext()) for text in ET.fromstring(picture.svg).iter(f"{{{SVG}}}text")]


def test_a_run_has_a_picture_of_each_figure_of_its_page(
    facts: dict[str, Any], campaigning: dict[str, Any], small_run: Run
) -> None:
    assert set(draw(facts)) >= OF_EVERY_RUN
    assert list(draw(campaigning)) == [
        *("reach", "months", "map", "niches", "circles", "curves", "funnel", "funnel-1", "lift-1", "funnel-2"),
        *("lift-2", "trust", "coverage", "brands"),
    ]
    bare = report.make_document(small_run)
    bare["sections"] = {name: facts for name, facts in bare["sections"].items() if name in ("people", "changes")}
    assert draw(bare) == {}


def test_a_picture_needs_no_style_and_no_other_file(facts: dict[str, Any], campaigning: dict[str, Any]) -> None:
    for picture in [*draw(facts).values(), *draw(campaigning).values()]:
        root = ET.fromstring(picture.svg)
        assert root.tag == f"{{{SVG}}}svg"
        assert (float(root.get("width", 0)), float(root.get("height", 0))) == (picture.width, picture.height)
        assert "Liberation Sans" in root.get("font-family", "")
        ground = root.find(f"{{{SVG}}}rect")
        assert ground is not None
        assert ground.get("fill") == "#ffffff"
        for element in root.iter():
            assert "class" not in element.attrib
            assert "style" not in element.attrib
            assert not [name for name in element.attrib if "href" in name]
        assert "var(" not in picture.svg
        drawn = {f"{{{SVG}}}{tag}" for tag in ("rect", "circle", "path", "line", "polyline", "text")}
        bare = [one for one in root.iter() if one.tag in drawn and not one.attrib.keys() & {"fill", "stroke"}]
        assert [ET.tostring(one) for one in bare] == [], picture.name


def test_a_pattern_is_in_the_picture_that_uses_it(facts: dict[str, Any]) -> None:
    for picture in draw(facts).values():
        assert ("url(#hatch)" in picture.svg) <= ('<pattern id="hatch"' in picture.svg), picture.name


def test_every_number_on_a_picture_is_one_of_the_facts(facts: dict[str, Any], campaigning: dict[str, Any]) -> None:
    for document in (facts, campaigning):
        known = list_numbers(document["sections"], document["language"])
        for picture in draw(document).values():
            cells = [cell for row in [picture.head, *picture.rows] for cell in row]
            assert find_numbers([*read_texts(picture), *cells, picture.title, picture.sentence]) <= known, picture.name


def test_the_rows_of_a_picture_are_what_it_shows(campaigning: dict[str, Any]) -> None:
    funnel = draw(campaigning)["funnel"]
    stages = campaigning["sections"]["campaign"]["funnel"]
    assert list(funnel.rows) == [(stage["label"], str(stage["people"])) for stage in stages]
    for name in ("reach", "niches", "circles", "funnel", "coverage", "brands"):
        picture = draw(campaigning)[name]
        written = re.sub(r"\s", "", "".join(read_texts(picture)))
        assert [cell for row in picture.rows for cell in row if re.sub(r"\s", "", cell) not in written] == []


def test_the_same_facts_give_the_same_pictures(small_run: Run, facts: dict[str, Any]) -> None:
    assert draw(facts) == draw(facts)


def test_texts_stay_inside_the_picture(facts: dict[str, Any], campaigning: dict[str, Any]) -> None:
    for picture in [*draw(facts).values(), *draw(campaigning).values()]:
        for text in ET.fromstring(picture.svg).findall(f"{{{SVG}}}text"):
            assert 0 <= float(text.get("x", 0)) <= picture.width, picture.name
            assert 0 < float(text.get("y", 0)) <= picture.height, picture.name


def test_the_file_is_named_after_the_figure(facts: dict[str, Any], tmp_path: Path) -> None:
    made = report.save_picture(facts, tmp_path / "map.svg")
    assert (tmp_path / "map.svg").read_text(encoding="utf-8") == made.svg
    with pytest.raises(UsageError, match="no figure called circle") as caught:
        report.save_picture(facts, tmp_path / "circle.svg")
    assert "There are: reach, months, map" in caught.value.hint


def test_png_files_are_twice_as_large(campaigning: dict[str, Any], tmp_path: Path) -> None:
    from PIL import Image

    find_chromium()
    made = report.save_pictures(campaigning, tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == {f"{one.name}.{end}" for one in made for end in ("svg", "png")}
    for picture in made:
        image = Image.open(tmp_path / f"{picture.name}.png")
        assert image.size == (2 * round(picture.width), 2 * round(picture.height))
        assert image.getpixel((0, 0)) == image.getpixel((image.width - 1, image.height - 1)) == (255, 255, 255)
        assert len(image.getcolors(2**24) or ()) > 10, "something is drawn"


def test_without_a_browser_there_is_svg_and_one_sentence(
    facts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "APPS", ())
    report.save_picture(facts, tmp_path / "trust.svg")
    with pytest.raises(UsageError, match="none of them is installed") as caught:
        report.save_picture(facts, tmp_path / "trust.png")
    assert ".svg" in caught.value.hint
    assert [file.name for file in tmp_path.iterdir()] == ["trust.svg"]
    made = report.save_pictures(facts, tmp_path / "figures")
    assert {file.name for file in (tmp_path / "figures").iterdir()} == {f"{one.name}.svg" for one in made}


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 1", "drew no figures"),
        ('for it; do case $it in --screenshot=*) echo PNG > "${it#*=}";; esac; done', "drew no figures"),
        ("exec sleep 600", "did not draw the figures within 0.2 seconds"),
    ],
)
def test_a_browser_that_fails_is_named(
    facts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    program = tmp_path / "google-chrome"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(browser, "SECONDS", 0.2 if "sleep" in script else 60)
    with pytest.raises(StoreError, match=reason):
        report.save_picture(facts, tmp_path / "trust.png")


def test_many_pictures_are_drawn_on_several_sheets(
    facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    find_chromium()
    some = [draw(facts)[name] for name in ("trust", "reach")]
    together = files.make_pngs(some)
    monkeypatch.setattr(files, "TALLEST", 100)
    assert files.make_pngs(some) == together


def test_the_command_writes_a_figure_or_all(brand_demo: Path, tmp_path: Path) -> None:
    run = brand_demo / DEMO / "run"
    done = command.run("export", run, "-o", "curves.svg", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "curves.svg  People reached at least once, by what is spent\n")
    wrong = command.run("export", run, "-o", "picture.svg", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "no figure called picture" in wrong.stderr
    find_chromium()
    done = command.run("export", run, "--figures", "figures", cwd=tmp_path)
    assert done.returncode == 0
    assert "Each is NAME.svg and, where a browser is found to draw it, NAME.png in figures." in done.stdout
    assert (tmp_path / "figures" / "map.png").read_bytes().startswith(b"\x89PNG")


def test_the_module_shares_what_it_names() -> None:
    assert pictures.__all__ == sorted(pictures.__all__)
