"""A run: everything that one analysis found, as a folder of run.json and Parquet tables.

A run is the truth about one analysis; lists, explanations and reports are made from it alone. The
same inputs and settings give the same bytes, but for the two entries that tell times: `started_at`
and `seconds`.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.errors import StoreError, UsageError

__all__ = ["DEFAULT_FOLDER", "FORMAT", "Run", "check_free", "find_run"]

DEFAULT_FOLDER = Path("runs")

TABLES = ("people", "niches", "members")
FILES = {"run.json", "report.html", *(f"{name}.parquet" for name in TABLES)}
FORMAT = 1
"""Of what run.json and the tables hold. A run of another is not read."""


COLUMNS = {
    "people": {"consumer", "name", "platform", "tier", "audience", "score", "rank", "niche", "reviews"},
    "niches": {"niche", "name", "evidence", "people", "kocs", "kols", "kol_reach"},
    "members": {"consumer", "niche", "confidence"},
}


@dataclass(frozen=True, eq=False)
class Run:
    """What an analysis found.

    folder: where it is, or will be, kept.
    info: settings, inputs, counts, tiers, score, backtest, versions (see `graphkoc.pipeline.analyse`).
    people: one row a consumer, sorted by id: consumer, name, platform, tier, audience, the measures,
    the score's values (`*_activity`), points (`*_points`) and total (`score`), rank among the key
    opinion consumers (Int64, null for others), niche (her strongest), reviews, origin shares.
    niches: one row a niche, most people first: niche, name, evidence, people, kocs, kols, kol_reach.
    members: one row a person and niche: consumer, niche, reviews, share, confidence.
    """

    folder: str
    info: dict[str, Any]
    people: pd.DataFrame
    niches: pd.DataFrame
    members: pd.DataFrame

    @property
    def name(self) -> str:
        """The folder's own name."""
        return Path(self.folder).resolve().name

    def save(self) -> None:
        """Write the run into its folder, whole or not at all; an older run there is replaced.

        Raises StoreError when the folder holds something else, or cannot be written.
        """
        folder = Path(self.folder).resolve()
        check_free(folder)
        fresh, old = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
        try:
            for leftover in (fresh, old):
                shutil.rmtree(leftover, ignore_errors=True)
            fresh.mkdir(parents=True)
            for name in TABLES:
                getattr(self, name).to_parquet(fresh / f"{name}.parquet", index=False)
            text = json.dumps(self.info, indent=1, ensure_ascii=False, sort_keys=True)
            (fresh / "run.json").write_text(text + "\n", encoding="utf-8")
            if folder.exists():
                folder.rename(old)
            fresh.rename(folder)
            shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            raise StoreError(f"the run cannot be written to {folder}: {os.strerror(error.errno or 0)}") from error

    @classmethod
    def load(cls, folder: Path) -> Run:
        """The run in `folder`; UsageError when there is none, or it was cut off."""
        if not (folder / "run.json").is_file():
            raise UsageError(f"there is no run in {folder}", hint="`graphkoc analyse` makes one.")
        try:
            info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
        except (OSError, ValueError) as error:
            raise UsageError(f"the run in {folder} is damaged: {error}", hint="Analyse again.") from error
        if not isinstance(info, dict) or info.get("format") != FORMAT:
            raise UsageError(
                f"the run in {folder} is of a format that this graphkoc does not read", hint="Analyse again."
            )
        for name, columns in COLUMNS.items():
            if missing := sorted(columns - set(tables[name].columns)):
                raise UsageError(f"the run in {folder} is damaged: {name} has no {missing[0]}", hint="Analyse again.")
        return cls(str(folder), info, **tables)

    def kocs(self, niche: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """The key opinion consumers by rank: rows of `people`; of one niche (id or name), if given."""
        ranked = self.people[self.people["rank"].notna()].sort_values("rank")
        if niche is not None:
            inside = self.members.loc[self.members["niche"] == self.niche_id(niche), "consumer"]
            ranked = ranked[ranked["consumer"].isin(inside)]
        return ranked.head(limit) if limit is not None else ranked

    def niche_id(self, niche: str) -> str:
        """The id of the niche with that id or name; UsageError when there is none."""
        wanted = niche.casefold()
        for row in self.niches.itertuples():
            if wanted in (str(row.niche).casefold(), str(row.name).casefold()):
                return str(row.niche)
        raise UsageError(f"there is no niche called {niche!r}", hint="`graphkoc niches` lists them.")

    def person(self, consumer: str) -> pd.Series[Any]:
        """The row of a consumer in `people`; UsageError when there is none."""
        found = self.people[self.people["consumer"] == consumer]
        if found.empty:
            raise UsageError(
                f"there is no consumer called {consumer!r} in this run", hint="Consumers are written source:id."
            )
        return found.iloc[0]


def check_free(folder: Path) -> None:
    """Raise StoreError when a run cannot be kept there because the folder holds something else.

    An older run may be there, with the report that was made of it: both are replaced.
    """
    if not folder.exists():
        return
    hint = "Name another folder with --out."
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
    if there and "run.json" not in there:
        raise StoreError(f"{folder} is there and is no run", hint=hint)
    if others := sorted(there - FILES):
        raise StoreError(f"{folder} holds {others[0]} too, which an analysis would remove", hint=hint)


def find_run(name: str | None = None, folder: Path = DEFAULT_FOLDER) -> Run:
    """The run called `name`: a run folder, or one under `folder`; the newest there by default.

    Raises UsageError when there is none.
    """
    if name is not None:
        return Run.load(Path(name) if Path(name).exists() else folder / name)
    runs = sorted(path.parent for path in folder.glob("*/run.json"))
    if not runs:
        raise UsageError(f"there is no run in {folder}/ yet", hint="`graphkoc analyse` makes one.")
    return Run.load(max(runs, key=lambda run: ((run / "run.json").stat().st_mtime_ns, run.name)))
