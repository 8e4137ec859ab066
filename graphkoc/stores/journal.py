"""The link journal: each decision about two accounts, its rule and its reason; and how a load adds to it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd

from graphkoc.errors import UsageError

__all__ = ["Decision", "Settlement"]

VERBS = ("link", "unlink")


@dataclass(frozen=True)
class Decision:
    """Two accounts are one person (link), or are two (unlink); UsageError where it is neither.

    at: the time of the decision, UTC, ISO 8601. account, other: consumers' keys, the smaller one first. rule:
    `person`, or the name of the exact key that decided. why: the reason as a sentence.
    """

    at: str
    verb: str
    account: str
    other: str
    rule: str
    why: str

    def __post_init__(self) -> None:
        if self.account == self.other:
            raise UsageError(f"two accounts are needed to {self.verb}, and {self.account} is one")
        if self.verb not in VERBS or not self.account or not self.other:
            raise UsageError("a decision needs two accounts and the verb link or unlink")
        if self.account > self.other:
            account, other = self.other, self.account
            object.__setattr__(self, "account", account)
            object.__setattr__(self, "other", other)

    @property
    def name(self) -> str:
        """What a node of it is shown with."""
        return f"{self.verb} {self.account} and {self.other}"

    def to_line(self) -> str:
        """The decision as one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_line(cls, line: bytes) -> Decision | None:
        """The decision in a line; None for a line that is not whole, as a crash may leave it."""
        try:
            found = json.loads(line)
            values = {field.name: found[field.name] for field in fields(cls)}
            return cls(**values) if all(isinstance(value, str) for value in values.values()) else None
        except (ValueError, LookupError, TypeError, RecursionError, UsageError):
            return None


@dataclass(frozen=True)
class Settlement:
    """How a store settles identities in the same write as a load.

    columns: of consumers, that `decide` reads. decide: takes every account as it will be after the load (those
    columns, in any order) and the journal, and returns the lines to add to the journal and the table of identities
    (account, person) to keep.
    """

    columns: Sequence[str]
    decide: Callable[[pd.DataFrame, Sequence[Decision]], tuple[list[Decision], pd.DataFrame]]
