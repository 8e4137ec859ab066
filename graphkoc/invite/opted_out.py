"""Who may not be contacted, by all that is known: their objection in a campaign, and their consent."""

from __future__ import annotations

from pathlib import Path

from graphkoc.invite.longlist import map_persons
from graphkoc.invite.saved import campaigns_folder
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.runs.run import Run

__all__ = ["list_opted_out"]


def list_opted_out(run: Run) -> set[str]:
    """The accounts and people who objected in a campaign, or whose consent is no in the run."""
    unwilling = list_unwilling(campaigns_folder(Path(run.folder)), map_persons(run))
    checked = run.rows("checks", ["consumer", "check"], ("check", {"not_to_contact"}))
    refused = run.rows("people", ["consumer", "consent"], ("consent", {"no"}))
    return unwilling | {row["consumer"] for row in [*checked, *refused]}
