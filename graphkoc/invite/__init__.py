"""Invite and listen: who is asked, in which words, what the client decided, and who sits in a focus group."""

__all__ = []
