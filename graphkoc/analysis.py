"""One analysis: what a store holds, measured, grouped, scored and checked, becomes a run."""

from __future__ import annotations

import json
import platform as host
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from graphkoc import measures, niches, score, tiers
from graphkoc.backtest import SPLITS, TOP, Backtest, backtest
from graphkoc.errors import AnalysisError
from graphkoc.log import Log, moment
from graphkoc.network import days
from graphkoc.people import people as table_of_people
from graphkoc.progress import Clock
from graphkoc.projection import Projection
from graphkoc.runs import FORMAT, Run, shaped

__all__ = ["Settings", "analyse"]


@dataclass(frozen=True)
class Settings:
    """What an analysis was asked for: one platform's people; the time (UTC) that it looks out from,
    by default the newest review's; people that a circle or niche must have; where chance begins."""

    platform: str | None = None
    until: datetime | None = None
    min_size: int = 10
    rng_seed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The settings for JSON."""
        return asdict(self) | {"until": self.until.isoformat() if self.until else None}


def analyse(projection: Projection, folder: Path, settings: Settings, clock: Clock) -> Run:
    """The run of a projection; not saved yet.

    Raises AnalysisError when there are no dated reviews or no follows.
    """
    with clock("building the network"):
        log, at = _log(projection, settings.until)
    with clock("measuring"):
        measured = measures.table(log.network)
        limits = tiers.relative(measured["audience"].to_numpy())
    with clock("finding niches"):
        found = niches.segments(log, settings.min_size, settings.rng_seed)
    with clock("scoring"):
        scored = score.formula(log, at)
        people = table_of_people(projection, log, at, measured, limits, scored)
        strongest = found.members.drop_duplicates("consumer").set_index("consumer")["niche"]
        people["niche"] = people["consumer"].map(strongest).astype("str")
        people["circle"] = pd.Series(pd.NA, index=people.index, dtype="str")
    with clock("checking against the past"):
        tested, why_not = _tested(log, settings.rng_seed)
    info = {
        "format": FORMAT,
        "started_at": clock.started.isoformat(timespec="seconds"),
        "seconds": clock.seconds,
        "at": moment(at).isoformat(),
        "settings": settings.to_dict(),
        "versions": {name: version(name) for name in ("graphkoc", "igraph", "numpy", "pandas", "scipy", "duckdb")}
        | {"python": host.python_version()},
        "inputs": projection.inputs(),
        "loads": [
            {"load": row.load, "source": row.source, "files": json.loads(str(row.files))}
            for row in projection.loads.sort_values("load").itertuples()
        ],
        "ties_of": projection.ties_of(),
        "counts": _counts(projection, log),
        "tiers": {"name": "relative", **asdict(limits), "people": people["tier"].value_counts().sort_index().to_dict()},
        "score": {"kind": scored.kind, "why": scored.why},
        "niche_control": found.control,
        "backtest": tested.to_dict() if tested else None,
        "backtest_why_not": why_not,
    }
    return Run(str(folder), info, people, _niche_table(found, people, log), found.members)


def _log(projection: Projection, until: datetime | None) -> tuple[Log, float]:
    """The log that is looked out from, and the day; AnalysisError when nothing in it is dated."""
    log = projection.log()
    if not len(log.day):
        raise AnalysisError("no review has a date, which the score needs", hint="`graphkoc doctor` says what is there.")
    at = log.last_day if until is None else float(days(pd.Series([until]))[0])
    log = log.until(at)
    if not len(log.day):
        raise AnalysisError(f"there is no review before {moment(at):%Y-%m-%d}", hint="Look out from a later day.")
    return log, at


def _counts(projection: Projection, log: Log) -> dict[str, Any]:
    return {
        "consumers": len(log.network),
        "products": len(projection.products),
        "follows": len(log.network.source),
        "undated_follows": int(np.isnan(log.network.since).sum()),
        "reviews": len(projection.reviews),
        "first_reviews": len(log.day),
        "undated_reviews": log.undated,
        "categories": len(log.categories),
        "first_review": moment(float(log.day[0])).isoformat(),
        "last_review": moment(log.last_day).isoformat(),
    }


def _niche_table(found: niches.Niches, people: pd.DataFrame, log: Log) -> pd.DataFrame:
    """The niches with who in them is a KOC, who has a wide audience, and how many follow such a one."""
    wide = (people["tier"] == "wide").to_numpy()
    reached = np.zeros(len(people), dtype=bool)
    reached[log.network.target[wide[log.network.source]]] = True
    marks = pd.DataFrame(
        {"consumer": people["consumer"], "kocs": people["rank"].notna(), "kols": wide, "kol_reach": reached}
    )
    inside = (
        found.members.merge(marks, on="consumer")
        .groupby("niche")
        .agg({"kocs": "sum", "kols": "sum", "kol_reach": "mean"})
    )
    table = found.table.join(inside, on="niche")
    table["evidence"] = [
        f"{_percent(hers)} of their reviews are here; of everybody's, {_percent(everybodys)}"
        for hers, everybodys in zip(table["share"].tolist(), table["share_of_all"].tolist(), strict=True)
    ]
    table["white_space"] = 1 - table["kol_reach"]
    return shaped("niches", table)


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.095 else f"{share:.1%}"


def _tested(log: Log, rng_seed: int) -> tuple[Backtest | None, str | None]:
    try:
        return backtest(log, SPLITS, TOP, rng_seed), None
    except AnalysisError as error:
        return None, str(error)
