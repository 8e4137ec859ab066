"""The glossary that the report prints, in each language; the docs and CONTRIBUTING.md repeat the English one."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

__all__ = ["read_glossary"]

FILES = {"en": "glossary.md.j2", "zh": "glossary.zh.md.j2"}


@cache
def read_glossary(language: str = "en") -> dict[str, str]:
    """Each term with its meaning, in the order of the text: one line `- **Term**: meaning` each."""
    text = Path(__file__).with_name(FILES[language]).read_text(encoding="utf-8")
    return dict(re.findall(r"^- \*\*(.+?)\*\*: (.+)$", text, re.MULTILINE))
