"""Suggestions: accounts that are likely one person, with the evidence, to be confirmed by somebody.

Accounts on two platforms are compared, and on one platform those customers of a shop who share a full name.

The weights are those of I. P. Fellegi, A. B. Sunter, "A theory for record linkage", JASA 1969: of each kind
of evidence, log2 of how much more often two accounts of one person agree so well (m) than two accounts drawn at
random (u). u is counted on random pairs of the loaded data; m is given (PRIORS) and learned from the known links.
A frequent name weighs less (W. E. Winkler, 2000). A name alone is never enough.

splink 5 was tried in place of this model, with the same levels: with m learned by expectation maximisation it found
a few more pairs of one made-up population (recall .87, not .85) and fewer than a third of those of another (.08, not
.27), where the evidence is thin; and it has no comparison of sparse vectors. Figures in bench/RESULTS.md.
"""

from __future__ import annotations

import itertools
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.capture.identity.profiles import Profiles

__all__ = ["LIKELY", "suggestions"]

TAILS = (0.001, 0.01, 0.05, 0.25, 1.0)
"""Share of random pairs that agree as well or better: the levels of all evidence but names."""
ALIKE = (1.0, 0.93, 0.86, 0.78, 0.0)
"""Levels of Jaro-Winkler similarity of names."""
PRIORS = {
    "name": (0.30, 0.25, 0.20, 0.10, 0.15),
    "company": (0.35, 0.20, 0.10, 0.10, 0.25),
    "taste": (0.35, 0.25, 0.15, 0.15, 0.10),
    "style": (0.10, 0.20, 0.20, 0.30, 0.20),
    "hours": (0.02, 0.08, 0.20, 0.40, 0.30),
}
"""How often two accounts of one person agree at each level, before any link is known."""
WEIGHT = 20.0
"""Known links that the priors count as."""
WORDS = {
    "name": "names",
    "company": "the people they are tied to",
    "taste": "what they write about",
    "style": "how they write",
    "hours": "when they write",
    "full_name": "a full name that one shop has twice",
}
COMMON = 0.1
"""Assumed share of the smaller platform's accounts that have a second account on the other."""
LIKELY = 0.6
"""Minimum probability of a suggested pair."""
NEEDED = 1.0
"""Bits of evidence beside names that a suggestion needs."""
FULL_NAME = 1.0
"""Bits, beside those of the name itself, of a full name that two customers of one shop share and nobody else there."""
NEAREST = 20
DRAWN = 100_000
ROWS = 1_000


def suggestions(profiles: Profiles, apart: set[tuple[str, str]], rng_seed: int = 0) -> pd.DataFrame:
    """Likely pairs, the likeliest first: account, other, platforms, probability, bits, evidence.

    apart: unlinked pairs. evidence: a list of {what, agreement (0 to 1, null where one of them
    has none), bits}. An account has at most one suggestion for each platform, and none for another one where its
    person has an account.
    """
    platforms = sorted(profiles.accounts["platform"].unique())
    pairs = itertools.combinations_with_replacement(platforms, 2)
    found = [_suggest(profiles, *pair, apart, rng_seed) for pair in pairs]
    columns = ["account", "other", "platforms", "probability", "bits", "evidence"]
    table = pd.concat([pd.DataFrame(columns=columns), *(one for one in found if len(one))], ignore_index=True)
    return table.sort_values(["bits", "account", "other"], ascending=[False, True, True], ignore_index=True)


