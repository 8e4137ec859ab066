"""A drawn network as GraphML, which networkx and igraph read; places, sizes and colours are those Gephi looks for.

Written by hand, as GEXF is: a control character in a name makes the file of networkx invalid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphkoc.graph.drawing.markup import escape_text, join_lines, name_nodes

if TYPE_CHECKING:
    from graphkoc.graph.drawing.drawn import DrawnNetwork

__all__ = ["list_graphml"]

KEYS = {
    "label": "string",
    "mark": "string",
    "tier": "string",
    "niche": "string",
    "circle": "string",
    "rank": "int",
    "x": "double",
    "y": "double",
    "size": "double",
    "r": "int",
    "g": "int",
    "b": "int",
}
"""What a person has, with its type; all but the first six everybody has."""
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">"""


def list_graphml(network: DrawnNetwork) -> Iterator[bytes]:
    """The document in pieces. y points upwards, as in Gephi. Only people with a name have a label."""
    return join_lines(_list_lines(network))


def _list_lines(network: DrawnNetwork) -> Iterator[str]:
    nodes = name_nodes(network.ids.tolist())
    yield HEAD
    for name, kind in KEYS.items():
        yield f'<key id="{name}" for="node" attr.name="{name}" attr.type="{kind}"/>'
    yield '<key id="weight" for="edge" attr.name="weight" attr.type="double"/>'
    if network.notice is not None:
        yield '<key id="notice" for="graph" attr.name="notice" attr.type="string"/>'
    yield '<graph edgedefault="directed">'
    if network.notice is not None:
        yield f'<data key="notice">{escape_text(network.notice)}</data>'
    yield from _list_nodes(network, nodes)
    edges = zip(network.source.tolist(), network.target.tolist(), network.weight.tolist(), strict=True)
    for source, target, weight in edges:
        yield f'<edge source={nodes[source]} target={nodes[target]}><data key="weight">{weight:.12g}</data></edge>'
    yield "</graph>"
    yield "</graphml>"


def _list_nodes(network: DrawnNetwork, nodes: list[str]) -> Iterator[str]:
    figures = (network.niche, network.circle, network.x, network.y, network.sizes, network.colours)
    texts = (nodes, network.names, network.marks, network.tiers, network.ranks)
    rows = zip(*texts, *(one.tolist() for one in figures), strict=True)
    for node, name, mark, tier, rank, niche, circle, x, y, size, colour in rows:
        group = network.niches[niche] if niche >= 0 else None
        around = network.circles[circle] if circle >= 0 else None
        values = (name, mark, tier, group, around, rank, f"{x:.2f}", f"{-y:.2f}", f"{size:.2f}", *colour)
        cells = zip(KEYS, values, strict=True)
        data = "".join(f'<data key="{key}">{escape_text(str(one))}</data>' for key, one in cells if one is not None)
        yield f"<node id={node}>{data}</node>"
