"""The names of the goals of a plan, which a command lists before anything heavy is loaded."""

__all__ = ["GOALS"]

GOALS = ("responders", "reach", "white-space", "posts")
"""Followers expected to review the same product; known followers, each counted alike; the known followers whom no KOL
reaches, each counted alike; posts, which the quotas of niches spread."""
