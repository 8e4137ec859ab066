"""A campaign as one document: who is to be invited for what, until when, and what it is to reach.

It is made of a plan or of a sheet of people, and kept as `campaigns/NAME.json` (`graphkoc.invite.saved`). What happens
afterwards is in the journal, and never in the document.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from graphkoc.errors import AnalysisError, UsageError
from graphkoc.invite.flags import OPTED_OUT, REFUSED
from graphkoc.invite.saved import ROSTER
from graphkoc.text import count

__all__ = ["TARGETS", "Wanted", "make_campaign", "read_targets"]

TARGETS = ("posts", "exposed", "responders", "budget", "impressions", "reads", "engagements", "viral_posts")
"""What a campaign may be measured against."""
FORECAST = ("posts", "exposed", "responders", "low", "high", "window", "within", "cost", "calibrated")
"""What a campaign keeps of the predictions of its plan."""


@dataclass(frozen=True)
class Wanted:
    """What a user states of a campaign; what is None is taken from the plan.

    targets: figures by TARGETS. Raises UsageError for a campaign that ends before it begins.
    """

    product: str | None = None
    client: str | None = None
    starts: date | None = None
    ends: date | None = None
    budget: float | None = None
    currency: str | None = None
    targets: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.starts and self.ends and self.ends < self.starts:
            raise UsageError(f"the campaign ends on {self.ends}, before it begins", hint="Correct --starts or --ends.")
        if self.budget is not None and not self.budget > 0:
            raise UsageError(f"the budget is {self.budget:g}, and must be above 0", hint="Correct --budget.")


def read_targets(pairs: Sequence[str]) -> dict[str, float]:
    """Targets written as NAME=NUMBER. Raises UsageError for one that is not, and for an unknown name."""
    found = {}
    for pair in pairs:
        name, equals, figure = pair.partition("=")
        try:
            found[name] = float(figure)
        except ValueError:
            equals = ""
        if not equals or name not in TARGETS or not 0 < found[name] < float("inf"):
            raise UsageError(f"{pair!r} is no target", hint=f"Write NAME=NUMBER above 0, of: {', '.join(TARGETS)}.")
    return found


def make_campaign(
    name: str,
    people: Sequence[Mapping[str, Any]],
    wanted: Wanted,
    plan: Mapping[str, Any] | None = None,
    *,
    refused: Collection[str] = (),
    unwilling: Collection[str] = (),
) -> tuple[dict[str, Any], list[str]]:
    """The document of a campaign, and in words how many people were left out.

    people: rows with consumer, and what is known of role, place, platform, wave, code, cost, selling and others. plan:
    the saved plan that they are of. refused, unwilling: whom the client does not want, and who may not be contacted.
    Raises AnalysisError where nobody is left, and UsageError where the plan's days contradict those that are wanted.
    """
    reasons = [
        OPTED_OUT if one["consumer"] in unwilling else REFUSED if one["consumer"] in refused else "" for one in people
    ]
    kept = [dict(one) for one, reason in zip(people, reasons, strict=True) if not reason]
    left_out = [
        f"{count(reasons.count(reason), 'people')}: {reason}" for reason in (REFUSED, OPTED_OUT) if reason in reasons
    ]
    if not kept:
        raise AnalysisError("nobody is left to invite", hint="; ".join(left_out) or "Name another plan or sheet.")
    about = plan or {}
    settings = about.get("settings") or {}
    tasks = about.get("calendar") or []
    starts = wanted.starts or _read_day(min((task["starts"] for task in tasks), default=settings.get("launch")))
    ends = wanted.ends or _read_day(max((task["ends"] for task in tasks), default=None))
    Wanted(starts=starts, ends=ends)
    budget = about.get("budget") if wanted.budget is None else wanted.budget
    planned = {
        "posts": about.get("planned"),
        "exposed": about.get("exposed"),
        "responders": about.get("responders"),
        "budget": budget,
    }
    targets = {name: figure for name, figure in planned.items() if figure is not None} | dict(wanted.targets)
    document = {
        "kind": "campaign",
        "name": name,
        "run": about.get("run"),
        "plan": about.get("name"),
        "product": wanted.product or about.get("product"),
        "client": wanted.client or about.get("client"),
        "starts": starts and starts.isoformat(),
        "ends": ends and ends.isoformat(),
        "budget": budget,
        "currency": wanted.currency or about.get("currency") or "",
        "targets": targets,
        "forecast": {name: about.get(name) for name in FORECAST} if plan else None,
        "waves": about.get("waves"),
        "settings": settings,
        "people": [{**one, "place": one.get("place") or ROSTER} for one in kept],
    }
    return document, left_out


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text[:10])
