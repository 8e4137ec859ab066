"""Reach: the niches that each person reaches, the circles that carry a niche, and the people who bridge circles.

A person reaches their followers, one hop. Longer chains are not in the data: few follow-on reviews have only later
reviewers between them and their source. Everything here counts people, so that each number can be checked by hand;
nothing is estimated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from graphkoc.arrays import Indices, batches, find_sorted
from graphkoc.graph.membership import Groups, nodes
from graphkoc.graph.network import Network
from graphkoc.graph.significance import benjamini_hochberg
from graphkoc.runs.roles import RANKED, WIDE_ROLES

__all__ = ["CARRIERS_RATE", "Reach", "bridges", "carriers", "circle_bridges", "reach"]

CARRIERS_RATE = 0.05
"""The false discovery rate at which a circle carries a niche: pairs of groups are fewer than pairs of people."""
CHUNK = 4_000_000
"""Pairs that are held in memory at a time."""


@dataclass(frozen=True, eq=False)
class Reach:
    """The reach of people with a role into niches.

    people: one row per person with a role and a niche that they reach, sorted by niche, most reached first: consumer,
    niche, role, reached (their followers in the niche), share (of the niche's people), only_here (those of the
    reached who follow no other person with a role).
    niches: one row per niche, sorted: niche, people, kol_reach, koc_reach and both (shares of its people
    who follow a wide-audience account, a KOC, one of each). Whom nobody reaches: see `graphkoc.runs.reached`.
    """

    people: pd.DataFrame
    niches: pd.DataFrame


def reach(network: Network, members: pd.DataFrame, roles: pd.DataFrame) -> Reach:
    """The niches that people with a role reach.

    members: consumer, niche; every row counts. roles: consumer, role (kol, wide, koc or possible), one row
    a person. A possible KOC counts as a KOC, and an account that is widely followed here as a KOL. Raises
    DataError for a person who is not a node of the network.
    """
    niches = Groups.of(network, members, "niche")
    who, role = nodes(network, roles["consumer"]), roles["role"].to_numpy(dtype=str)
    heard = _make_matrix(network)[who]
    sole = heard.sum(axis=0) == 1
    reached = (heard @ niches.matrix).tocoo()
    row, niche = reached.coords
    only = (heard[:, sole] @ niches.matrix[sole])[row, niche] if len(row) else np.empty(0)
    people = pd.DataFrame(
        {
            "consumer": network.ids[who[row]],
            "niche": niches.ids[niche],
            "role": role[row],
            "reached": reached.data,
            "share": reached.data / niches.people[niche],
            "only_here": only,
        }
    ).astype({"consumer": "str", "niche": "str", "role": "str", "reached": "int64", "only_here": "int64"})
    people = people.sort_values(["niche", "reached", "consumer"], ascending=[True, False, True], ignore_index=True)

    by_kol, by_koc = (heard[np.isin(role, wanted)].sum(axis=0) > 0 for wanted in (WIDE_ROLES, RANKED))
    table = pd.DataFrame({"niche": niches.ids, "people": niches.people}).astype({"niche": "str", "people": "int64"})
    for name, listeners in {"kol_reach": by_kol, "koc_reach": by_koc, "both": by_kol & by_koc}.items():
        table[name] = (niches.matrix.T @ listeners.astype(np.int64)) / niches.people
    return Reach(people, table)


def carriers(network: Network, circles: pd.DataFrame, niches: pd.DataFrame) -> pd.DataFrame:
    """The circles that carry a niche: more of the circle's people are in it than chance would explain.

    circles: consumer, circle. niches: consumer, niche. Returns one row per circle and niche that passes,
    sorted by circle, largest lift first: circle, niche, people (in both), share_of_circle,
    share_of_niche, lift (people over the number expected by chance), q (false discovery rate).

    The test is hypergeometric, one-sided, with the false discovery rate held at CARRIERS_RATE over all pairs
    (Benjamini and Hochberg, J. R. Stat. Soc. B 57, 1995). The test draws memberships in
    niches, not people, and only those of people who have a tie: the members of a circle write more than others, and
    so are in more niches whatever their taste. With Ciao's niches shuffled among people of as many niches, drawing
    people finds six to nine pairs, and drawing memberships none, seldom one.
    """
    circle, niche = Groups.of(network, circles, "circle"), Groups.of(network, niches, "niche")
    tied = np.zeros((len(network), 1), dtype=np.int64)
    tied[network.source] = tied[network.target] = 1
    eligible = niche.matrix.multiply(tied).tocsr()
    both = (circle.matrix.T @ eligible).toarray()
    drawn, marked = both.sum(axis=1), eligible.sum(axis=0)
    p = scipy.stats.hypergeom.sf(both - 1, max(int(marked.sum()), 1), marked[None, :], drawn[:, None])
    q = benjamini_hochberg(p.ravel(), p.size).reshape(p.shape)
    row, column = np.nonzero((q <= CARRIERS_RATE) & (both > 0))
    people = both[row, column]
    carried = pd.DataFrame(
        {
            "circle": circle.ids[row],
            "niche": niche.ids[column],
            "people": people,
            "share_of_circle": people / circle.people[row],
            "share_of_niche": people / niche.people[column],
            "lift": people * marked.sum() / (drawn[row] * marked[column]),
            "q": q[row, column],
        }
    ).astype({"circle": "str", "niche": "str", "people": "int64"})
    return carried.sort_values(["circle", "lift", "niche"], ascending=[True, False, True], ignore_index=True)


def bridges(network: Network, circles: pd.DataFrame, niches: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """People with a role who bridge: their followers are in two circles or two niches at least.

    circles: consumer, circle, without the fringe. niches: consumer, niche. roles: consumer, role.
    Returns one row per person, most circles_twice first: consumer, role and

    circles: circles with a follower of the person.
    circles_twice: circles with a member who could hear a message from two people or more: from the person and a
    follower of the person in that circle, or from two such followers. One message is enough for news, but a message
    that has to convince needs a second voice (Centola and Macy, "Complex contagions and the weakness of long ties",
    AJS 113, 2007); this is the first step of a complex path with a threshold of two, begun by the person and their
    audience (Guilbeault and Centola, Nat. Commun. 12, 2021).
    structural_diversity: groups without a tie to each other into which the followers fall, single people left out
    (components of at least two people among the audience: Ugander, Backstrom, Marlow, Kleinberg, "Structural
    diversity in social contagion", PNAS 109, 2012).
    niches: niches in which at least two people follow the person.
    """
    circle, niche = Groups.of(network, circles, "circle"), Groups.of(network, niches, "niche")
    who, role = nodes(network, roles["consumer"]), roles["role"].to_numpy(dtype=str)
    heard = _make_matrix(network)[who]
    people = pd.DataFrame(
        {
            "consumer": network.ids[who],
            "role": role,
            "circles": ((heard @ circle.matrix) > 0).sum(axis=1),
            "circles_twice": _count_circles_twice(network, who, heard, circle),
            "structural_diversity": _count_contexts(network, who),
            "niches": ((heard @ niche.matrix) >= 2).sum(axis=1),
        }
    )
    people = people.astype({"consumer": "str", "role": "str"} | dict.fromkeys(people.columns[2:], "int64"))
    people = people[(people["circles"] >= 2) | (people["niches"] >= 2)]
    order = ["circles_twice", "circles", "structural_diversity", "niches", "consumer"]
    return people.sort_values(order, ascending=[False] * 4 + [True], ignore_index=True)


def circle_bridges(network: Network, circles: pd.DataFrame) -> pd.DataFrame:
    """The bridges between circles, over which word of mouth crosses from circle_a into circle_b.

    circles: consumer, circle. Returns one row per ordered pair with a tie, widest first: circle_a,
    circle_b, ties (follows by people of b of people of a), width (people of b who follow at least two
    people of a). The width counts those who can hear a message from two people: Centola and Macy, AJS 113
    (2007). A person in both circles is not a bridge but a common member, and is left out.
    """
    circle = Groups.of(network, circles, "circle")
    edge, a = circle.each(network.source)
    step, b = circle.each(network.target[edge])
    source, target, a = network.source[edge][step], network.target[edge][step], a[step]
    apart = (circle.place(target, a) < 0) & (circle.place(source, b) < 0)
    crossing = (a * len(circle) + b)[apart]
    pair, ties = np.unique(crossing, return_counts=True)
    listener, voices = np.unique(crossing * len(network) + target[apart], return_counts=True)
    wide = listener[voices >= 2] // max(len(network), 1)
    from_a, into_b = np.divmod(pair, max(len(circle), 1))
    pairs = pd.DataFrame(
        {
            "circle_a": circle.ids[from_a],
            "circle_b": circle.ids[into_b],
            "ties": ties,
            "width": np.bincount(np.searchsorted(pair, wide), minlength=len(pair)),
        }
    ).astype({"circle_a": "str", "circle_b": "str", "ties": "int64", "width": "int64"})
    order = ["width", "ties", "circle_a", "circle_b"]
    return pairs.sort_values(order, ascending=[False, False, True, True], ignore_index=True)


def _make_matrix(network: Network) -> csr_array:
    """(n, n) int64: 1 for each follow, row the followed, column the follower."""
    n = len(network)
    return csr_array((np.ones(len(network.source), dtype=np.int64), (network.source, network.target)), shape=(n, n))


def _count_circles_twice(network: Network, who: Indices, heard: csr_array, circle: Groups) -> Indices:
    """For each of `who`, the number of circles with a member who could hear a message from two people or more.

    heard: (r, n), the followers of each of them.
    """
    # Memberships listen, not people: a person in two circles hears in each of them from its own people.
    edge, group = circle.each(network.source)
    speaker = circle.place(network.source[edge], group)
    listener = circle.place(network.target[edge], group)
    inside = listener >= 0
    k = len(circle.node)
    within = csr_array((np.ones(inside.sum(), dtype=np.int64), (speaker[inside], listener[inside])), shape=(k, k))
    direct = heard[:, circle.node]
    twice = np.zeros(len(who), dtype=np.int64)
    for first, last in batches(direct @ np.diff(within.indptr), CHUNK):
        voices = (direct[first:last] @ within + direct[first:last]).tocoo()
        row, listener = voices.coords
        often = (voices.data >= 2) & (circle.node[listener] != who[first:last][row])
        reached = np.unique(row[often].astype(np.int64) * len(circle) + circle.group[listener[often]])
        twice[first:last] = np.bincount(reached // max(len(circle), 1), minlength=last - first)
    return twice


def _count_contexts(network: Network, who: Indices) -> Indices:
    """For each of `who`, the number of components of at least two people among their followers."""
    n = len(network)
    mine = np.isin(network.source, who)
    author, follower = network.source[mine].astype(np.int64), network.target[mine]
    audience = author * n + follower
    follows = csr_array((np.ones(len(author), dtype=bool), (follower, author)), shape=(n, n))
    low, high = np.minimum(network.source, network.target), np.maximum(network.source, network.target)
    low, high = np.divmod(np.unique(low.astype(np.int64) * n + high), max(n, 1))
    followees = np.diff(follows.indptr)
    few, many = np.where(followees[low] <= followees[high], (low, high), (high, low))
    # The nodes are follows of people with a role; two of the same author are joined when the two followers have a
    # tie. Of a tie's ends the one with fewer followees is searched.
    component = np.arange(len(audience))
    for first, last in batches(followees[few], CHUNK):
        block = follows[few[first:last]].tocoo()
        tie, common = first + block.coords[0], block.coords[1].astype(np.int64)
        one, other = find_sorted(audience, common * n + few[tie]), find_sorted(audience, common * n + many[tie])
        both = other >= 0
        joins = (np.ones(both.sum(), dtype=bool), (component[one[both]], component[other[both]]))
        joined = csr_array(joins, shape=(len(audience), len(audience)))
        component = connected_components(joined, directed=False)[1][component]
    _, example, sizes = np.unique(component, return_index=True, return_counts=True)
    return np.bincount(author[example[sizes >= 2]], minlength=n)[who]
