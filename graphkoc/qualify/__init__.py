"""Who is a key opinion consumer, in which order, and why."""

__all__ = []
