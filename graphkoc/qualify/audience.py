"""What an audience is counted in: followers or, where a platform states no follows, the people who engaged."""

from __future__ import annotations

from collections.abc import Mapping

from graphkoc.text import count

__all__ = ["ENGAGED", "FOLLOWERS", "basis", "counted", "stands_in"]

FOLLOWERS = "known followers"
ENGAGED = "people who engaged"


def counted(number: float, ties: str) -> str:
    """A known audience in words; ties: follows, engagements or none, as on the person's platform."""
    if ties == "engagements":
        return f"{count(number, 'people')} who engaged"
    return count(number, FOLLOWERS)


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
