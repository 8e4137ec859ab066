"""A run: everything that one analysis found, as a folder of run.json and Parquet tables.

Lists, explanations and reports are made from a run alone. The same inputs and settings give the same bytes, but for
the two entries with times: `started_at` and `seconds`.
"""

from __future__ import annotations

import functools
import hashlib
import json
import operator
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from graphkoc.errors import UsageError
from graphkoc.files import sweep, translate_errors
from graphkoc.runs.folder import (
    HINT,
    chosen_rows,
    needed_columns,
    new_run,
    read_batches,
    read_frame,
    read_info,
    read_rows,
    run_folders,
)
from graphkoc.runs.members import members_of
from graphkoc.runs.roles import RANKED
from graphkoc.runs.tables import TABLES, empty

if TYPE_CHECKING:
    import pandas as pd

    from graphkoc.graph.drawing import DrawnNetwork

__all__ = ["DEFAULT_FOLDER", "TOP", "UNDATED", "Run", "find_run", "line_of", "list_runs", "previous_run"]

DEFAULT_FOLDER = Path("runs")

UNDATED = "undated"
"""What stands for the first and the last review's time where no review has a date."""
TOP = 10
"""Maximum number of words that a run keeps of each group."""

IN_COMMON = 0.5
"""Minimum share of a run's people, or of the store's where it holds fewer, for the store's run to continue it."""
CONTINUED = ("niches", "circles", "members", "lifelines", "bubbles")
"""Tables of the previous run that an analysis needs: they are read before it begins."""
NAMED = 5
"""People of one name that an error lists."""
LONGEST = 80
"""Characters of an unknown name that an error repeats."""


class _Stored:
    """A table of a run as an attribute, read from the run folder when it is first asked for."""

    def __set_name__(self, run: type, name: str) -> None:
        self._name = name
        self.__doc__ = TABLES[name].about

    def __get__(self, run: Run, _: type) -> pd.DataFrame:
        return run.table(self._name)


