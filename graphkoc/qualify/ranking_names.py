"""The rankings that are compared with each other, by name, and what each is called in text."""

__all__ = ["RANKINGS"]

RANKINGS = {
    "score": "the score",
    "formula": "the formula",
    "activity": "own recent activity",
    "audience": "audience size",
    "pagerank": "PageRank",
    "core": "core number",
    "reviews": "reviews ever written",
    "past_credit": "past follow-on reviews",
    "engagement": "engagement received",
    "random": "at random",
    "oracle": "best possible (knows the future)",
}
