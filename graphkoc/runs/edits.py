"""The journal: what people decided about circles and niches, beside the runs, kept along the lifelines.

`journal.jsonl` lies in the folder that holds the run folders. Every line is one decision, a JSON object:
at (UTC), kind (circle or niche), verb (rename, merge or undo), groups (ids; none for undo), name (for
rename), run (the one that was looked at) and line (that of the run, see `graphkoc.runs.run.line_of`: what was
decided of one graph's groups is nothing to another's, whose runs may lie beside it). A line that is not
whole, as a crash may leave it at the end, is none. Lines are only ever added: an undo is a line too, and
takes back the newest rename or merge of its kind that stands. Runs stay as they were found; the journal is
applied when one is shown.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from graphkoc.errors import UsageError
from graphkoc.files import append_lines, read_lines
from graphkoc.runs.members import KINDS, MEMBER

if TYPE_CHECKING:
    from graphkoc.runs.run import Run

__all__ = [
    "FILE",
    "Decision",
    "Journal",
    "append",
    "apply",
    "heads",
    "merge_groups",
    "place",
    "read",
    "rename_group",
    "undo_decision",
]

FILE = "journal.jsonl"
LONGEST = 80
NOT_SEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks by category, and yet nothing is seen of them."""


@dataclass(frozen=True)
class Decision:
    """One line of the journal; UsageError for a name that cannot be read, or a verb without its groups."""

    at: str
    kind: str
    verb: str
    groups: tuple[str, ...] = ()
    name: str | None = None
    run: str = ""
    line: str = ""

    def __post_init__(self) -> None:
        named = len(set(self.groups))
        fits = {"rename": named == 1, "merge": named >= 2, "undo": named == 0}
        if self.kind not in KINDS or not fits.get(self.verb):
            raise UsageError(f"the journal knows no {self.verb} of {named} groups of the kind {self.kind}")
        if self.verb == "rename":
            object.__setattr__(self, "name", _readable(self.name or ""))

    def __str__(self) -> str:
        if self.verb == "rename":
            return f"{self.groups[0]} is called {self.name}"
        return f"{', '.join(self.groups)} are one" if self.groups else "the newest is taken back"


@dataclass(frozen=True)
class Journal:
    """Every decision, the oldest first."""

    decisions: tuple[Decision, ...] = ()

    def of(self, line: str) -> Journal:
        """What was decided of one line of runs; decisions of no line, as older ones are, are of every line."""
        return Journal(tuple(decision for decision in self.decisions if decision.line in ("", line)))

    def standing(self, kind: str) -> list[Decision]:
        """The renames and mergers of a kind that nobody took back, the oldest first."""
        standing: list[Decision] = []
        for decision in self.decisions:
            if decision.kind != kind:
                continue
            if decision.verb != "undo":
                standing.append(decision)
            elif standing:
                standing.pop()
        return standing


def read(folder: Path) -> Journal:
    """The journal of the runs in `folder`, without a decision where there is none yet.

    Raises StoreError when it cannot be read.
    """
    lines = read_lines(folder / FILE)
    return Journal(tuple(decision for line in lines if (decision := _decision(line)) is not None))


def append(folder: Path, decision: Decision) -> None:
    """Write a decision at the end of the journal, whole or not at all; two at once come one after the other.

    Raises StoreError when it cannot be written.
    """
    line = json.dumps({name: value for name, value in asdict(decision).items() if value}, ensure_ascii=False)
    append_lines(folder / FILE, [line])


def _decision(line: bytes) -> Decision | None:
    try:
        said = json.loads(line)
        said = {"groups": [], "name": "", "run": "", "line": ""} | said
        texts = [said[name] for name in ("at", "kind", "verb", "name", "run", "line")]
        if not isinstance(said["groups"], list) or not all(isinstance(text, str) for text in texts + said["groups"]):
            return None
        return Decision(
            said["at"],
            said["kind"],
            said["verb"],
            tuple(said["groups"]),
            said["name"] or None,
            said["run"],
            said["line"],
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, UsageError):
        return None


