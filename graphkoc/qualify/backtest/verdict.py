"""The result of a backtest in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphkoc.text import count

__all__ = ["Chance", "Margin", "Placebo", "Row", "ceiling_note", "shuffled_note", "undated_note", "verdict"]


@dataclass(frozen=True)
class Row:
    """How a ranking did. shares: the figure at each split; mean, and its 95 % interval over people; within: the mean
    figure within each split's horizon alone, NaN where nothing came so soon; hits: of the first 20 named, how many
    had a follow-on review afterwards, at each split."""

    ranking: str
    mean: float
    low: float
    high: float
    within: float
    shares: tuple[float, ...]
    hits: tuple[float, ...]


@dataclass(frozen=True)
class Placebo:
    """The score's top against a truth in which influence cannot be: credit of all candidates and of
    the top, and the share, each the mean over splits."""

    name: str
    credit: float
    top_credit: float
    share: float


@dataclass(frozen=True)
class Margin:
    """The score's mean figure minus the formula's, and its 95 % interval, resampled in pairs."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Chance:
    """What the score's top collects where structure cannot be, at the middle split.

    copies: of the log, in which the network of the follows known at the split is rewired and the times stay. highest:
    the most follow-on reviews that the same score's top collects in one of them; credit: in the log itself.
    shuffled_copies: in which the times are shuffled too. shuffled: the mean share of the follow-on reviews that the top
    collects in those; share: in the log itself.
    """

    copies: int
    highest: float
    credit: float
    shuffled_copies: int
    shuffled: float
    share: float

    @property
    def beaten(self) -> bool:
        """Whether the score finds more than in each of the copies: by chance 1 time in 20."""
        return self.credit > self.highest


def verdict(rows: Sequence[Row], placebos: Sequence[Placebo], chance: Chance) -> str:
    """Whether the ranking beats audience size and chance, and what the placebos show."""
    by_name = {row.ranking: row for row in rows}
    ours, size = by_name["score"], by_name["audience"]
    if not chance.beaten:
        return (
            f"There is no signal beyond chance: the score's top collected {chance.credit:,.1f} later follow-on "
            f"reviews, and up to {chance.highest:,.1f} in {chance.copies} randomly rewired networks. "
            "Do not rely on this ranking."
        )
    if ours.low > size.high:
        first = (
            f"The score's top collected {ours.mean:.0%} of the follow-on reviews that came later; "
            f"as many people picked by audience size collected {size.mean:.0%}."
        )
    elif ours.mean > size.mean:
        first = (
            f"The score's top collected {ours.mean:.0%} of the later follow-on reviews and audience size "
            f"{size.mean:.0%}; the two intervals overlap, so the difference may be luck."
        )
    else:
        better = "better" if size.mean > ours.mean else "as well"
        first = (
            f"Audience size does {better} here: it collected {size.mean:.0%} of the later follow-on reviews, "
            f"the score {ours.mean:.0%}."
        )
    real, back, shuffled = (placebo.top_credit for placebo in placebos)
    matters = "matters" if real > 1.5 * shuffled else "hardly matters here"
    second = (
        f"In a randomly rewired network the same people would account for {shuffled:.1f} follow-on reviews instead of "
        f"{real:.1f}: who follows whom {matters}."
    )
    if real <= 1.5 * back:
        third = (
            f"With time reversed they still account for {back:.1f}: the ranking finds people who are active among "
            "like-minded followers; it is no evidence that they cause what their followers do."
        )
    else:
        third = (
            f"With time reversed they account for {back:.1f}: the order in time matters too, which is still no proof "
            "of cause."
        )
    return f"{first} {second} {third}"


def ceiling_note(ceiling: float) -> str:
    """How high a ranking can get."""
    return (
        f"Ranking by one half of the later follow-on reviews collects {ceiling:.0%} of the other half; a ranking "
        "that does much better uses information from the future."
    )


def shuffled_note(chance: Chance) -> str:
    """How much of the figure is only that some people are active."""
    return (
        f"With times shuffled too, the same score still collects {chance.shuffled:.0%} of the follow-on reviews "
        f"(mean of {count(chance.shuffled_copies, 'copies')}; {chance.share:.0%} in the data, at the middle split), "
        "because activity stays with people."
    )


def undated_note(undated: int, follows: int) -> tuple[str, ...]:
    """What follows without a date leave open; nothing where there are none."""
    if not undated:
        return ()
    return (
        f"{undated:,} of {count(follows, 'follows')} have no date and count once both ends have reviewed. "
        "Some of them were made later, which may flatter the ranking: on Ciao, features from follows a year old "
        "find 4.5 points of 100 less.",
    )
