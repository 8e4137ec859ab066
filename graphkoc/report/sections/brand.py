"""The brand: who buys and reviews it in each niche, beside its rivals."""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc.qualify.brand_names import SOURCES
from graphkoc.report.number_formats import TEXT
from graphkoc.report.run_view import View
from graphkoc.report.shown_names import group_names
from graphkoc.text import display_name, number_or_none, text_or_none, whole_or_none

__all__ = ["LINK", "PLACE", "facts"]

PLACE, LINK = 70, "Brand"


def facts(view: View) -> dict[str, Any] | None:
    """The brand's view of each niche, as the run has it; None where no brand is set."""
    run = view.run
    if run.brand.empty:
        return None
    names = group_names(run, "niche")
    rows = [
        {
            "niche": text_or_none(row["niche"]),
            "name": "Everybody" if pd.isna(row["niche"]) else names.get(row["niche"], display_name(str(row["niche"]))),
            "buyers": whole_or_none(row["buyers"]),
            **{name: int(row[name]) for name in ("reviewers", "rivals_people")},
            **{
                name: number_or_none(row[name])
                for name in ("voice", "voice_before", "affinity", "affinity_low", "affinity_high")
            },
        }
        for row in run.brand.to_dict("records")
    ]
    everybody = run.brand.iloc[0]
    read = {by: int(everybody[f"voice_by_{by}"]) for by in SOURCES}
    return {"rows": rows, "read": read, "notes": [display_name(note, TEXT) for note in run.info["brand_unheard"]]}
