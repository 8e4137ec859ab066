"""A run is a folder: what an analysis found, and what its users changed since."""

__all__ = []
