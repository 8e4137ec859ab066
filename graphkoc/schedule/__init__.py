"""It arrives by itself: what brings the report up to date, and when, on this machine or in a container."""

__all__ = []
