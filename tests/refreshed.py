"""A folder in which reports are refreshed: small files, the settings, and what stands in it afterwards."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import little_store
from report_pages import Page

__all__ = ["WEEK", "add_reviews", "list_folders", "read_index", "read_log", "write_place"]

SETTINGS = '[refresh]\npaths = ["csv", "exports"]\n'
FILES = ("consumers", "reviews", "products", "follows")


def write_place(folder: Path, settings: str = SETTINGS) -> Path:
    """A folder with graphkoc.toml and exports/: sixty people who follow five others and wrote two reviews each."""
    (folder / "exports").mkdir(parents=True)
    (folder / "graphkoc.toml").write_text(settings, encoding="utf-8")
    tables = little_store.tables(range(60))
    for name in FILES:
        rows = tables[name].astype("str")
        for column in rows:
            rows[column] = rows[column].str.removeprefix("csv:")
        rows.to_csv(folder / "exports" / f"{name}.csv", index=False)
    return folder


def add_reviews(folder: Path, days: Iterable[date], name: str = "reviews.csv") -> None:
    """Add a review by the first person on each of these days, each of a product of its own."""
    with (folder / "exports" / name).open("a", newline="", encoding="utf-8") as sink:
        csv.writer(sink).writerows([f"more-{day}", "0", f"of-{day}", day] for day in days)


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The lines of the log."""
    return [json.loads(line) for line in (folder / "reports/refreshes.jsonl").read_text(encoding="utf-8").splitlines()]


def list_folders(folder: Path) -> list[str]:
    """The names of the reports, the oldest first."""
    return sorted(path.name for path in (folder / "reports").iterdir() if path.is_dir())


def read_index(folder: Path) -> tuple[str, list[str]]:
    """The text of the page that lists the reports, and the folders of the reports that it links to.

    Each of them is there, whole.
    """
    page = Page((folder / "reports/index.html").read_text(encoding="utf-8"))
    links = page.attributes("a", "href")
    for link in links:
        assert (folder / "reports" / link).stat().st_size, link
    return page.text, [link.removesuffix("/report.html") for link in links if link.endswith("/report.html")]


WEEK = [date(2020, 6, 1) + timedelta(days=day) for day in range(7)]
