"""Which plan is proposed: joint, KOCs only or KOLs only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Outlook", "Proposal", "propose"]


@dataclass(frozen=True)
class Outlook:
    """What a plan is predicted to reach, and the range of it; low and high are NaN where it is not calibrated."""

    value: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True)
class Proposal:
    """The plan proposed, by name, those whose ranges overlap with the best one's, and a sentence on both."""

    name: str
    level: tuple[str, ...]
    why: str


def propose(outlooks: Mapping[str, Outlook], second: Mapping[str, float] | None = None) -> Proposal:
    """The plan to propose among alternatives, at least one.

    outlooks: by name, such as joint, koc only and kol only. The largest value is the best, and of equal ones that of
    the simpler plan, which is not joint. Of the best and those whose ranges overlap with its own, the
    one with the largest `second` is proposed, such as the white space that it reaches or its posts; without `second`
    the best is.
    """
    best, *others = sorted(outlooks, key=lambda name: (-outlooks[name].value, name == "joint"))
    if not others:
        return Proposal(best, (), f"{best} is the only plan")
    if any(math.isnan(end) for outlook in outlooks.values() for end in (outlook.low, outlook.high)):
        why = f"{best} has the largest prediction; without ranges the others may do as well (not calibrated)"
        return Proposal(best, (), why)
    top = outlooks[best]
    level = tuple(name for name in others if outlooks[name].low <= top.high and top.low <= outlooks[name].high)
    apart = [name for name in others if name not in level]
    if not level:
        return Proposal(best, (), f"{best} is above {' and '.join(apart)}: their ranges do not overlap")
    why = f"{', '.join((best, *level[:-1]))} and {level[-1]} cannot be told apart: their ranges overlap"
    if second is None:
        return Proposal(best, level, why)
    proposed = max((best, *level), key=lambda name: second[name])
    return Proposal(proposed, level, why)
