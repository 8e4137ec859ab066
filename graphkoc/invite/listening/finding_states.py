"""The states of a finding, and the languages that findings are written in; `--help` lists them."""

from __future__ import annotations

__all__ = ["CLOSED", "FINDING_LANGUAGES", "FINDING_STATUSES"]

FINDING_STATUSES = ("open", "taken", "declined", "done")
"""Nothing decided yet, being worked on, will not be changed, changed."""
CLOSED = ("done", "declined", "taken")
"""The states that there is something to tell about, the best news first."""
FINDING_LANGUAGES = ("en", "zh")
