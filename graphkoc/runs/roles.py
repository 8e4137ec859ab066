"""The roles that a run gives to people."""

__all__ = ["RANKED", "ROLES"]

ROLES = ("koc", "possible", "kol", "none")
"""Key opinion consumer, passes all but a known audience, over the limit of a small audience, none of these."""
RANKED = ("koc", "possible")
"""The roles that have a rank."""
