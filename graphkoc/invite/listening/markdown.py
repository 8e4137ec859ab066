"""Text of strangers in Markdown that we write."""

from __future__ import annotations

import re

__all__ = ["escape_markdown"]

RESERVED = re.compile(r"([\\`*_\[\]<>|#~])")
"""Characters that Markdown would read."""


def escape_markdown(text: str) -> str:
    """Text on one line, as Markdown shows it and does not read it."""
    return RESERVED.sub(r"\\\1", " ".join(text.split()))
