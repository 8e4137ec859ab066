"""The gates that a key opinion consumer passes: `gates` tests them, `words` says what came of it."""

__all__ = []
