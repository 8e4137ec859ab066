"""What happens by itself: refreshing the reports, sending them, and the time at which to do so."""

__all__ = []
