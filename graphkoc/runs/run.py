"""A run: everything that one analysis found, as a folder of run.json and Parquet tables.

A run is the truth about one analysis; lists, explanations and reports are made from it alone. The
same inputs and settings give the same bytes, but for the two entries that tell times: `started_at`
and `seconds`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.errors import StoreError, UsageError
from graphkoc.files import replace_folder, sweep, sweep_folder, translate_errors
from graphkoc.runs.members import members_of
from graphkoc.runs.roles import RANKED

__all__ = [
    "COLUMNS",
    "DEFAULT_FOLDER",
    "FORMAT",
    "UNDATED",
    "Run",
    "check_free",
    "empty",
    "find_run",
    "line_of",
    "new_run",
    "previous_run",
    "run_folders",
    "shaped",
]

DEFAULT_FOLDER = Path("runs")

UNDATED = "undated"
"""What stands for the first and the last review's time where no review has a date."""
TOP = 10
"""Words that a run keeps of each group, at most."""
FORMAT = 7
"""Of what run.json and the tables hold. A run of another is not read."""

IN_COMMON = 0.5
"""Share of a run's people, or of the store's where it holds fewer, from which the store's run follows on from it."""

COLUMNS: dict[str, dict[str, str]] = {
    "people": {
        "consumer": "str",
        "name": "str",
        "platform": "str",
        "tier": "str",
        "label": "str",
        "role": "str",
        "audience": "float64",
        "ties": "str",
        "score": "float64",
        "low": "float64",
        "high": "float64",
        "rank": "Int64",
        "niche": "str",
        "circle": "str",
        "hears_kol": "bool",
        "hears_koc": "bool",
        "reviews": "int64",
        "patterns": "str",
        "critical": "float64",
    },
    "features": {"consumer": "str"},
    "read_reviews": {"consumer": "str", "day": "float64", "rating": "float64"},
    "read_subjects": {"consumer": "str", "subject": "str", "kind": "int32", "day": "float64"},
    "read_follows": {"followee": "str", "follower": "str"},
    "niches": {
        "niche": "str",
        "name": "str",
        "parent": "str",
        "level": "str",
        "basis": "str",
        "category": "str",
        "evidence": "str",
        "share": "float64",
        "share_of_all": "float64",
        "people": "int64",
        "kocs": "int64",
        "kols": "int64",
        "kol_reach": "float64",
        "koc_reach": "float64",
        "white_space": "float64",
        "white_space_koc": "float64",
        "change": "str",
    },
    "members": {
        "kind": "str",
        "group": "str",
        "consumer": "str",
        "reviews": "Int64",
        "share": "float64",
        "confidence": "float64",
    },
    "products": {"niche": "str", "product": "str", "people": "int64", "lift": "float64"},
    "circles": {
        "circle": "str",
        "name": "str",
        "evidence": "str",
        "people": "int64",
        "stability": "float64",
        "status": "str",
        "cohort_ratio": "float64",
        "tightness": "float64",
        "niches": "str",
        "kocs": "int64",
        "change": "str",
    },
    "reach": {
        "consumer": "str",
        "niche": "str",
        "reached": "int64",
        "share": "float64",
        "only_here": "int64",
        "role": "str",
    },
    "carries": {
        "circle": "str",
        "niche": "str",
        "people": "int64",
        "share_of_circle": "float64",
        "share_of_niche": "float64",
        "lift": "float64",
    },
    "bridges": {
        "consumer": "str",
        "role": "str",
        "circles": "int64",
        "circles_twice": "int64",
        "structural_diversity": "int64",
        "niches": "int64",
    },
    "circle_bridges": {"circle_a": "str", "circle_b": "str", "ties": "int64", "width": "int64"},
    "words": {"kind": "str", "group": "str", "word": "str", "z": "float64", "inside": "int64", "outside": "int64"},
    "exemplars": {"kind": "str", "group": "str", "what": "str", "id": "str", "why": "str"},
    "events": {
        "kind": "str",
        "group": "str",
        "event": "str",
        "other": "str",
        "jaccard": "float64",
        "people_before": "int64",
        "people_now": "int64",
        "words": "str",
    },
    "lifelines": {
        "kind": "str",
        "group": "str",
        "natural": "bool",
        "status": "str",
        "born": "str",
        "last_seen": "str",
        "missed": "int64",
        "consumer": "str",
    },
    "brand": {
        "niche": "str",
        "people": "int64",
        "buyers": "int64",
        "reviewers": "int64",
        "rivals_people": "int64",
        "voice": "float64",
        "voice_before": "float64",
        "affinity": "float64",
        "affinity_low": "float64",
        "affinity_high": "float64",
    },
    "suspicions": {"consumer": "str", "pattern": "str", "evidence": "str", "group": "str"},
    "copies": {"review": "str", "consumer": "str", "original": "str", "author": "str"},
    "moves": {
        "consumer": "str",
        "rank": "Int64",
        "rank_without": "Int64",
        "moved": "Int64",
        "score": "float64",
        "score_without": "float64",
    },
    "accounts": {
        "consumer": "str",
        "account": "str",
        "platform": "str",
        "name": "str",
        "followers": "Int64",
        "reviews": "int64",
    },
    "positions": {"niche": "str", "x": "float64", "y": "float64", "radius": "float64"},
    "ties": {"source": "int32", "target": "int32"},
}
"""The tables of a run, and the columns that each has at least, with their types."""

