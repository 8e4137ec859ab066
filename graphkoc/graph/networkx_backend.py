"""The backend for networkx: some of its functions by igraph, on a Network or on any graph of networkx.

    networkx.pagerank(network.reverse())
    networkx.core_number(graph, backend="graphkoc")

networkx imports this module when one of its functions is first asked for with this backend (entry point
`networkx.backends`), and finds each function under its own name. What would not give what networkx gives is refused:
`can_run` looks at the arguments, and what only the data show raises NotImplementedError, on which networkx looks for
another backend or says so.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, ClassVar

import igraph
import networkx
import numpy as np

from graphkoc.arrays import Values
from graphkoc.graph.network import Network, seeded

__all__ = [
    "BackendGraph",
    "can_run",
    "convert_from_nx",
    "convert_to_nx",
    "core_number",
    "leiden_communities",
    "pagerank",
    "should_run",
]

FINEST = 1e-12
"""The smallest tolerance of PageRank that is met: ARPACK's own error is some 1e-15 a node."""
STEPS = 100
"""networkx's own limit of steps. igraph does not count them, so a lower one cannot be obeyed."""


@dataclass(frozen=True, eq=False)
class BackendGraph:
    """A graph in igraph, and what networkx calls its nodes.

    nodes: of vertex i its node. graph: directed or not, each edge attribute that was converted under its own name.
    multigraph: whether networkx counts it as one.
    """

    __networkx_backend__: ClassVar[str] = "graphkoc"

    nodes: Sequence[Hashable]
    graph: igraph.Graph
    multigraph: bool = False

    def __len__(self) -> int:
        """The number of nodes."""
        return len(self.nodes)

    def is_directed(self) -> bool:
        """Whether the edges have a direction."""
        return bool(self.graph.is_directed())

    def is_multigraph(self) -> bool:
        """Whether two nodes may have several edges."""
        return self.multigraph


def convert_from_nx(
    G: Any,  # noqa: N803 - networkx's name
    edge_attrs: Mapping[str, Any] | None = None,
    **_: object,
) -> BackendGraph:
    """A graph of networkx as this backend takes it.

    edge_attrs: the edge attributes to convert, and what stands for a missing one. Raises NotImplementedError for
    values that are not finite numbers from 0 on. What else networkx says no function here needs.
    """
    nodes = list(G)
    number = {node: position for position, node in enumerate(nodes)}
    ends = ((number[source], number[target]) for source, target in G.edges())
    graph = igraph.Graph(len(nodes), ends, directed=G.is_directed())
    for name, default in (edge_attrs or {}).items():
        graph.es[name] = _check_weights([value for *_, value in G.edges(data=name, default=default)])
    return BackendGraph(nodes, graph, G.is_multigraph())


def convert_to_nx(result: Any, **_: object) -> Any:
    """A Network or BackendGraph as a graph of networkx; anything else, such as a function's result, as it is."""
    if isinstance(result, Network):
        return result.to_networkx()
    if not isinstance(result, BackendGraph):
        return result
    kinds = (networkx.Graph, networkx.DiGraph, networkx.MultiGraph, networkx.MultiDiGraph)
    graph = kinds[result.is_directed() + 2 * result.is_multigraph()]()
    graph.add_nodes_from(result.nodes)
    graph.add_edges_from(
        (result.nodes[edge.source], result.nodes[edge.target], edge.attributes()) for edge in result.graph.es
    )
    return graph


