"""A network as a picture: everybody with a place, a size and a colour; as GEXF, GraphML and a page to walk through."""

from graphkoc.graph.drawing.drawn import DrawnNetwork

__all__ = ["DrawnNetwork"]
