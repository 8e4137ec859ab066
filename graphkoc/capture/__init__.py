"""From raw files to canonical tables: sources, reading, contacts, identities."""

__all__ = []
