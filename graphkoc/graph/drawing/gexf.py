"""A drawn network as GEXF 1.2, with the places, sizes, colours and shapes of the picture.

Written by hand: networkx takes ten times as long, and a control character in a name makes its file invalid.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphkoc.graph.drawing.markup import join_lines, name_nodes, quote

if TYPE_CHECKING:
    from graphkoc.graph.drawing.drawn import DrawnNetwork

__all__ = ["list_gexf"]

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<gexf xmlns="http://www.gexf.net/1.2draft" xmlns:viz="http://www.gexf.net/1.2draft/viz" version="1.2">
<meta><creator>graphkoc</creator><description>%s</description></meta>
<graph mode="static" defaultedgetype="directed">
<attributes class="node">
<attribute id="0" title="mark" type="string"/>
<attribute id="1" title="tier" type="string"/>
<attribute id="2" title="niche" type="string"/>
<attribute id="3" title="circle" type="string"/>
<attribute id="4" title="rank" type="integer"/>
</attributes>
<nodes>"""
SHAPES = {"kol": "diamond", "wide": "diamond"}
"""Of marks; others are discs."""


def list_gexf(network: DrawnNetwork) -> Iterator[bytes]:
    """The document in pieces. y points upwards, as in Gephi. Only people with a name have a label."""
    return join_lines(_list_lines(network))


def _list_lines(network: DrawnNetwork) -> Iterator[str]:
    nodes = name_nodes(network.ids.tolist())
    yield HEAD % quote(network.notice or "")[1:-1]
    yield from _list_nodes(network, nodes)
    yield "</nodes>"
    yield "<edges>"
    edges = zip(network.source.tolist(), network.target.tolist(), network.weight.tolist(), strict=True)
    for number, (source, target, weight) in enumerate(edges):
        yield f'<edge id="{number}" source={nodes[source]} target={nodes[target]} weight="{weight:.12g}"/>'
    yield "</edges>"
    yield "</graph>"
    yield "</gexf>"


def _list_nodes(network: DrawnNetwork, nodes: list[str]) -> Iterator[str]:
    niches, circles = ([quote(name) for name in names] for names in (network.niches, network.circles))
    figures = (network.niche, network.circle, network.x, network.y, network.sizes, network.colours)
    texts = (nodes, network.names, network.marks, network.tiers, network.ranks)
    rows = zip(*texts, *(one.tolist() for one in figures), strict=True)
    for node, name, mark, tier, rank, niche, circle, x, y, size, (red, green, blue) in rows:
        group = niches[niche] if niche >= 0 else None
        around = circles[circle] if circle >= 0 else None
        size_of = None if tier is None else quote(tier)
        cells = enumerate((f'"{mark}"', size_of, group, around, None if rank is None else f'"{rank}"'))
        values = "".join(f'<attvalue for="{place}" value={cell}/>' for place, cell in cells if cell is not None)
        label = "" if name is None else f" label={quote(name)}"
        yield (
            f'<node id={node}{label}><attvalues>{values}</attvalues><viz:color r="{red}" g="{green}"'
            f' b="{blue}"/><viz:position x="{x:.2f}" y="{-y:.2f}" z="0.0"/><viz:size value="{size:.2f}"/>'
            f'<viz:shape value="{SHAPES.get(mark, "disc")}"/></node>'
        )
