"""Why a person has their rank, with what they answered when they were asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphkoc.invite.listening.feedback import list_answers_of, read_answers
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.saved import campaigns_folder
from graphkoc.qualify.explain import explain_consumer
from graphkoc.runs.run import Run

__all__ = ["explain_person"]


def explain_person(run: Run, consumer: str) -> dict[str, Any]:
    """Why a person has their rank (`graphkoc.qualify.explain.explain_consumer`), and as `feedback` what they answered.

    feedback: [{campaign, product, rating, text, given_at}] of all their accounts, the newest first; no part of the
    score comes from it.
    """
    why = explain_consumer(run, consumer)
    answers = read_answers(campaigns_folder(Path(run.folder)), persons=map_persons(run))
    return why | {"feedback": list_answers_of(answers, why["consumer"])}
