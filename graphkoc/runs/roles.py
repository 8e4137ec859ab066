"""The roles that a run gives to people."""

__all__ = ["RANKED", "ROLES", "WIDE_ROLES"]

ROLES = ("koc", "possible", "kol", "wide", "none")
"""Key opinion consumer, passes all but a known audience, over the limit of a small audience by the followers that the
platform states, over it by known followers alone (widely followed here), none of these."""
RANKED = ("koc", "possible")
"""The roles that have a rank."""
WIDE_ROLES = ("kol", "wide")
"""The roles of wide-audience accounts: KOLs, and where no followers are stated those who are widely followed here."""
