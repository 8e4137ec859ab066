"""What texts say: their sentences and language, remarks as concepts and words, and which of them are about problems."""

__all__ = []
