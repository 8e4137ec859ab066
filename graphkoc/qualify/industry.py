"""The industry's numbers: what each is called, and its definition. `graphkoc.qualify.engagement` computes them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["NUMBERS", "Number"]


@dataclass(frozen=True)
class Number:
    """A number of the industry: the column, what it is called, and its definition."""

    name: str
    what: str
    definition: str


NUMBERS = (
    Number(
        "engagements_per_post",
        "engagements per post",
        "likes, collects, comments and shares of a post, mean over the posts for which any is known",
    ),
    Number(
        "engagement_rate",
        "engagement rate",
        "engagements per post over followers, as the platform states them, or else those known",
    ),
    Number("engagement_rate_to_tier", "engagement rate, of her tier's", "her engagement rate over her tier's median"),
    Number("collect_rate", "collect rate", "collects per post over followers, those of the engagement rate"),
    Number("collect_rate_to_tier", "collect rate, of her tier's", "her collect rate over her tier's median"),
    Number(
        "interaction_rate",
        "interaction rate",
        "likes, collects and comments over views, of the posts whose views are known; marketers on Xiaohongshu "
        "want 5% or more",
    ),
    Number(
        "hit_share",
        "hit posts",
        "share of her posts with at least 10 times her own median of views, or of engagements where views are not "
        "known; of 5 posts or more, whose median is above 0",
    ),
    Number(
        "cost_per_engagement", "cost per engagement", "the price that she asks for a post over engagements per post"
    ),
    Number(
        "cost_per_thousand", "cost per thousand", "the price that she asks for a post over its mean views, times 1,000"
    ),
    Number("helpful", "helpful votes", "votes for being helpful that her reviews got, summed"),
    Number("helpful_rank", "reviewer rank", "her place by helpful votes among her platform's people; 1 has the most"),
    Number(
        "quality",
        "quality before size",
        "like and collect 1 point, comment and share 4, as Xiaohongshu is said to rank notes (a follow, 8, is not "
        "known by post); points per post over its mean views, or followers where views are not known, as a "
        "percentile of her platform's people, whatever their size",
    ),
)
"""The definitions of the columns that `graphkoc.qualify.engagement.response` makes, as a report prints them.

Rates over followers: Influencer Marketing Hub and others, "engagement rate by followers"; over views: what
marketers on Xiaohongshu call the interaction rate. Hits: Xingtu's share of viral videos, there in 90 days.
Quality: the community engagement score (CES) that is reported of Xiaohongshu; the platform has not published it.
"""