def _suggest(profiles: Profiles, here: str, there: str, apart: set[tuple[str, str]], rng_seed: int) -> pd.DataFrame:
    """The suggestions for two platforms, or for one."""
    platform, person = (profiles.accounts[name].to_numpy(dtype=str) for name in ("platform", "person"))
    left, right = (np.flatnonzero(platform == name) for name in (here, there))
    rng = np.random.default_rng(rng_seed)
    drawn = min(DRAWN, 4 * len(left) * len(right))
    if here == there:
        one, two = _find_full_names(profiles, left)
    else:
        ways = ((left, right), (right, left))
        one, two = _find_candidates(profiles, *(rows[~np.isin(person[rows], _persons(person, o))] for rows, o in ways))
    if not len(one):
        return pd.DataFrame()
    at_random = _drop_same(rng.choice(left, drawn), rng.choice(right, drawn))
    known = _drop_same(*_find_known(person, left, right))
    agreement, bits = {}, {}
    for kind, prior in PRIORS.items():
        random, linked, pairs = (_measure(profiles, kind, *ends) for ends in (at_random, known, (one, two)))
        if kind == "name":
            levels = [_rank_names(values) for values in (random, linked, pairs)]
        else:
            levels = [_rank_by_tail(random, values) for values in (random, linked, pairs)]
        u = _estimate_shares(levels[0], np.full(5, 0.2), 1.0)
        m = _estimate_shares(levels[1], np.array(prior), WEIGHT)
        weight = np.append(np.log2(m / u), 0.0)[levels[2]]  # level -1: nothing to compare
        if kind == "name":
            same = levels[2] == 0
            bearers = _count_bearers(profiles, one[same], two[same], left, right)
            weight[same] -= np.log2(bearers - 1 if here == there else bearers)
        agreement[kind], bits[kind] = pairs, weight
    full = profiles.full_names
    agreement["full_name"] = np.where((full[one] == full[two]) & (full[one] != ""), 1.0, np.nan)
    bits["full_name"] = np.where(agreement["full_name"] == 1, FULL_NAME, 0.0)
    total = np.sum(list(bits.values()), axis=0) + np.log2(COMMON / max(len(left), len(right)))
    beside = np.sum([bits[kind] for kind in bits if kind != "name"], axis=0)
    keys = profiles.accounts["consumer"].to_numpy(dtype=object)
    ends = [tuple(sorted(pair)) for pair in zip(keys[one], keys[two], strict=True)]
    allowed = (beside >= NEEDED) & np.array([pair not in apart for pair in ends])
    best = _keep_mutual(one, two, np.where(allowed, total, -np.inf))
    keep = np.flatnonzero(allowed & best & (_to_probability(total) >= LIKELY))
    return pd.DataFrame(
        {
            "account": [ends[i][0] for i in keep],
            "other": [ends[i][1] for i in keep],
            "platforms": here if here == there else f"{here} + {there}",
            "probability": _to_probability(total)[keep],
            "bits": total[keep],
            "evidence": [
                [
                    _describe(kind, agreement[kind][i], bits[kind][i])
                    for kind in bits
                    if kind in PRIORS or agreement[kind][i] == 1
                ]
                for i in keep
            ],
        }
    )


def _persons(person: NDArray[Any], rows: NDArray[np.int64]) -> list[str]:
    return sorted(set(person[rows].tolist()) - {""})


def _find_known(
    person: NDArray[Any], left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs of rows that are known to be one person."""
    ends = [pd.DataFrame({"person": person[rows], "row": rows}) for rows in (left, right)]
    both = ends[0][ends[0]["person"] != ""].merge(ends[1], on="person")
    return both["row_x"].to_numpy(), both["row_y"].to_numpy()


def _find_candidates(
    profiles: Profiles, left: NDArray[np.int64], right: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows to compare: for each account of the left, the nearest of the right by name, ties and taste."""
    pairs = {
        (int(left[i]), int(right[j]))
        for matrix in (profiles.grams, profiles.company, profiles.taste)
        for i, j in _find_nearest(matrix[left], matrix[right])
    }
    rows = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]


