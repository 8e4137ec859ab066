"""Who can sit in a focus group, and why somebody cannot: the first of several reasons, none of them a rating."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from graphkoc.errors import AnalysisError, UsageError
from graphkoc.invite.flags import OPTED_OUT, REFUSED
from graphkoc.invite.opinions import LANGUAGE_NAMES
from graphkoc.invite.topics import Topic
from graphkoc.runs.run import Run
from graphkoc.text import count

__all__ = ["ACTIVE", "REASONS", "RESERVES", "RESTED", "SIZE", "Wishes", "check_enough", "screen_people"]

SIZE, RESERVES = 12, 0.25
"""People of a group, and reserves as a share of them: 10 are recruited for a group of 8."""
ACTIVE = 180
"""Days before the reference date in which somebody has to have written about the topic."""
RESTED = 180
"""Days after an invitation in which nobody is invited again."""

REASONS = {
    "excluded": "left out by you",
    "staff": "account of the brand or of its staff",
    "not_to_contact": OPTED_OUT,
    "refused": REFUSED,
    "invited": f"invited in the {RESTED} days before the run, or since",
    "kol": "KOL by stated followers, to be asked for reach and not as a consumer",
    "unsafe": "taken off every list by [safety] in graphkoc.toml",
    "open_complaint": "open complaint or recent refund, to be settled first",
    "rival_ad": "advertised a rival in the last 90 days",
    "suspicious": "patterns consistent with reviews that are not a free opinion",
    "asked_for": "wrote about it only for a gift, for pay or when asked",
    "quiet": "wrote nothing about it of their own accord lately",
    "silent": "gave no reasons for what they think of it",
    "unreachable": "no platform to write to them on, and no contact key with consent",
    "language": "writes in another language",
    "kind_only": "knows its kind and not the product itself",
    "spare": "would add less to this group",
}
"""Why people who know the topic are not in a group, in the order in which the reasons are looked for."""


@dataclass(frozen=True)
class Wishes:
    """What a user asks of a group.

    size: people. reserves: a share of the size below 1, or a number of people. language: ISO 639, None for the one
    that most candidates write in. active: days. exclude: ids. Raises UsageError for a size or number that cannot be.
    """

    size: int = SIZE
    reserves: float = RESERVES
    language: str | None = None
    active: int = ACTIVE
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 1:
            raise UsageError(f"a focus group of {self.size} has nobody in it", hint="--size is 1 or more.")
        if self.reserves < 0 or (self.reserves >= 1 and self.reserves % 1):
            hint = "--reserves is a share below 1, such as 0.25, or a number of people."
            raise UsageError(f"there cannot be {self.reserves:g} reserves", hint=hint)
        if self.language is not None and self.language not in LANGUAGE_NAMES:
            hint = f"There are: {', '.join(LANGUAGE_NAMES)}."
            raise UsageError(f"the language {self.language!r} is not told apart from others", hint=hint)
        if self.active < 1:
            raise UsageError(f"nobody can be active for {self.active} days", hint="--active is 1 or more.")

    @property
    def spare(self) -> int:
        """The number of reserves."""
        return int(self.reserves) if self.reserves >= 1 else math.ceil(round(self.size * self.reserves, 9))


def screen_people(
    people: pd.DataFrame,
    run: Run,
    topic: Topic,
    exclude: Collection[str],
    refused: Collection[str],
    rested: Collection[str],
    unwilling: Collection[str],
) -> pd.DataFrame:
    """Which reasons keep each person out, by id: a bool column for each of REASONS but the last three.

    people: as `graphkoc.invite.opinions.gather_opinions` returns them, with channel. exclude, refused: people whom the
    user and the client do not want. rested: those who were invited lately. unwilling: those who asked not to be
    contacted. Where no text of the topic is known, nobody is kept out for want of reasons. Raises UsageError for an
    excluded person whom the run does not know.
    """
    stated = run.people.set_index("consumer").loc[people.index]
    checked = {name: set(rows["consumer"]) for name, rows in run.checks.groupby("check")}
    out = {run.person(one)["consumer"] for one in exclude}
    has_text = bool(topic.reviews[["headline", "text"]].notna().any(axis=None))
    not_to_contact = people.index.isin([*checked.get("not_to_contact", ()), *unwilling]) | (stated["consent"] == "no")
    free = people["texts"] > people["asked_for"]
    return pd.DataFrame(
        {
            "excluded": people.index.isin(list(out)),
            "staff": stated["gate_person"] == "failed",
            "not_to_contact": not_to_contact,
            "refused": people.index.isin(list(refused)),
            "invited": people.index.isin(list(rested)),
            "kol": stated["role"] == "kol",
            "unsafe": stated["excluded"].notna(),
            "open_complaint": people.index.isin(list(checked.get("open_complaint", ()))),
            "rival_ad": people.index.isin(list(checked.get("rival_ad", ()))),
            "suspicious": stated["suspicious"],
            "asked_for": ~free,
            "quiet": free & (people["lately"] == 0),
            "silent": free & (people["reasons"] == 0) & has_text,
            "unreachable": people["channel"].isna(),
        },
        index=people.index,
    )


def check_enough(people: pd.DataFrame, topic: Topic, wishes: Wishes) -> None:
    """Raise where fewer people are left than were asked for; people: with reason, null for those who are left.

    AnalysisError where nobody is left, and else UsageError.
    """
    left = int(people["reason"].isna().sum())
    if left >= wishes.size:
        return
    counts = people["reason"].value_counts()
    why = "; ".join(f"{counts[reason]:,} {words}" for reason, words in REASONS.items() if reason in counts)
    of = f"of the {count(len(people), 'people')} who write about {topic.name}"
    hint = f"--active looks further back than {wishes.active} days, and --language chooses another language."
    if not left:
        raise AnalysisError(f"nobody {of} can sit in a group: {why}", hint=hint)
    raise UsageError(f"a group of {wishes.size:,} was asked for, and {left:,} {of} can sit in it: {why}", hint=hint)