def place(run_folder: Path) -> Path:
    """The folder that holds a run folder, and its journal."""
    return run_folder.resolve().parent


def heads(journal: Journal, kind: str, ids: Iterable[str]) -> dict[str, str]:
    """Under which id each of these groups is shown: the first named, of those that are there, of the
    groups it was merged with; mostly its own."""
    there = set(ids)
    shown = {group: group for group in sorted(there)}
    for seen in _seen(journal, kind):
        if alive := [group for group in seen.groups if group in there]:
            shown |= dict.fromkeys(alive, alive[0])
    return shown


def apply(journal: Journal, kind: str, table: pd.DataFrame, members: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The groups of a run as people decided to see them.

    table: a row a group, with its id in the column called as the kind, name, people and perhaps parent
    and level. members: consumer, the same column, confidence. Both come back as they are when nothing
    that stands concerns them. Groups that were merged are one row, under the id of the first named that
    is there: its people are counted again, it stands as high as the highest of them, and everything else
    is the first's. Somebody who was in several keeps the row of the highest confidence. A merger, and the
    name that it was given, last as long as two of its groups live; the last is itself again.
    """
    shown = heads(journal, kind, table[kind])
    names = {}
    for seen in _seen(journal, kind):
        alive = [group for group in seen.groups if group in shown]
        if alive and (name := seen.name if len(alive) > 1 else seen.names.get(alive[0])):
            names[alive[0]] = name
    if any(group != head for group, head in shown.items()):
        table, members = _united(kind, shown, table, members)
    if names:
        chosen = table[kind].map(names)
        table = table.assign(name=chosen.where(chosen.notna(), table["name"]).astype(table["name"].dtype))
    return table, members


@dataclass
class _Seen:
    """Groups that are shown as one, the first named first, the name of it all, and the names of each."""

    groups: list[str]
    name: str | None = None
    names: dict[str, str] = field(default_factory=dict)


def _seen(journal: Journal, kind: str) -> list[_Seen]:
    """What the decisions that stand amount to; no group is in two."""
    seen: dict[str, _Seen] = {}
    for decision in journal.standing(kind):
        first, *others = (seen.setdefault(group, _Seen([group])) for group in decision.groups)
        for other in others:
            if other is not first and seen[other.groups[0]] is other:
                first.groups += other.groups
                first.names |= other.names
                seen |= dict.fromkeys(other.groups, first)
        if decision.name:
            first.name = first.names[decision.groups[0]] = decision.name
    return list({id(one): one for one in seen.values()}.values())


def _united(
    kind: str, shown: dict[str, str], table: pd.DataFrame, members: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One row for each head, and for each person in it."""
    moved = members.assign(**{kind: members[kind].map(shown).astype(members[kind].dtype)}).reset_index(drop=True)
    surest = moved.sort_values("confidence", ascending=False, kind="stable")
    members = surest.drop_duplicates(["consumer", kind]).sort_index().reset_index(drop=True)

    head = table[kind].map(shown)
    grown = set(head[head != table[kind]])
    ranked = table.assign(head=head, first=head == table[kind], below=False)
    if "parent" in table:
        ranked["below"] = table["parent"].isin(table[kind])
        ranked["parent"] = table["parent"].map(shown).where(ranked["below"], table["parent"])
    # The highest of a merger says what it is inside of: by a lower one it could come to be inside itself.
    highest = ranked.sort_values(["below", "first"], ascending=[True, False], kind="stable").drop_duplicates("head")
    table = table[ranked["first"]].reset_index(drop=True)
    for column in {"parent", "level"} & set(table):
        table[column] = table[kind].map(highest.set_index("head")[column]).astype(table[column].dtype)
    counted = members[members["confidence"] >= MEMBER]
    again = table[kind].map(counted[kind].value_counts()).fillna(0)
    table["people"] = again.where(table[kind].isin(grown), table["people"]).astype(table["people"].dtype)
    return table.sort_values(["people", kind], ascending=[False, True], ignore_index=True), members


def rename_group(run: Run, kind: str, group: str, name: str) -> Decision:
    """Give a group of a run, by its id or name, another name, in this run and in all that follow.

    Raises UsageError when there is no such group, or the name is taken or cannot be read.
    """
    table = _table(run, kind)
    one = _find(table, kind, group)
    decision = Decision(_now(), kind, "rename", (one,), name, run.name, run.line)
    others = table[table[kind] != one]
    taken = others[_called(others, kind, str(decision.name))]
    if len(taken):
        hint = f"Choose another name, or merge the two: `graphkoc {kind}s merge`."
        raise UsageError(f"{taken[kind].iloc[0]} is called {decision.name} already", hint=hint)
    append(place(Path(run.folder)), decision)
    return decision


def merge_groups(run: Run, kind: str, groups: Sequence[str]) -> Decision:
    """Show groups of a run, by their ids or names, as one under the id of the first, here and from now on.

    Raises UsageError when one of them is not there, or all are the same.
    """
    ids = tuple(dict.fromkeys(_find(_table(run, kind), kind, group) for group in groups))
    if len(ids) < 2:
        raise UsageError(f"a merger takes two {kind}s or more", hint=f"`graphkoc {kind}s` lists them.")
    decision = Decision(_now(), kind, "merge", ids, run=run.name, line=run.line)
    append(place(Path(run.folder)), decision)
    return decision


def undo_decision(run: Run, kind: str) -> Decision:
    """Take back the newest renaming or merger that stands of a kind; returns what is taken back.

    Raises UsageError when there is none.
    """
    folder = place(Path(run.folder))
    standing = read(folder).of(run.line).standing(kind)
    if not standing:
        raise UsageError(f"there is nothing to undo: no {kind} was renamed or merged")
    append(folder, Decision(_now(), kind, "undo", run=run.name, line=run.line))
    return standing[-1]


def _table(run: Run, kind: str) -> pd.DataFrame:
    return run.niches if kind == "niche" else run.circles


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _called(table: pd.DataFrame, kind: str, wanted: str) -> pd.Series[bool]:
    """Which groups have this id or name, whatever its case."""
    said = wanted.casefold()
    return (table[kind].str.casefold() == said) | (table["name"].fillna("").astype("str").str.casefold() == said)


def _find(table: pd.DataFrame, kind: str, wanted: str) -> str:
    """The id of the group with that id or name."""
    if (table[kind] == wanted).any():
        return wanted
    found = table.loc[_called(table, kind, wanted), kind].tolist()
    if len(found) > 1:
        raise UsageError(f"more than one {kind} is called {wanted}", hint=f"Say which: {', '.join(found)}.")
    if not found:
        short = wanted if len(wanted) <= LONGEST else wanted[:LONGEST] + "…"
        raise UsageError(f"there is no {kind} called {short!r}", hint=f"`graphkoc {kind}s` lists them.")
    return str(found[0])


def _readable(name: str) -> str:
    """A name on one line; UsageError when it is empty, too long, or holds what nobody can see."""
    seen = unicodedata.normalize("NFC", " ".join(name.split()))
    hidden = next((c for c in seen if unicodedata.category(c) in NOT_SEEN or c in BLANK), None)
    if hidden is not None:
        raise UsageError(
            f"the name holds a character that cannot be seen (U+{ord(hidden):04X})", hint="Type it without that."
        )
    if not any(unicodedata.category(c)[0] in "LNPS" for c in seen):
        raise UsageError("a name needs at least one character that can be seen")
    if len(seen) > LONGEST:
        raise UsageError(f"a name has at most {LONGEST} characters, not {len(seen):,}")
    return seen
