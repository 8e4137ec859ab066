"""The glossary: what the words of the report mean."""

from __future__ import annotations

from typing import Any

from graphkoc.report.glossary import read_glossary
from graphkoc.report.view import View

__all__ = ["PLACE", "facts"]

PLACE = 90


def facts(view: View) -> dict[str, Any]:
    """The terms with their meanings, in the order of the glossary's text; summary: how many there are."""
    terms = read_glossary(view.say.language)
    return {
        "summary": view.say("glossary.summary", n=len(terms)),
        "terms": [{"term": term, "meaning": meaning} for term, meaning in terms.items()],
    }
