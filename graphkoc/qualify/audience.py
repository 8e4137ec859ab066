"""What an audience is counted in: followers or, where a platform states no follows, the people who engaged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphkoc.text import count, number_or_none, percent

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ENGAGED", "FOLLOWERS", "basis", "counted", "describe_audience_coverage", "stands_in"]

FOLLOWERS = "known followers"
ENGAGED = "people who engaged"


def counted(number: float, ties: str) -> str:
    """A known audience in words; ties: follows, engagements or none, as on the person's platform."""
    if ties == "engagements":
        return f"{count(number, 'people')} who engaged"
    return count(number, FOLLOWERS)


def describe_audience_coverage(person: Mapping[str, Any] | pd.Series[Any]) -> list[str]:
    """How much of a person's audience, and of the answers to their posts, the data hold; a clause for each.

    person: a row of people.
    """
    found = []
    if (share := number_or_none(person["audience_coverage"])) is not None:
        found.append(
            f"{percent(share)} of the {count(person['followers'], 'followers')} that the platform states are known"
        )
    if person["posts_engaged"]:
        found.append(f"engagements are known on {person['posts_engaged']:,} of {count(person['posts'], 'posts')}")
    return found


def basis(ties_of: Mapping[str, str]) -> str:
    """What known audiences are counted in; ties_of: for each platform follows, engagements or none."""
    kinds = set(ties_of.values())
    if "engagements" not in kinds:
        return FOLLOWERS
    return ENGAGED if "follows" not in kinds else f"{FOLLOWERS} or {ENGAGED}"


def stands_in(ties_of: Mapping[str, str]) -> str | None:
    """A sentence on what stands in for followers on platforms without known follows; None where all have them."""
    engaged = sorted(platform for platform, ties in ties_of.items() if ties == "engagements")
    if not engaged:
        return None
    return (
        f"no follows are known on {', '.join(engaged)}: people who engaged with an author stand in for followers there"
    )
