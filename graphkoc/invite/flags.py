"""What a list of people to invite says of each of them besides praise: the checks and patterns of a run, in words.

The words of a check never name a price, because clients read them too.
"""

from __future__ import annotations

from graphkoc.qualify.authenticity import PATTERNS
from graphkoc.runs.checks import CHECKS
from graphkoc.runs.run import Run

__all__ = ["OPTED_OUT", "REFUSED", "list_flags"]

REFUSED, OPTED_OUT = "refused by the client", "may not be contacted"
"""Why somebody is on no list, in words."""


def list_flags(run: Run) -> dict[str, list[str]]:
    """The flags of each person who has any, by consumer: checks in the order of CHECKS, then patterns."""
    checks: dict[str, set[str]] = {}
    for row in run.rows("checks", ["consumer", "check"]):
        checks.setdefault(row["consumer"], set()).add(row["check"])
    found = {
        consumer: [words for check, words in CHECKS.items() if check in names] for consumer, names in checks.items()
    }
    for row in run.rows("people", ["consumer", "patterns"]):
        if row["patterns"]:
            shown = [f"{name}: consistent with {PATTERNS[name]}" for name in row["patterns"].split("; ")]
            found.setdefault(row["consumer"], []).extend(shown)
    return found