class Run:
    """What an analysis found: `info`, and the tables that `graphkoc.runs.tables.TABLES` declares, as frames.

    folder: where it is, or will be, kept.
    info: settings, inputs, counts, tiers, limits (of the gates, by platform; see `graphkoc.qualify.tiers`), score,
    controls, backtest, versions (see `graphkoc.analysis`). It keeps what was read of tier files, which are not read
    again.
    A table that is neither given nor stored has no rows.
    """

    people = _Stored()
    features = _Stored()
    read_reviews = _Stored()
    read_items = _Stored()
    read_follows = _Stored()
    niches = _Stored()
    members = _Stored()
    products = _Stored()
    circles = _Stored()
    reach = _Stored()
    carries = _Stored()
    bridges = _Stored()
    circle_bridges = _Stored()
    words = _Stored()
    exemplars = _Stored()
    events = _Stored()
    lifelines = _Stored()
    brand = _Stored()
    suspicions = _Stored()
    texts = _Stored()
    copies = _Stored()
    checks = _Stored()
    moves = _Stored()
    posts = _Stored()
    changes = _Stored()
    accounts = _Stored()
    bubbles = _Stored()

    def __init__(self, folder: str, info: dict[str, Any], **tables: pd.DataFrame) -> None:
        if unknown := sorted(set(tables) - set(TABLES)):
            raise TypeError(f"a run has no table {unknown[0]}")
        self.folder = folder
        self.info = info
        self._tables = tables
        self._stored: Path | None = None
        self._names: dict[str, dict[object, str]] = {}

    @classmethod
    def load(cls, folder: Path) -> Run:
        """The run in `folder`, whose tables are read when they are asked for.

        Raises UsageError when there is no run, or it is damaged; reading a table may raise it too.
        """
        run = cls(str(folder), read_info(folder))
        run._stored = folder.resolve()
        return run

    def replaced(self, *, folder: str | None = None, info: dict[str, Any] | None = None, **tables: pd.DataFrame) -> Run:
        """The same run with another folder, info or tables."""
        run = Run(folder or self.folder, self.info if info is None else info, **{**self._tables, **tables})
        run._stored = self._stored
        return run

    def table(self, name: str) -> pd.DataFrame:
        """A table by its name, the same frame each time; UsageError when its file is damaged."""
        if name not in self._tables:
            self._tables[name] = empty(name) if self._stored is None else read_frame(self._stored, name)
        return self._tables[name]

    def rows(
        self, table: str, columns: Sequence[str] | None = None, where: tuple[str, Collection[Any]] | None = None
    ) -> list[dict[str, Any]]:
        """Rows of a table as dicts, with None for null; a stored table is read without pandas.

        columns: those wanted, all by default. where: a column, and the values that it must have. Raises UsageError
        when the table's file is damaged.
        """
        if table not in self._tables and self._stored is not None:
            return read_rows(self._stored, table, columns, where)
        needed = pa.Table.from_pandas(self.table(table), columns=needed_columns(columns, where), preserve_index=False)
        return chosen_rows(needed, columns, where)

    def batches(self, table: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Columns of a table as Arrow, in pieces; of a stored table without pandas, and its texts as dictionaries.

        Raises UsageError when the table's file is damaged.
        """
        if table not in self._tables and self._stored is not None:
            yield from read_batches(self._stored, table, columns)
        else:
            yield from pa.Table.from_pandas(self.table(table), columns=list(columns), preserve_index=False).to_batches()

    def network(self, names: Mapping[str, str] | None = None, *, private: bool = False) -> DrawnNetwork:
        """The network that the analysis used, with a place for everybody (see `graphkoc.runs.network`).

        names: what to call people, by id; by default the names of key opinion consumers and wide-audience accounts.
        private: whether ids are replaced by numbers.
        """
        # Nothing else of a run needs it.
        from graphkoc.runs.network import draw_network

        return draw_network(self, names, private=private)

    @property
    def name(self) -> str:
        """The folder's own name."""
        return Path(self.folder).resolve().name

    @property
    def line(self) -> str:
        """The series of runs that this one continues."""
        return str(self.info.get("line", ""))

    @property
    def skipped(self) -> tuple[str, ...]:
        """What the analysis left out on request, of `graphkoc.progress.SKIPPABLE`."""
        # A run of an earlier version left nothing out, and does not say so.
        return tuple(self.info["settings"].get("skip", ()))

    def save(self) -> None:
        """Write the run into its folder, whole or not at all; an older run there is replaced.

        Raises StoreError when the folder holds something else, or cannot be written.
        """
        with new_run(Path(self.folder)) as fresh:
            self.write(fresh)

    def write(self, fresh: Path) -> None:
        """Write the run's files into a folder that `new_run` gave; StoreError when they cannot be written."""
        with translate_errors(f"the run cannot be written to {self.folder}", HINT):
            for name in TABLES:
                self.table(name).to_parquet(fresh / f"{name}.parquet", index=False)
            text = json.dumps(self.info, indent=1, ensure_ascii=False, sort_keys=True)
            (fresh / "run.json").write_text(text + "\n", encoding="utf-8")

    def kocs(self, niche: str | None = None, limit: int | None = None) -> pd.DataFrame:
        """The key opinion consumers by rank: rows of `people`; of one niche (id or name), if given."""
        ranked = [row["consumer"] for row in self.ranked(niche, limit, ["consumer"])]
        return self.people[self.people["consumer"].isin(ranked)].sort_values("rank")

    def ranked(
        self, niche: str | None = None, limit: int | None = None, columns: Sequence[str] | None = None
    ) -> list[dict[str, Any]]:
        """The rows of `kocs` as dicts, read without pandas; columns: those wanted, all by default."""
        places = {row["consumer"]: row["rank"] for row in self.rows("people", ["consumer", "rank"], ("role", RANKED))}
        if niche is not None:
            _, found = self.group(niche, "niche")
            places = {
                row["consumer"]: places[row["consumer"]]
                for row in self.rows("members", ["consumer", "kind"], ("group", {found}))
                if row["kind"] == "niche" and row["consumer"] in places
            }
        first = sorted(places, key=places.__getitem__)[:limit]
        wanted = None if columns is None else ["consumer", *columns]
        rows = {row["consumer"]: row for row in self.rows("people", wanted, ("consumer", set(first)))}
        return [rows[consumer] for consumer in first]

    def members_of(self, kind: str, *, fringe: bool = False) -> pd.DataFrame:
        """The members of niches or circles, with the group's id in the column `kind`; see `members.members_of`."""
        return members_of(self.members, kind, fringe=fringe)

    def group(self, group: str, kind: str | None = None) -> tuple[str, str]:
        """The kind (niche or circle) and the id of the group with that id or name; of that kind, if one is given.

        An id is found before a name, and a niche before a circle; case makes no difference, except between two ids.
        Raises UsageError when there is no such group, or several of a kind have the name.
        """
        kinds = ("niche", "circle") if kind is None else (kind,)
        found: dict[tuple[int, int], list[str]] = {}
        for place, name in enumerate(kinds):
            for row in self.rows(f"{name}s", [name, "name"]):
                if (closeness := _closeness(row[name], row["name"] or "", group)) is not None:
                    found.setdefault((closeness, place), []).append(str(row[name]))
        if found:
            first = min(found)
            if len(found[first]) > 1:
                hint = f"Name one: {', '.join(found[first])}."
                raise UsageError(f"more than one {kinds[first[1]]} is called {group}", hint=hint)
            return kinds[first[1]], found[first][0]
        short = group if len(group) <= LONGEST else group[:LONGEST] + "…"
        lists = " and ".join(f"`graphkoc {name}s`" for name in kinds)
        raise UsageError(
            f"there is no {' or '.join(kinds)} called {short!r}", hint=f"{lists} list{'s' * (len(kinds) == 1)} them."
        )

    def group_name(self, kind: str, group: object) -> str | None:
        """The name of the niche or circle with that id; None when there is none."""
        if kind not in self._names:
            self._names[kind] = {row[kind]: row["name"] for row in self.rows(f"{kind}s", [kind, "name"])}
        return self._names[kind].get(group)

    def person(self, consumer: str) -> pd.Series[Any]:
        """The row in `people` of a consumer, or of the person who has that account, that handle or that name.

        An id is found before a handle or name, in which case and a leading @ make no difference. Raises UsageError
        where there is none, or several people have it.
        """
        whose = self.accounts.loc[self.accounts["account"] == consumer, "consumer"]
        found = self.people[self.people["consumer"] == (whose.iloc[0] if len(whose) else consumer)]
        if found.empty:
            wanted = consumer.removeprefix("@").casefold()
            named = self.accounts.loc[self.accounts["name"].str.casefold() == wanted, "consumer"]
            called = (self.people[column].str.casefold() == wanted for column in ("name", "handle"))
            found = self.people[self.people["consumer"].isin(named) | functools.reduce(operator.or_, called)]
        if found.empty:
            raise UsageError(
                f"there is no consumer called {consumer!r} in this run",
                hint="Give an id as `graphkoc kocs` lists it (source:id), a name or a handle.",
            )
        if len(found) > 1:
            some = ", ".join(found["consumer"].head(NAMED)) + (", …" if len(found) > NAMED else "")
            raise UsageError(f"{len(found):,} people are called {consumer!r}", hint=f"Give an id: {some}.")
        return found.iloc[0]


def _closeness(group: str, name: str, wanted: str) -> int | None:
    """0 when the id is the one wanted, 1 when it is but for case, 2 when the name is; None when neither is."""
    folded = wanted.casefold()
    same = (group == wanted, group.casefold() == folded, name.casefold() == folded)
    return same.index(True) if any(same) else None


def list_runs(folder: Path = DEFAULT_FOLDER) -> list[str]:
    """The names of the runs in a folder."""
    return [path.name for path in run_folders(folder)]


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


def previous_run(
    folder: Path, platform: str | None, consumers: pd.DataFrame, limited: bool = False
) -> tuple[Run | None, list[str]]:
    """The newest run beside `folder`, or in it, of the same platform and the same people; None without one.

    consumers: consumer and name of everybody in the store. The people are the same when at least IN_COMMON of
    those of the run, or of the store where it holds fewer, are in the other under the same id and, where both
    know one, the same name. People are compared and not stores: a store that is made anew of next week's files
    continues the run, and a store of another brand, whose files number its customers too, does not. Runs that cannot
    be read are passed over; the second value has a sentence for each of them.

    limited: whether the analysis is one up to a date. A look back does not come between two analyses of everything:
    it continues the newest run that is up to a date, any other analysis the newest of the others, and only without
    such a run the newest of the other kind.
    """
    names = consumers.set_index("consumer")["name"]
    passed_over = []
    other_kind = None
    for found in sorted(run_folders(folder.resolve().parent), key=_started, reverse=True):
        try:
            run = Run.load(found)
            same_kind = (run.info["settings"]["until"] is not None) == limited
            if run.info["settings"]["platform"] != platform or not (same_kind or other_kind is None):
                continue
            if _in_common(run, names) < IN_COMMON:
                continue
            for table in CONTINUED:
                run.table(table)
        except UsageError as error:
            passed_over.append(f"the run {found.name} is passed over: {error}".replace(str(found), found.name))
            continue
        if same_kind:
            return run, passed_over
        other_kind = run
    return other_kind, passed_over


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
    """The series that a run continues: the previous run's, or a new one, named by a hash of the run's inputs."""
    if previous is not None and previous.line:
        return previous.line
    return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:16]
