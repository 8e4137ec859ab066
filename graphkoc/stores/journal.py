"""A line of the journal of identities: what was decided about two accounts, by whom, and why."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields

from graphkoc.errors import UsageError

__all__ = ["Decision"]

VERBS = ("link", "unlink")


@dataclass(frozen=True)
class Decision:
    """Two accounts are one person (link), or are two (unlink); UsageError where it is neither.

    at: when, UTC, ISO 8601. account, other: consumers' keys, the smaller one first. rule: what decided it,
    `person` or the name of an exact key. why: in words.
    """

    at: str
    verb: str
    account: str
    other: str
    rule: str
    why: str

    def __post_init__(self) -> None:
        if self.account == self.other:
            raise UsageError(f"{self.account} is one account, and to {self.verb} takes two")
        if self.verb not in VERBS or not self.account or not self.other:
            raise UsageError("a decision takes two accounts, and says link or unlink")
        if self.account > self.other:
            account, other = self.other, self.account
            object.__setattr__(self, "account", account)
            object.__setattr__(self, "other", other)

    def to_line(self) -> str:
        """The decision as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_line(cls, line: bytes) -> Decision | None:
        """The decision in a line; None for a line that is not whole, as a crash may leave it."""
        try:
            said = json.loads(line)
            values = {field.name: said[field.name] for field in fields(cls)}
            return cls(**values) if all(isinstance(value, str) for value in values.values()) else None
        except (ValueError, LookupError, TypeError, RecursionError, UsageError):
            return None
