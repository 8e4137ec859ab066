"""The checks that a run quotes for a human to judge."""

__all__ = ["CHECKS"]

CHECKS = {
    "rival_ad": "a labelled advertisement for a rival in the last 90 days",
    "for_hire": "on a price list",
    "safety_words": "a word of the user's brand-safety list in a text of the last year",
    "many_gifts": "gifts from more than two brands in the last year",
}
"""Each check, and what it says."""