def _find_full_names(profiles: Profiles, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows of one platform that share a full name and are not known to be one person."""
    person = profiles.accounts["person"].to_numpy(dtype=str)
    named = pd.DataFrame({"row": rows, "name": profiles.full_names[rows], "person": person[rows]})
    named = named[named["name"] != ""]
    pairs = named.merge(named, on="name")
    pairs = pairs[
        (pairs["row_x"] < pairs["row_y"]) & ((pairs["person_x"] != pairs["person_y"]) | (pairs["person_x"] == ""))
    ]
    return pairs["row_x"].to_numpy(), pairs["row_y"].to_numpy()


def _drop_same(one: NDArray[np.int64], two: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of rows without those of a row and itself."""
    return one[one != two], two[one != two]


def _find_nearest(left: csr_array, right: csr_array) -> list[tuple[int, int]]:
    """Of each row of the left, up to NEAREST rows of the right with the highest cosine above 0."""
    found = []
    other = right.T.tocsr()
    for start in range(0, left.shape[0], ROWS):
        near = (left[start : start + ROWS] @ other).tocsr()
        near.sort_indices()
        for i in range(near.shape[0]):
            some = slice(near.indptr[i], near.indptr[i + 1])
            best = np.argsort(-near.data[some], kind="stable")[:NEAREST]
            found += [(start + i, int(j)) for j in near.indices[some][best]]
    return found


def _measure(profiles: Profiles, kind: str, one: NDArray[np.int64], two: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k,) float64: how well pairs of rows agree, 0 to 1; NaN where one of them has nothing."""
    if kind == "name":
        return _compare_names(profiles.names[one], profiles.names[two])
    matrix: csr_array = getattr(profiles, kind)
    there = np.diff(matrix.indptr) > 0
    cosine = np.asarray(matrix[one].multiply(matrix[two]).sum(axis=1)).ravel()
    return np.where(there[one] & there[two], cosine, np.nan)


def _compare_names(one: NDArray[np.object_], two: NDArray[np.object_]) -> NDArray[np.float64]:
    """The highest Jaro-Winkler similarity of any name of the one with any of the other."""
    ways = [(i, j) for i in range(2) for j in range(2)]
    with duckdb.connect() as connection:
        values: list[NDArray[np.float64]] = []
        for i, j in ways:
            pairs = pd.DataFrame({"number": np.arange(len(one)), "one": one[:, i], "two": two[:, j]})
            connection.register("_pairs", pairs.astype({"one": "str", "two": "str"}))
            rows = connection.execute(
                "SELECT CASE WHEN one <> '' AND two <> '' THEN jaro_winkler_similarity(one, two) END AS alike"
                " FROM _pairs ORDER BY number"
            ).fetchnumpy()["alike"]
            values.append(np.ma.filled(np.ma.asarray(rows, dtype=float), np.nan))
    best: NDArray[np.float64] = np.fmax.reduce(values)
    return best


def _rank_names(alike: NDArray[np.float64]) -> NDArray[np.int64]:
    """The level of each similarity of names, -1 where there is none."""
    level = np.searchsorted(-np.array(ALIKE), -np.nan_to_num(alike), side="left")
    return np.where(np.isnan(alike), -1, level)


def _rank_by_tail(at_random: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.int64]:
    """The level of each value among those of random pairs, -1 where there is none."""
    known = np.sort(at_random[~np.isnan(at_random)])
    if not len(known):
        return np.full(len(values), -1)
    share = 1 - np.searchsorted(known, np.nan_to_num(values), side="left") / len(known)
    return np.where(np.isnan(values), -1, np.searchsorted(np.array(TAILS), share, side="left"))


def _estimate_shares(levels: NDArray[np.int64], prior: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """(5,) float64: the share of each level, the prior counting as so many pairs."""
    counts = np.bincount(levels[levels >= 0], minlength=5)
    shares: NDArray[np.float64] = (counts + weight * prior) / (counts.sum() + weight)
    return shares


def _count_bearers(
    profiles: Profiles,
    one: NDArray[np.int64],
    two: NDArray[np.int64],
    left: NDArray[np.int64],
    right: NDArray[np.int64],
) -> NDArray[np.float64]:
    """(k,) float64: how many accounts of one platform have the name that two rows share; at least 1."""
    most = np.ones(len(one))
    for rows in (left, right):
        handle, name = profiles.names[rows].T
        bearers = pd.Series(np.concatenate([handle, name[name != handle]])).value_counts()
        for i, j in ((i, j) for i in range(2) for j in range(2)):
            shared = (profiles.names[one, i] == profiles.names[two, j]) & (profiles.names[one, i] != "")
            count = pd.Series(profiles.names[one, i]).map(bearers).fillna(1).to_numpy(dtype=float)
            most = np.fmax(most, np.where(shared, count, 1.0))
    return most


def _keep_mutual(one: NDArray[np.int64], two: NDArray[np.int64], score: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(k,) bool: the pairs that are the best of both their ends."""
    order = np.lexsort((two, one, -score))
    best = np.ones(len(score), dtype=bool)
    for ends in (one, two):
        _, first = np.unique(ends[order], return_index=True)
        mine = np.zeros(len(score), dtype=bool)
        mine[order[first]] = True
        best &= mine
    return best


def _to_probability(bits: NDArray[np.float64]) -> NDArray[np.float64]:
    probability: NDArray[np.float64] = 1 / (1 + 2.0 ** -np.clip(bits, -100, 100))
    return probability


def _describe(kind: str, agreement: float, bits: float) -> dict[str, Any]:
    alike = None if np.isnan(agreement) else round(float(agreement), 4)
    return {"what": WORDS[kind], "agreement": alike, "bits": round(float(bits), 2)}
