"""The glossary that the report prints; docs/glossary.md and CONTRIBUTING.md repeat its text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["read_glossary"]

TEXT = Path(__file__).with_name("glossary.md.j2")


@cache
def read_glossary() -> dict[str, str]:
    """Each term with its meaning, in the order of the text: one line `- **Term**: meaning` each."""
    return dict(re.findall(r"^- \*\*(.+?)\*\*: (.+)$", TEXT.read_text(encoding="utf-8"), re.MULTILINE))
