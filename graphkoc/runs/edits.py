"""User edits: the renames and merges of circles and niches, kept in a file beside the runs.

`journal.jsonl` is in the folder that holds the run folders. Each line is one edit, a JSON object: at (UTC), kind
(circle or niche), verb (rename, merge or undo), groups (ids; none for undo), name (for rename), run (the run that the
user looked at) and line (the series of that run, see `graphkoc.runs.run.line_of`: runs of another graph may lie in
the same folder, and edits do not apply to them). An incomplete line, as a crash may leave it at the end, is ignored.
Lines are only added: an undo is a line too, and takes back the newest rename or merge of its kind. Run folders are not
changed; edits are applied when a run is shown (`graphkoc.runs.edited`).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from graphkoc.errors import UsageError
from graphkoc.files import append_lines, read_content
from graphkoc.runs.members import KINDS

if TYPE_CHECKING:
    from graphkoc.runs.run import Run

__all__ = [
    "FILE",
    "Edit",
    "Journal",
    "Shown",
    "append",
    "check_name",
    "edits_folder",
    "merge_groups",
    "read",
    "rename_group",
    "shown_groups",
    "shown_ids",
    "undo_edit",
]

FILE = "journal.jsonl"
LONGEST = 80
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
"""Letters and marks by category that nothing is shown of."""


@dataclass(frozen=True)
class Edit:
    """One edit; UsageError for a name that cannot be read, or a verb without its groups."""

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
            raise UsageError(f"there is no edit {self.verb} of {named} groups of the kind {self.kind}")
        if self.verb == "rename":
            object.__setattr__(self, "name", check_name(self.name or ""))

    def __str__(self) -> str:
        if self.verb == "rename":
            return f"{self.groups[0]} is called {self.name}"
        return f"{', '.join(self.groups)} are one" if self.groups else "the newest edit is taken back"


@dataclass(frozen=True)
class Journal:
    """Every edit, the oldest first."""

    edits: tuple[Edit, ...] = ()

    def of(self, line: str) -> Journal:
        """The edits of one series of runs; an edit without a series, as older ones are, applies to every series."""
        return Journal(tuple(edit for edit in self.edits if edit.line in ("", line)))

    def standing(self, kind: str) -> list[Edit]:
        """The renames and merges of a kind that nobody took back, the oldest first."""
        standing: list[Edit] = []
        for edit in self.edits:
            if edit.kind != kind:
                continue
            if edit.verb != "undo":
                standing.append(edit)
            elif standing:
                standing.pop()
        return standing


def read(folder: Path) -> Journal:
    """The edits of the runs in `folder`; none where there is no file yet.

    Raises StoreError when it cannot be read.
    """
    lines = read_content(folder / FILE).split(b"\n")
    return Journal(tuple(edit for line in lines if (edit := _parse_line(line)) is not None))


def append(folder: Path, edit: Edit) -> None:
    """Add an edit at the end of the file, whole or not at all; two writers at once write one after the other.

    Raises StoreError when it cannot be written.
    """
    line = json.dumps({name: value for name, value in asdict(edit).items() if value}, ensure_ascii=False)
    append_lines(folder / FILE, [line])


def _parse_line(line: bytes) -> Edit | None:
    try:
        entry = {"groups": [], "name": "", "run": "", "line": ""} | json.loads(line)
        texts = [entry[name] for name in ("at", "kind", "verb", "name", "run", "line")]
        if not isinstance(entry["groups"], list) or not all(isinstance(text, str) for text in texts + entry["groups"]):
            return None
        at, kind, verb, name, run, series = texts
        return Edit(at, kind, verb, tuple(entry["groups"]), name or None, run, series)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, UsageError):
        return None


def edits_folder(run_folder: Path) -> Path:
    """The folder that holds a run folder and the file of its edits."""
    return run_folder.resolve().parent


def shown_ids(journal: Journal, kind: str, ids: Iterable[str]) -> dict[str, str]:
    """The id under which each of these groups is shown: its own or, of the groups it was merged with, the id of the
    first in the merge that is among `ids`."""
    there = set(ids)
    heads = {group: group for group in sorted(there)}
    for one in shown_groups(journal, kind):
        if alive := [group for group in one.groups if group in there]:
            heads |= dict.fromkeys(alive, alive[0])
    return heads


@dataclass
class Shown:
    """Groups that are shown as one, in the order of the merge; the name of all, and the name of each."""

    groups: list[str]
    name: str | None = None
    names: dict[str, str] = field(default_factory=dict)


def shown_groups(journal: Journal, kind: str) -> list[Shown]:
    """The groups that the edits rename or merge; no group is in two of them."""
    shown: dict[str, Shown] = {}
    for edit in journal.standing(kind):
        first, *others = (shown.setdefault(group, Shown([group])) for group in edit.groups)
        for other in others:
            if other is not first and shown[other.groups[0]] is other:
                first.groups += other.groups
                first.names |= other.names
                shown |= dict.fromkeys(other.groups, first)
        if edit.name:
            first.name = first.names[edit.groups[0]] = edit.name
    return list({id(one): one for one in shown.values()}.values())


def rename_group(run: Run, kind: str, group: str, name: str) -> Edit:
    """Give a group of a run, by its id or name, another name, in this run and in all that continue it.

    Raises UsageError when there is no such group, or the name is taken or cannot be read.
    """
    _, renamed = run.group(group, kind)
    edit = Edit(_now(), kind, "rename", (renamed,), name, run.name, run.line)
    wanted = str(edit.name).casefold()
    for other in run.rows(f"{kind}s", [kind, "name"]):
        if other[kind] != renamed and wanted in (other[kind].casefold(), (other["name"] or "").casefold()):
            hint = f"Choose another name, or merge the two: `graphkoc {kind}s merge`."
            raise UsageError(f"{other[kind]} is called {edit.name} already", hint=hint)
    append(edits_folder(Path(run.folder)), edit)
    return edit


def merge_groups(run: Run, kind: str, groups: Sequence[str]) -> Edit:
    """Show groups of a run, by their ids or names, as one under the id of the first, here and from now on.

    Raises UsageError when one of them does not exist, or all are the same.
    """
    ids = tuple(dict.fromkeys(run.group(group, kind)[1] for group in groups))
    if len(ids) < 2:
        raise UsageError(f"a merge takes two {kind}s or more", hint=f"`graphkoc {kind}s` lists them.")
    edit = Edit(_now(), kind, "merge", ids, run=run.name, line=run.line)
    append(edits_folder(Path(run.folder)), edit)
    return edit


def undo_edit(run: Run, kind: str) -> Edit:
    """Take back the newest rename or merge of a kind; returns what is taken back.

    Raises UsageError when there is none.
    """
    folder = edits_folder(Path(run.folder))
    standing = read(folder).of(run.line).standing(kind)
    if not standing:
        raise UsageError(f"there is nothing to undo: no {kind} was renamed or merged")
    append(folder, Edit(_now(), kind, "undo", run=run.name, line=run.line))
    return standing[-1]


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def check_name(name: str) -> str:
    """A name as it is kept: on one line, in composed characters (NFC).

    Raises UsageError when it is empty, too long, or has an invisible character.
    """
    shown = unicodedata.normalize("NFC", " ".join(name.split()))
    hidden = next((c for c in shown if unicodedata.category(c) in INVISIBLE or c in BLANK), None)
    if hidden is not None:
        raise UsageError(f"the name has an invisible character (U+{ord(hidden):04X})", hint="Leave it out.")
    if not any(unicodedata.category(c)[0] in "LNPS" for c in shown):
        raise UsageError("a name needs at least one visible character")
    if len(shown) > LONGEST:
        raise UsageError(f"a name has at most {LONGEST} characters, not {len(shown):,}")
    return shown
