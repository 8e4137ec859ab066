"""Campaigns beside the run: target against actual, how far invitations came, the best posts, and the lift.

The facts are those of `graphkoc recap`, without costs: a page is passed around. What only a store has, which are
critical posts and findings, is left to the wrap-up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from graphkoc.activate.lift.words import say_verdict
from graphkoc.activate.outcome.gathering import gather_outcome
from graphkoc.activate.outcome.recap import make_recap
from graphkoc.activate.outcome.recap_words import Words
from graphkoc.invite.saved import campaigns_folder, read_lists
from graphkoc.report.number_formats import TEXT
from graphkoc.report.run_view import View
from graphkoc.text import display_name

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 75, "Campaigns"
STAGES = ("invited", "accepted", "shipped", "received", "posted")
SECRET = ("total", "cpm", "cpc", "cpe")
"""Figures that are of costs."""


def facts(view: View) -> dict[str, Any] | None:
    """The campaigns beside the run, the newest first, as of the day of the run; None where there are none."""
    run = view.run
    folder = campaigns_folder(Path(run.folder))
    campaigns = sorted(read_lists(folder), key=lambda one: (str(one.get("starts") or ""), one["name"]), reverse=True)
    if not campaigns:
        return None
    day = date.fromisoformat(run.info["at"][:10])
    return {"rows": [_describe(make_recap(gather_outcome(run, folder, one, day))) for one in campaigns]}


def _describe(recap: Mapping[str, Any]) -> dict[str, Any]:
    words = Words("en", "")
    overview, delivery, every = recap["overview"], recap["delivery"], recap["engagement"]["all"]
    shown = [(row["figure"], row) for row in recap["targets"] if row["figure"] not in SECRET]
    shown += [(name, every[name]) for name in ("impressions", "reads", "engagements", "viral_posts")]
    figures = {
        name: {
            "name": words.name(name),
            "target": None if row.get("target") is None else words.value(name, row["target"]),
            "value": words.value(name, row["value"]),
            "mark": words.mark(row),
        }
        for name, row in reversed(shown)
        if row["value"] is not None or row.get("target") is not None
    }
    return {
        "name": display_name(recap["campaign"], TEXT),
        "product": overview["product"] and display_name(str(overview["product"]), TEXT),
        "days": " to ".join(str(overview[end])[:10] for end in ("starts", "ends") if overview[end]),
        "figures": list(reversed(figures.values())),
        "funnel": {stage: delivery[stage]["value"] for stage in STAGES},
        "best": [
            {"name": display_name(post["name"] or "author not known"), "title": display_name(post["title"] or "", TEXT)}
            | {"engagements": words.whole(post["engagements"])}
            for post in recap["best"]
        ],
        "lift": say_verdict(recap["lift"]) if recap["lift"] else None,
        "version": recap["definitions"]["version"],
        "likes": words.whole(recap["definitions"]["viral_likes"]),
    }
