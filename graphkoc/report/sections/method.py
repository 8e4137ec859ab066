"""How to read the report: terms, what the data are, and the command that recomputes each number."""

from __future__ import annotations

from typing import Any

from graphkoc.qualify.explain import parts_of
from graphkoc.report.glossary import read_glossary
from graphkoc.report.number_formats import TEXT
from graphkoc.report.run_view import View
from graphkoc.runs.run import Run
from graphkoc.text import display_name

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 150, "Method"


def facts(view: View) -> dict[str, Any]:
    """The glossary, the score and the tiers, the files read, the inputs with their hashes, and the commands."""
    run = view.run
    return {
        "terms": read_glossary(),
        "stands_in": run.info["stands_in"],
        "left_out": run.info["left_out"],
        "tiers": run.info["tiers"],
        "score": run.info["score"],
        "loads": [
            {
                "source": display_name(load["source"]),
                # Loads of earlier versions know neither a conflict nor a skipped row.
                "files": [
                    {"conflict": 0, "skipped": 0, **f, "file": display_name(f["file"], TEXT)} for f in load["files"]
                ],
            }
            for load in run.info["loads"]
        ],
        "inputs": run.info["inputs"],
        "parts": parts_of(run),
        "example": _find_example(run),
        "as_of": run.info["at"],
    }


def _find_example(run: Run) -> str:
    """An id to show commands with: the first key opinion consumer's, where it can be shown whole."""
    first = run.kocs(limit=1)
    shown = [
        str(consumer)
        for consumer in first["consumer"]
        if display_name(str(consumer)) == consumer and " " not in consumer
    ]
    return shown[0] if shown else "CONSUMER"
