"""Circles of the follow network and niches of taste: found, named, tracked from run to run."""

__all__ = []
