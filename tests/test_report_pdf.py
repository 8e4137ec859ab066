"""The report on paper: a PDF that an installed browser prints, or one clear sentence."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from page_browser import find_chromium

from graphkoc import report
from graphkoc.errors import StoreError, UsageError
from graphkoc.report import browser, pdf
from graphkoc.runs.run import Run

A4 = (595, 842)
"""Width and height in points."""


@pytest.fixture(scope="module")
def facts(small_run: Run) -> dict[str, Any]:
    return report.make_document(small_run)


@pytest.fixture
def no_browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole path of programs, and empty."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}")
    monkeypatch.setattr(browser, "APPS", ())
    return folder


def install_browser(folder: Path, script: str) -> None:
    program = folder / "google-chrome"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_the_page_is_printed_on_a4(small_run: Run, tmp_path: Path) -> None:
    find_chromium()
    path = report.write_report(small_run, tmp_path / "report.pdf")
    content = path.read_bytes()
    assert content.startswith(b"%PDF-")
    # Chromium writes the objects of pages as plain text, and compresses only what is on them.
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert {(round(float(width)), round(float(height))) for width, height in boxes} == {A4}
    assert len(boxes) == len(re.findall(rb"/Type /Page\b", content)) > 1
    assert [file.name for file in tmp_path.iterdir()] == ["report.pdf"]


def test_without_a_browser_the_report_says_what_to_do(no_browser: Path, facts: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="none of them is installed") as caught:
        report.save_document(facts, tmp_path / "report.pdf")
    assert "print it there" in caught.value.hint
    assert not (tmp_path / "report.pdf").exists()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 1", "made no PDF of the page"),
        ('for it; do case $it in --print-to-pdf=*) echo "%PDF-" > "${it#*=}";; esac; done', "made no PDF of the page"),
        ("exec sleep 600", "did not print the page within 0.2 seconds"),
    ],
)
def test_a_browser_that_fails_leaves_the_older_file(
    no_browser: Path, facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, reason: str
) -> None:
    monkeypatch.setenv("PATH", f"{no_browser}:/bin:/usr/bin")
    monkeypatch.setattr(browser, "SECONDS", 0.2 if "sleep" in script else 60)
    install_browser(no_browser, script)
    older = tmp_path / "report.pdf"
    older.write_bytes(b"older")
    with pytest.raises(StoreError, match=reason):
        report.save_document(facts, older)
    assert older.read_bytes() == b"older"


@pytest.mark.parametrize("user", [0, 1000])
def test_only_for_an_administrator_the_browser_has_no_sandbox(
    no_browser: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: int
) -> None:
    monkeypatch.setattr(browser.os, "geteuid", lambda: user)
    install_browser(no_browser, f'echo "$@" > {tmp_path / "asked"}')
    with pytest.raises(StoreError):
        pdf.make_pdf("<p>A page</p>")
    asked = (tmp_path / "asked").read_text().split()
    assert ("--no-sandbox" in asked) == (user == 0)
    assert "--headless" in asked
    assert asked[-1].startswith("file:///")
