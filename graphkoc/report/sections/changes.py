"""What changed: what became of the previous run's niches and circles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from graphkoc.report.cards import CARDS, change_sign
from graphkoc.report.number_formats import TEXT
from graphkoc.report.run_view import View
from graphkoc.report.shown_names import group_names
from graphkoc.text import display_name, text_or_none

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 80, "What changed"


def facts(view: View) -> dict[str, Any] | None:
    """What became of the previous run's groups; None where there was no previous run, or it had no groups.

    Groups that are as they were are counted only.
    """
    run, events = view.run, view.run.events
    if events.empty or not (events["people_before"] > 0).any():
        return None
    names = {(kind, group): name for kind in ("niche", "circle") for group, name in group_names(run, kind).items()}
    news = events[events["event"] != "same"].head(CARDS)
    return {
        "churn": [run.info["churn"][kind]["words"] for kind in sorted(run.info["churn"])],
        "rows": [
            {
                "kind": row["kind"],
                "name": names.get((row["kind"], row["group"])) or display_name(str(row["group"])),
                "event": row["event"],
                "sign": change_sign(str(row["event"])),
                "words": display_name(_insert_names(row, names), TEXT),
                "before": int(row["people_before"]),
                "now": int(row["people_now"]),
            }
            for row in news.to_dict("records")
        ],
        "more": int((events["event"] != "same").sum()) - len(news),
        "same": {
            kind: int(((events["event"] == "same") & (events["kind"] == kind)).sum()) for kind in ("niche", "circle")
        },
    }


def _insert_names(event: Mapping[Any, Any], names: Mapping[tuple[str, str], str]) -> str:
    """The words of an event with names for the other groups' ids, where they have names."""
    words = str(event["words"])
    for other in (text_or_none(event["other"]) or "").split(", "):
        if name := names.get((event["kind"], other)):
            whole = rf"(?<!\S){re.escape(other)}(?![^\s,])"
            words = re.sub(whole, name.replace("\\", r"\\"), words)
    return words