def can_run(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool | str:
    """Whether the arguments of a call give what networkx gives; if not, why not, which networkx logs.

    name: of the function. args, kwargs: as the caller wrote them, the graph still of networkx or of this backend.
    """
    function = networkx.community.leiden_communities if name == "leiden_communities" else getattr(networkx, name)
    call = signature(function).bind(*args, **kwargs)
    call.apply_defaults()
    given = call.arguments
    graph = given["G"]
    if "weight" in given and (refused := _refuse_weight(graph, given["weight"])):
        return refused
    if name == "pagerank":
        return _refuse_pagerank(graph, given) or True
    if name == "leiden_communities":
        return _refuse_leiden(graph, given) or True
    return True


def should_run(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool | str:
    """Whether a conversion, which nobody asked for by name, is worth it; if not, why not."""
    return "networkx computes it by scipy, as fast as its graph is converted" if name == "pagerank" else True


def pagerank(
    G: Network | BackendGraph,  # noqa: N803 - networkx's name
    alpha: float = 0.85,
    personalization: Mapping[Hashable, float] | None = None,
    max_iter: int = STEPS,
    tol: float = 1e-6,
    nstart: Mapping[Hashable, float] | None = None,
    weight: str | None = "weight",
    dangling: None = None,
) -> dict[Hashable, float]:
    """The PageRank of each node, along the edges; the arguments are those of `networkx.pagerank`.

    max_iter, tol and nstart, which steer a power iteration, make no difference. Raises ZeroDivisionError where no node
    has a personalization, as networkx does.
    """
    graph = _backend_graph(G)
    if not graph.nodes:
        return {}
    heavy, weights = _weigh(graph, weight)
    if not graph.is_directed():
        # igraph counts a loop at both ends, the matrix of networkx once.
        weights[np.array(heavy.is_loop(), dtype=bool)] /= 2
    reset = None
    if personalization is not None:
        reset = [float(personalization.get(node, 0)) for node in graph.nodes]
        if not sum(reset):
            raise ZeroDivisionError("no node of the graph has a personalization above 0")
    try:
        # As for the measure: igraph's default, PRPACK, differs in the last digits from call to call.
        with seeded(0):
            ranks = heavy.personalized_pagerank(
                damping=alpha, reset=reset, weights=weights.tolist(), implementation="arpack"
            )
    except igraph.InternalError as error:
        raise NotImplementedError(f"ARPACK gives no PageRank of this graph: {error}") from error
    return dict(zip(graph.nodes, ranks, strict=True))


def core_number(G: Network | BackendGraph) -> dict[Hashable, int]:  # noqa: N803 - networkx's name
    """The core number of each node; of a directed graph by the edges of both directions, as in networkx.

    Two edges there and back count as two, where the measure `core` of an analysis counts one. Raises
    NetworkXNotImplemented for a graph with self-loops, as networkx does.
    """
    graph = _backend_graph(G)
    if any(graph.graph.is_loop()):
        raise networkx.NetworkXNotImplemented(
            "Input graph has self loops which is not permitted; "
            "Consider using G.remove_edges_from(nx.selfloop_edges(G))."
        )
    return dict(zip(graph.nodes, graph.graph.coreness(mode="all"), strict=True))


def leiden_communities(
    G: BackendGraph,  # noqa: N803 - networkx's name
    weight: str | None = "weight",
    resolution: float = 1,
    max_level: None = None,
    seed: random.Random | None = None,
    **_: object,
) -> list[set[Hashable]]:
    """The communities that Leiden finds by modularity, until nothing improves: sets of nodes, by their first node.

    The arguments are those of `networkx.community.leiden_communities`, which makes a generator of the seed. Traag,
    Waltman, van Eck, Sci. Rep. 9 (2019).
    """
    graph, weights = _weigh(G, weight)
    strength = np.asarray(graph.strength(weights=weights.tolist()), dtype=float)
    loops = np.array(graph.is_loop(), dtype=bool)
    graph.delete_edges(np.flatnonzero(loops).tolist())
    # Modularity is what CPM is with a node's strength as its weight (Traag, Waltman, van Eck). With CPM, loops
    # count in the strength alone: igraph's own modularity takes them for a reason to stay where a node is.
    with seeded((seed or random.Random()).randrange(2**31)):
        found = graph.community_leiden(
            objective_function="CPM",
            weights=weights[~loops].tolist(),
            node_weights=strength.tolist(),
            resolution=resolution / max(strength.sum(), np.finfo(float).tiny),
            n_iterations=-1,
        )
    communities: dict[int, set[Hashable]] = {}
    for node, community in zip(G.nodes, found.membership, strict=True):
        communities.setdefault(community, set()).add(node)
    return list(communities.values())


def _backend_graph(graph: Network | BackendGraph) -> BackendGraph:
    return BackendGraph(graph.ids.tolist(), graph.graph) if isinstance(graph, Network) else graph


def _check_weights(values: Sequence[Any]) -> list[float]:
    """The values as numbers. Raises NotImplementedError where one is not a finite number from 0 on."""
    try:
        weights = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise NotImplementedError("an edge has a weight that is not a number") from error
    if not ((weights >= 0) & np.isfinite(weights)).all():
        raise NotImplementedError("an edge has a weight that is negative or not finite")
    return list(map(float, weights))


def _weigh(graph: BackendGraph, weight: str | None) -> tuple[igraph.Graph, Values]:
    """A copy of the graph without the edges that weigh nothing, which are none to networkx; and the others' weights."""
    weights = np.asarray(graph.graph.es[weight], dtype=float) if weight else np.ones(graph.graph.ecount())
    copy = graph.graph.copy()
    copy.delete_edges(np.flatnonzero(weights == 0).tolist())
    return copy, weights[weights > 0]


def _refuse_weight(graph: Any, weight: Any) -> str | None:
    if weight is not None and not isinstance(weight, str):
        return "the weight is not the name of an edge attribute"
    if isinstance(graph, Network | BackendGraph):
        held = {"weight"} if isinstance(graph, Network) else {*graph.graph.es.attributes()}
        if weight is not None and weight not in held:
            return f"the graph has no edge attribute {weight!r} here"
    return None


def _refuse_pagerank(graph: Any, given: Mapping[str, Any]) -> str | None:
    if given["dangling"] is not None:
        return "igraph leaves nodes without outgoing edges by the personalization, not by `dangling`"
    if not 0 < given["alpha"] < 1:
        return "alpha is not between 0 and 1"
    if given["max_iter"] < STEPS:
        return f"max_iter is below {STEPS}, and igraph does not count steps"
    if given["tol"] < FINEST:
        return f"tol is below {FINEST}"
    if any(value < 0 for value in (given["personalization"] or {}).values()):
        return "a personalization is negative"
    start = given["nstart"]
    if start is not None and (
        any(value < 0 for value in start.values()) or not sum(start.get(node, 0) for node in _list_nodes(graph))
    ):
        return "nstart is negative, or 0 for every node of the graph"
    return None


def _refuse_leiden(graph: Any, given: Mapping[str, Any]) -> str | None:
    if graph.is_directed():
        return "the graph is directed"
    if given["max_level"] is not None:
        return "igraph does not count levels"
    # networkx 3.7 is going to have both.
    if given.get("metric", "modularity") != "modularity":
        return "the metric is not modularity"
    if given.get("theta", 0.01) != 0.01:
        return "theta is not 0.01"
    return None


def _list_nodes(graph: Any) -> Sequence[Hashable]:
    """The nodes of a graph of networkx or of this backend."""
    return _backend_graph(graph).nodes if isinstance(graph, Network | BackendGraph) else list(graph)
