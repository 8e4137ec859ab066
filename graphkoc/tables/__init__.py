"""The canonical tables: their schema, their types, and tables larger than memory."""

__all__ = []
