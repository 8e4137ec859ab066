"""What clients decided of people: a journal beside the saved lists that is only added to.

`plans/decisions.jsonl` has a JSON object a line: at (UTC), client, consumer, decision (yes, no or reserve), reason, and
list (the file or the saved list that the decision was made on). The newest line of a client and a person stands, so
that a no holds for every later plan and list of that client until the same client says otherwise. Names of clients are
compared without capitals, widths and spaces. An incomplete line, as a crash may leave it at the end, is ignored.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from graphkoc.errors import UsageError
from graphkoc.files import append_lines, read_content, translate_errors
from graphkoc.runs.edits import check_name

__all__ = ["DECISIONS", "FILE", "Decision", "append", "decide_now", "find_standing", "list_refused", "read"]

FILE = "decisions.jsonl"
DECISIONS = ("yes", "no", "reserve")
LONGEST = 2_000
"""Characters that are kept of a reason."""


@dataclass(frozen=True)
class Decision:
    """One decision of a client; UsageError for one that is none of DECISIONS, or of a client without a name."""

    at: str
    client: str
    consumer: str
    decision: str
    reason: str = ""
    list: str = ""

    def __post_init__(self) -> None:
        if self.decision not in DECISIONS:
            raise UsageError(f"{self.decision!r} is no decision", hint=f"There are: {', '.join(DECISIONS)}.")
        object.__setattr__(self, "client", check_name(self.client))
        object.__setattr__(self, "reason", self.reason[:LONGEST])


def decide_now(client: str, consumer: str, decision: str, reason: str = "", made_on: str = "") -> Decision:
    """A decision that is made now, on the list `made_on`; UsageError as `Decision` raises it."""
    return Decision(datetime.now(UTC).isoformat(timespec="seconds"), client, consumer, decision, reason, made_on)


def append(folder: Path, decisions: Sequence[Decision]) -> None:
    """Add decisions at the end of the journal, all or none; two writers at once write one after the other.

    folder: as `graphkoc.invite.saved.plans_folder` gives it. Raises StoreError when it cannot be written.
    """
    with translate_errors(f"{folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True)
    append_lines(folder / FILE, [json.dumps(asdict(decision), ensure_ascii=False) for decision in decisions])


def read(folder: Path) -> tuple[Decision, ...]:
    """Every decision, the oldest first; none where there is no file yet. StoreError when it cannot be read."""
    lines = read_content(folder / FILE).split(b"\n")
    return tuple(decision for line in lines if (decision := _parse_line(line)) is not None)


def find_standing(
    decisions: Iterable[Decision], client: str, persons: Mapping[str, str] | None = None
) -> dict[str, Decision]:
    """The decisions of a client that stand, by consumer: of several, the one that was written last.

    persons: the consumer in lists by account, for people with several accounts (`accounts` of a run); a decision on
    any of these holds for the person.
    """
    whose = persons or {}
    wanted = _fold(client)
    return {whose.get(one.consumer, one.consumer): one for one in decisions if _fold(one.client) == wanted}


def list_refused(folder: Path, client: str, persons: Mapping[str, str] | None = None) -> set[str]:
    """The people whom a client does not want, by consumer; persons as in `find_standing`."""
    standing = find_standing(read(folder), client, persons)
    return {consumer for consumer, one in standing.items() if one.decision == "no"}


def _fold(client: str) -> str:
    return "".join(unicodedata.normalize("NFKC", client).casefold().split())


def _parse_line(line: bytes) -> Decision | None:
    try:
        entry = {"reason": "", "list": ""} | json.loads(line)
        texts = [entry[name] for name in ("at", "client", "consumer", "decision", "reason", "list")]
        return Decision(*texts) if all(isinstance(text, str) for text in texts) else None
    except (ValueError, LookupError, TypeError, RecursionError, UsageError):
        return None
