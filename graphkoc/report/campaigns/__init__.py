"""Campaigns as the page shows them: the one that runs, and what people answered."""
