"""The network that is analysed, and what it is made of."""

__all__ = []