HINT = "Is the disk full, or the folder not yours? --out names another."

FILES = {"run.json", "report.html", *(f"{name}.parquet" for name in COLUMNS)}


def shaped(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the table's columns first, in their types, missing where it has none; others after them."""
    columns = COLUMNS[table]
    others = [name for name in frame.columns if name not in columns]
    return frame.reindex(columns=[*columns, *others]).astype(columns).reset_index(drop=True)


def empty(table: str) -> pd.DataFrame:
    """A table of a run without rows."""
    return shaped(table, pd.DataFrame())


@dataclass(frozen=True, eq=False)
class Run:
    """What an analysis found: `info`, and a table (see COLUMNS) for each thing that it looks at.

    folder: where it is, or will be, kept.
    info: settings, inputs, counts, tiers, limits (of the gates, by platform; see `graphkoc.qualify.tiers`), score,
    controls, backtest, versions (see `graphkoc.analysis`).What was read of tier files is in here,
    and not read there again.
    people: one row a consumer, sorted by id; besides COLUMNS the measures, the formula's values
    (`*_activity`), the score's points (`*_points`), tiers (`graphkoc.qualify.tiers`), gates (`graphkoc.qualify.gates`),
    the origin ledger (`graphkoc.qualify.gates.origins`), how tightly her audience is knit (`graphkoc.measures.closure`)
    and
    the industry's numbers (`graphkoc.qualify.engagement`); ties is what her audience is counted in (follows,
    engagements or
    none); role is koc, possible (a key opinion consumer but for an audience that is not known), kol or none, as
    `graphkoc.qualify.gates.roles` says; rank is her place among those who are koc or possible, null for others; niche
    and circle are her strongest.
    features: one row a consumer, what the forecast knows of her (see `graphkoc.qualify.score.forecast.FEATURES`).
    read_reviews, read_subjects, read_follows: the log that all this was read from, days since 1970-01-01, so that
    each number can be asked for again; empty where nothing has a time.
    niches, circles: one row a group, most people first. members: one row a group and person, circles first, then
    by consumer, the strongest group first; kind is niche or circle, confidence is below `members.MEMBER` on the
    fringe of a circle, reviews and share are missing for circles.
    products: what each niche's people review more than others. reach: which niche somebody with a role
    other than none reaches. carries: which circle carries which niche. bridges, circle_bridges: who joins niches
    and circles, and which circles are joined how widely.
    words, exemplars: what a group's name rests on; kind is niche or circle.
    events, lifelines: what became of the previous run's groups, and what the next run must know.
    accounts: those of each person who has several; elsewhere she is called as the smallest of them.
    brand: the brand's view of each niche. suspicions: one row a person and pattern, with its evidence (see
    `graphkoc.qualify.authenticity`). copies: whose text was whose before. moves: the ranking without those who are
    suspicious, no rows where nobody is. positions, ties: where the map shows what.
    """

    folder: str
    info: dict[str, Any]
    people: pd.DataFrame
    niches: pd.DataFrame = field(default_factory=partial(empty, "niches"))
    members: pd.DataFrame = field(default_factory=partial(empty, "members"))
    products: pd.DataFrame = field(default_factory=partial(empty, "products"))
    circles: pd.DataFrame = field(default_factory=partial(empty, "circles"))
    reach: pd.DataFrame = field(default_factory=partial(empty, "reach"))
    carries: pd.DataFrame = field(default_factory=partial(empty, "carries"))
    bridges: pd.DataFrame = field(default_factory=partial(empty, "bridges"))
    circle_bridges: pd.DataFrame = field(default_factory=partial(empty, "circle_bridges"))
    words: pd.DataFrame = field(default_factory=partial(empty, "words"))
    exemplars: pd.DataFrame = field(default_factory=partial(empty, "exemplars"))
    events: pd.DataFrame = field(default_factory=partial(empty, "events"))
    lifelines: pd.DataFrame = field(default_factory=partial(empty, "lifelines"))
    brand: pd.DataFrame = field(default_factory=partial(empty, "brand"))
    suspicions: pd.DataFrame = field(default_factory=partial(empty, "suspicions"))
    copies: pd.DataFrame = field(default_factory=partial(empty, "copies"))
    moves: pd.DataFrame = field(default_factory=partial(empty, "moves"))
    accounts: pd.DataFrame = field(default_factory=partial(empty, "accounts"))
    positions: pd.DataFrame = field(default_factory=partial(empty, "positions"))
    ties: pd.DataFrame = field(default_factory=partial(empty, "ties"))
    features: pd.DataFrame = field(default_factory=partial(empty, "features"))
    read_reviews: pd.DataFrame = field(default_factory=partial(empty, "read_reviews"))
    read_subjects: pd.DataFrame = field(default_factory=partial(empty, "read_subjects"))
    read_follows: pd.DataFrame = field(default_factory=partial(empty, "read_follows"))

    @property
    def name(self) -> str:
        """The folder's own name."""
        return Path(self.folder).resolve().name

    @property
    def line(self) -> str:
        """The line of runs, each of which followed on from the one before, that this one is of."""
        return str(self.info.get("line", ""))

    def save(self) -> None:
        """Write the run into its folder, whole or not at all; an older run there is replaced.

        Raises StoreError when the folder holds something else, or cannot be written.
        """
        with new_run(Path(self.folder)) as fresh:
            self.write(fresh)

    def write(self, fresh: Path) -> None:
        """Write the run's files into a folder that `new_run` gave; StoreError when they cannot be written."""
        with translate_errors(f"the run cannot be written to {self.folder}", HINT):
            for name in COLUMNS:
                getattr(self, name).to_parquet(fresh / f"{name}.parquet", index=False)
            text = json.dumps(self.info, indent=1, ensure_ascii=False, sort_keys=True)
            (fresh / "run.json").write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Run:
        """The run in `folder`; UsageError when there is none, or it was cut off."""
        if not (folder / "run.json").is_file():
            raise UsageError(f"there is no run in {folder}", hint="`graphkoc analyse` makes one.")
        try:
            info = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            tables = {name: pd.read_parquet(folder / f"{name}.parquet") for name in COLUMNS}
        except (OSError, ValueError) as error:
            raise UsageError(f"the run in {folder} is damaged: {error}", hint="Analyse again.") from error
        if not isinstance(info, dict) or info.get("format") != FORMAT:
            raise UsageError(
                f"the run in {folder} is of a format that this graphkoc does not read", hint="Analyse again."
            )
        for name, columns in COLUMNS.items():
            if missing := sorted(set(columns) - set(tables[name].columns)):
                raise UsageError(f"the run in {folder} is damaged: {name} has no {missing[0]}", hint="Analyse again.")
        return cls(str(folder), info, **tables)

    def kocs(self, niche: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """The key opinion consumers by rank: rows of `people`; of one niche (id or name), if given."""
        ranked = self.people[self.people["role"].isin(RANKED)].sort_values("rank")
        if niche is not None:
            members = self.members_of("niche")
            ranked = ranked[ranked["consumer"].isin(members.loc[members["niche"] == self.niche_id(niche), "consumer"])]
        return ranked.head(limit) if limit is not None else ranked

    def members_of(self, kind: str, *, fringe: bool = False) -> pd.DataFrame:
        """The members of niches or circles, with the group's id in the column `kind`; see `members.members_of`."""
        return members_of(self.members, kind, fringe=fringe)

    def niche_id(self, niche: str) -> str:
        """The id of the niche with that id or name; UsageError when there is none."""
        found = _called(self.niches, "niche", niche)
        if found is None:
            raise UsageError(f"there is no niche called {niche!r}", hint="`graphkoc niches` lists them.")
        return found

    def group(self, group: str) -> tuple[str, str]:
        """The kind (niche or circle) and the id of the group with that id or name; UsageError when there is none.

        An id is found before a name, and a niche before a circle.
        """
        for kind, table in (("niche", self.niches), ("circle", self.circles)):
            if (table[kind] == group).any():
                return kind, group
        for kind, table in (("niche", self.niches), ("circle", self.circles)):
            if found := _called(table, kind, group):
                return kind, found
        hint = "`graphkoc niches` and `graphkoc circles` list them."
        raise UsageError(f"there is no niche or circle called {group!r}", hint=hint)

    def person(self, consumer: str) -> pd.Series[Any]:
        """The row of a consumer, or of the person who has that account, in `people`; UsageError when there is none."""
        whose = self.accounts.loc[self.accounts["account"] == consumer, "consumer"]
        found = self.people[self.people["consumer"] == (whose.iloc[0] if len(whose) else consumer)]
        if found.empty:
            raise UsageError(
                f"there is no consumer called {consumer!r} in this run", hint="Consumers are written source:id."
            )
        return found.iloc[0]


def _called(groups: pd.DataFrame, kind: str, wanted: str) -> str | None:
    """The id of the first group with that id or, if there is none, that name, whatever its case."""
    said = wanted.casefold()
    for column in (kind, "name"):
        found = groups.loc[groups[column].fillna("").str.casefold() == said, kind]
        if len(found):
            return str(found.iloc[0])
    return None


def check_free(folder: Path) -> None:
    """Raise StoreError when a run cannot be kept there because the folder holds something else.

    An older run may be there, with the report that was made of it: both are replaced. Raises it too where
    nothing can be written, so that nobody waits for an analysis that cannot be kept.
    """
    hint = "Name another folder with --out."
    above = next(path for path in folder.resolve().parents if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK | os.X_OK):
        why = "takes no files of yours" if above.is_dir() else "is no folder"
        raise StoreError(f"the run cannot be written to {folder}: {above} {why}", hint=hint)
    if not folder.exists():
        return
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else {folder.name}
    if there and "run.json" not in there:
        raise StoreError(f"{folder} is there and is no run", hint=hint)
    if others := sorted(there - FILES):
        raise StoreError(f"{folder} holds {others[0]} too, which an analysis would remove", hint=hint)


@contextmanager
def new_run(folder: Path) -> Iterator[Path]:
    """Give the folder in which a run is put together; once the block is through, it is at `folder`.

    When the block raises, or is interrupted, `folder` is as it was. Nobody else can write a run there meanwhile.
    Raises StoreError when the folder holds something else, cannot be written, or another analysis is writing it.
    """
    check_free(folder)
    with replace_folder(folder.resolve(), f"the run cannot be written to {folder}", HINT) as fresh:
        yield fresh


def run_folders(folder: Path) -> list[Path]:
    """The run folders in `folder`, by name; what an analysis that was killed left behind is put right before."""
    sweep_folder(folder)
    return sorted(path.parent for path in folder.glob("*/run.json") if not path.parent.name.startswith("."))


def find_run(name: str | None = None, folder: Path = DEFAULT_FOLDER) -> Run:
    """The run called `name`: a run folder, or one under `folder`; the newest there by default.

    Raises UsageError when there is none.
    """
    if name is not None:
        for path in (Path(name), folder / name):
            sweep(path)
        return Run.load(Path(name) if Path(name).exists() else folder / name)
    runs = run_folders(folder)
    if not runs:
        raise UsageError(f"there is no run in {folder}/ yet", hint="`graphkoc analyse` makes one.")
    return Run.load(max(runs, key=lambda run: ((run / "run.json").stat().st_mtime_ns, run.name)))


def previous_run(folder: Path, platform: str | None, consumers: pd.DataFrame) -> Run | None:
    """The newest run beside `folder`, or in it, of the same platform and the same people; None without one.

    consumers: consumer and name of everybody in the store. The people are the same when at least IN_COMMON of
    those of the run, or of the store where it holds fewer, are in the other under the same id and, where both
    know one, the same name. It is people that are compared, not stores: a store that is made anew of next
    week's files is followed on, and one of another brand beside it, whose files number its customers too, is
    not. Runs that cannot be read are passed over.
    """
    names = consumers.set_index("consumer")["name"]
    for found in sorted(run_folders(folder.resolve().parent), key=_started, reverse=True):
        try:
            run = Run.load(found)
        except UsageError:
            continue
        if run.info["settings"]["platform"] == platform and _in_common(run, names) >= IN_COMMON:
            return run
    return None


def _started(folder: Path) -> tuple[str, str]:
    try:
        return str(json.loads((folder / "run.json").read_text(encoding="utf-8"))["started_at"]), folder.name
    except (OSError, ValueError, LookupError, TypeError):
        return "", folder.name


def _in_common(run: Run, names: pd.Series[Any]) -> float:
    """The share of the fewer people who are among the others too; names: by consumer."""
    then = run.people.set_index("consumer")["name"]
    both = then.index.intersection(names.index)
    one, other = then[both].astype("str"), names[both].astype("str")
    same = (one == other).fillna(True) | one.isna() | other.isna()
    return int(same.sum()) / max(1, min(len(then), len(names)))


def line_of(inputs: dict[str, Any], previous: Run | None) -> str:
    """The line that a run is of: the previous run's, or a new one, called by a hash of what it was made of."""
    if previous is not None and previous.line:
        return previous.line
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]
