"""The description of the backend that networkx reads when it is imported; it imports nothing that the backend needs."""

from __future__ import annotations

from typing import Any

__all__ = ["get_info"]


def get_info() -> dict[str, Any]:
    """The entry point `networkx.backend_info`: names and descriptions, which networkx adds to its own docstrings."""
    return {
        "backend_name": "graphkoc",
        "project": "graphkoc",
        "package": "graphkoc",
        "short_summary": "PageRank, core numbers and Leiden by igraph, also on a graphkoc Network.",
        "functions": {
            "pagerank": {
                "additional_docs": "Exact, by ARPACK, so that it also converges where a power iteration needs more "
                "than `max_iter` steps. Refuses `dangling`, a `max_iter` below 100, an `alpha` outside 0 to 1, a `tol` "
                "below 1e-12, and negative weights and other values."
            },
            "core_number": {"additional_docs": "The same numbers, and the same errors."},
            "leiden_communities": {
                "additional_docs": "By modularity, of undirected graphs, until nothing improves. Refuses `max_level`, "
                "other metrics and negative weights."
            },
        },
    }
