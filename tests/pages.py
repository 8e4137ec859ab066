"""The pages that people read: their fenced blocks, their links, and the anchors of their headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

__all__ = ["ROOT", "Block", "anchors", "blocks", "commands", "links", "needs", "pages"]

ROOT = Path(__file__).resolve().parent.parent

FENCE = re.compile(r"^```(\w*)[ ]?(.*?)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
NEEDS = "# needs "
"""The first line of a shell block that needs more than graphkoc, such as Docker."""


class Block(NamedTuple):
    """A fenced block: the language, the rest of the opening line, and the text."""

    language: str
    info: str
    text: str


def pages() -> list[Path]:
    """Every page: README, docs, CONTRIBUTING and the README of each loader."""
    named = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", ROOT / "bench/RESULTS.md"]
    return [
        *(page for page in named if page.is_file()),
        *sorted(ROOT.glob("docs/*.md")),
        *sorted(ROOT.glob("loaders/*/README.md")),
    ]


def blocks(page: Path) -> list[Block]:
    """The fenced blocks of a page, in order."""
    return [Block(*found) for found in FENCE.findall(page.read_text(encoding="utf-8"))]


def needs(block: Block) -> str | None:
    """The requirement that a shell block states; None where it runs on any machine."""
    first = block.text.splitlines()[0]
    return first.removeprefix(NEEDS) if first.startswith(NEEDS) else None


def commands(block: Block) -> list[tuple[str, list[str]]]:
    """Each command of a shell block, with the output that the page shows for it (console blocks only)."""
    if block.language == "console":
        parts = [part.splitlines() for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]]
        return [(command, expected) for command, *expected in parts]
    return [(line, []) for line in block.text.splitlines() if line and not line.startswith("#")]


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures, without those inside code."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return LINK.findall(re.sub(r"`[^`\n]*`", "", text))


def anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
