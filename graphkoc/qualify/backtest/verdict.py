"""The result of a backtest in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphkoc.text import count

__all__ = ["Chance", "Margin", "Placebo", "Row", "ceiling_note", "undated_note", "verdict"]


@dataclass(frozen=True)
class Row:
    """How a ranking did. shares: the figure at each split; mean, and its 95 % interval over people;
    hits: of the first 20 named, how many had a follow-on review afterwards, at each split."""

    ranking: str
    mean: float
    low: float
    high: float
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
    """copies: of the log, with follows and times shuffled. share: the 95 % point of the score's figure in them,
    at the middle split. score: its figure in the log itself at that split."""

    copies: int
    share: float
    score: float

    @property
    def beaten(self) -> bool:
        """Whether the score finds more than in those copies."""
        return self.score > self.share


def verdict(rows: Sequence[Row], placebos: Sequence[Placebo], chance: Chance) -> str:
    """Whether the ranking beats audience size and chance, and what the placebos show."""
    by_name = {row.ranking: row for row in rows}
    ours, size = by_name["score"], by_name["audience"]
    if not chance.beaten:
        return (
            f"There is no signal beyond chance: the score's top collected {chance.score:.0%} of the later follow-on "
            f"reviews, and in 1 of 20 copies of these data with follows and times shuffled it collects "
            f"{chance.share:.0%} or more, because activity stays with people. Do not rely on this ranking."
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


def undated_note(undated: int, follows: int) -> tuple[str, ...]:
    """What follows without a date leave open; nothing where there are none."""
    if not undated:
        return ()
    return (
        f"{undated:,} of {count(follows, 'follows')} have no date and count once both ends have reviewed. "
        "Some of them were made later, which may flatter the ranking: on Ciao, features from follows a year old "
        "find 4.5 points of 100 less.",
    )
