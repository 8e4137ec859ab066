"""Niches and circles as the page names and counts them."""
