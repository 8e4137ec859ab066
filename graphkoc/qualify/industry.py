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
    Number("engagement_rate_to_tier", "engagement rate in the tier", "engagement rate over the median of the tier"),
    Number("collect_rate", "collect rate", "collects per post over followers, those of the engagement rate"),
    Number("collect_rate_to_tier", "collect rate in the tier", "collect rate over the median of the tier"),
    Number(
        "interaction_rate",
        "interaction rate",
        "likes, collects and comments over views, over the posts with known views; marketers on Xiaohongshu "
        "want 5% or more",
    ),
    Number(
        "hit_share",
        "hit posts",
        "share of posts with at least 10 times the person's own median of views, or of engagements where views are not "
        "known; of 5 posts or more, whose median is above 0",
    ),
    Number("cost_per_engagement", "cost per engagement", "the price asked for a post over engagements per post"),
    Number(
        "cost_per_thousand", "cost per thousand", "the price asked for a post over mean views of a post, times 1,000"
    ),
    Number("helpful", "helpful votes", "votes that the reviews were helpful, summed"),
    Number("helpful_rank", "reviewer rank", "rank by helpful votes on the platform; 1 has the most"),
    Number(
        "engagement_score",
        "engagement score",
        "like and collect 1 point, comment and share 4, as Xiaohongshu reportedly ranks notes (a follow, 8, is not "
        "known by post); points per post over its mean views, or followers where views are not known, as a "
        "percentile on the platform, whatever the audience size",
    ),
)
"""The definitions of the columns that `graphkoc.qualify.engagement.response` makes, as a report prints them.

Rates over followers: Influencer Marketing Hub and others, "engagement rate by followers"; over views: what
marketers on Xiaohongshu call the interaction rate. Hits: Xingtu's share of viral videos, there in 90 days.
Engagement score: the community engagement score (CES) that is reported of Xiaohongshu, which has not published it.
"""
