"""Reports in tests: a page taken apart, and runs that have what a small market lacks."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from itertools import cycle, islice
from typing import Any

import numpy as np
import pandas as pd

from graphkoc.qualify.authenticity import ranking_without
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.readers import Reader
from graphkoc.report.sections import find_sections
from graphkoc.report.view import View
from graphkoc.runs.reached import shares
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped

__all__ = [
    "HOSTILE",
    "Page",
    "complete",
    "figures",
    "marked",
    "namespaced",
    "rename_all",
    "section",
    "section_facts",
    "table_rows",
    "with_info",
]

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "]]></title></style><a href=javascript:alert(1)>x",
    "{{ 7 * 7 }}{% raw %}",
    "evil\u202egnp.exe",
    "a\x00b\x1b[31m\u200b\ufeff",
    "a" * 100_000,
    "小红书达人🌸",
    "",
    "\u200b\u200b",
    None,
    "=HYPERLINK(1)",
]

SUSPICIOUS = 8


class Page(HTMLParser):
    """The elements of a page, its text, and the text inside scripts, styles and the title."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self._open: str | None = None
        self._text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in ("dd", "li", "td", "th"):
            self._text += " "
        if tag in self.inside:
            self._open = tag
            self.inside[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._open:
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inside[self._open][-1] += data
        else:
            self._text += data

    @property
    def text(self) -> str:
        """What a reader sees, with single spaces."""
        return " ".join(self._text.split())

    @property
    def policy(self) -> str:
        return next(attrs["content"] for tag, attrs in self.elements if tag == "meta" and "http-equiv" in attrs)

    def attributes(self, tag: str, name: str) -> list[str]:
        """The values of an attribute of all elements of a tag that have it."""
        return [attrs[name] for element, attrs in self.elements if element == tag and name in attrs]


def section(page: str, name: str) -> str | None:
    """The text of a section, by its id; None where there is none."""
    found = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    return Page(found.group()).text if found else None


def section_facts(run: Run, name: str, language: str = "en", **reader: Any) -> Any:
    """The facts of one section, without those that no other section asks for; reader: as for Reader."""
    sections = {one.name: one.facts for one in find_sections()}
    return View(run, sections, Catalogue(language), Reader(**reader)).facts(name)


def table_rows(page: str, name: str, label: str) -> list[list[str]]:
    """The texts of the cells of a section's table, its header included; label: of the region around it."""
    inside = re.search(rf'<section id="{name}".*?</section>', page, re.DOTALL)
    assert inside
    table = re.search(rf'aria-label="{label}">(.*?)</table>', inside.group(), re.DOTALL)
    assert table, label
    rows = re.findall(r"<tr.*?</tr>", table.group(1), re.DOTALL)
    return [[Page(cell).text for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


def figures(page: str) -> list[ET.Element]:
    return [ET.fromstring(text) for text in re.findall(r"<svg .*?</svg>", page, re.DOTALL)]


def namespaced(tag: str) -> str:
    return f"{{http://www.w3.org/2000/svg}}{tag}"


def marked(figure: ET.Element, tag: str, word: str) -> list[ET.Element]:
    """The elements of a tag that have the class."""
    return [element for element in figure.iter(namespaced(tag)) if word in element.get("class", "").split()]


def with_info(run: Run, **info: Any) -> Run:
    return run.replaced(info=run.info | info)


def complete(run: Run) -> Run:
    """A small run with what its market lacks: white space, finer niches, suspicious people, accounts, doubtful circles.

    Wide-audience accounts reach 90% of the largest niche, 80% of the next and so on. The first eight people are a
    group, and the first of them shows a burst.
    """
    niches = run.niches.assign(kol_reach=[0.9 - 0.1 * i for i in range(len(run.niches))], koc_reach=0.31)
    niches = divide(niches)
    first = niches["niche"].iloc[0]
    finer = niches.head(2).assign(niche=[f"{first}/a", f"{first}/b"], name=["Finer A", "Finer B"], parent=first)
    finer = divide(finer.assign(level="finer", basis="products", people=[9, 5], change=None))
    table = shaped("niches", pd.concat([niches, finer], ignore_index=True))
    circles = run.circles.copy()
    circles.loc[circles.index[-1], ["status", "kocs"]] = ["tentative", 0]
    circles.loc[circles.index[1], "cohort_ratio"] = np.nan
    ranked = run.kocs()["consumer"]
    group = sorted([*ranked.iloc[4:7], *run.people.loc[run.people["rank"].isna(), "consumer"].head(5)])
    shown = pd.DataFrame({"consumer": group, "pattern": "group", "group": "g1"})
    shown["evidence"] = "reviewed up to 6 of the same products within 14 days of 7 others"
    burst = shown.head(1).assign(consumer=ranked.iloc[4], pattern="burst", group=None)
    burst["evidence"] = "12 of 20 reviews in the 7 days from 2026-01-01"
    score = run.people["score"].to_numpy(copy=True)
    # The first changes places with the second where the suspicious people are left out.
    by_rank = run.people["rank"].fillna(0).to_numpy(dtype=int)
    second, third = (float(score[by_rank == rank][0]) for rank in (2, 3))
    score[by_rank == 1] = (second + third) / 2
    moves = ranking_without.moves(run.people, run.people["consumer"].isin(group).to_numpy(), score)
    block = {"people": 8, "products": 6, "reviews": 44, "density": 2.5, "bound": 3.25, "chance": 1.25}
    patterns = run.info["authenticity"]["patterns"] | {"group": SUSPICIOUS, "burst": 1}
    authenticity = {"people": SUSPICIOUS, "patterns": patterns, "blocks": [block]}
    effect = {"effect": ranking_without.summarise_moves(moves)}
    accounts = pd.DataFrame({"consumer": run.people["consumer"].iloc[0], "account": ["forum:00", "weibo:00"]})
    accounts = accounts.assign(platform=["forum", "weibo"], name="Person 0", reviews=3)
    return with_info(
        run,
        circles=run.info["circles"] | {"explained_by_joining": 3},
        authenticity=run.info["authenticity"] | authenticity | effect,
        brand_unheard=["no product, title or text names the brand 'Acme'; near is Acne"],
    ).replaced(
        niches=table,
        circles=circles,
        suspicions=shaped("suspicions", pd.concat([shown, burst])),
        moves=moves,
        accounts=shaped("accounts", accounts),
    )


def divide(niches: pd.DataFrame) -> pd.DataFrame:
    """The niches with four parts that agree with kol_reach: of the others one is reached by KOCs, one is not known."""
    reached = (niches["kol_reach"] * niches["people"]).round().astype("int64")
    others = niches["people"] - reached
    one = (others > 1).astype("int64")
    parts = {"reached_kol": reached, "only_koc": one, "not_known": one, "nobody": others - 2 * one}
    table = niches.assign(**parts)
    return table.assign(**shares(table))


def rename_all(run: Run, names: list[str | None]) -> Run:
    """The run with these names, again and again, for everything that strangers name."""

    def named(table: pd.DataFrame, column: str) -> pd.DataFrame:
        return table.assign(**{column: pd.Series(islice(cycle(names), len(table)), index=table.index, dtype="str")})

    loads = [
        load | {"files": [file | {"file": str(name)} for file, name in zip(load["files"], names, strict=False)]}
        for load in run.info["loads"]
    ]
    return with_info(run, loads=loads, brand_unheard=[str(name) for name in names]).replaced(
        people=named(run.people, "name"),
        niches=named(run.niches, "name"),
        circles=named(run.circles, "name"),
        words=named(run.words, "word"),
        exemplars=named(run.exemplars, "id"),
    )
