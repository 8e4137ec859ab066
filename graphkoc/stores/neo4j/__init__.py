"""The store on a Neo4j server."""

__all__ = []
