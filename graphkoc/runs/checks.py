"""The checks that a run quotes for a human to judge, and when somebody is quiet."""

__all__ = ["CHECKS", "QUIET"]

QUIET = 180
"""Days without a review after which somebody is quiet: an account may be out of use, and is not suggested."""

CHECKS = {
    "not_to_contact": "may not be contacted: no consent, or none to marketing",
    "open_complaint": "an open dispute or refund, or an order of the last 180 days that was refunded",
    "rival_ad": "a labelled advertisement for a rival in the last 90 days",
    "for_hire": "on a price list",
    "safety_words": "a word of the user's brand-safety list in a text of the last year",
    "many_gifts": "gifts from more than two brands in the last year",
    "out_of_proportion": "more than one product review a week, and no orders known that explain it",
    "agency": "represented by an agency",
    "amazon_only": "reviews on Amazon alone, where a free product for a review is allowed through Vine only",
    "two_handles": "several accounts on one platform",
}
"""Each check, and what it says."""
