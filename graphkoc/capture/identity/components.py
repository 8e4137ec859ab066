"""Persons: the accounts that links of the journal connect."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from graphkoc.stores.journal import Decision

__all__ = ["STATED", "Pair", "components", "contradictions", "identities", "path", "standing"]

Pair = tuple[str, str]

STATED = "person "
"""Prefix of the end of a link that is not an account but a person, by the name that a source gives them."""


def standing(decisions: Iterable[Decision]) -> tuple[dict[Pair, Decision], dict[Pair, Decision]]:
    """The links that stand, and the unlinked pairs; of each pair the newest decision counts."""
    newest = {(decision.account, decision.other): decision for decision in decisions}
    links = {pair: decision for pair, decision in newest.items() if decision.verb == "link"}
    return links, {pair: decision for pair, decision in newest.items() if decision.verb == "unlink"}


def components(links: Iterable[Pair]) -> pd.Series[int]:
    """A number for each account that is in a link, the same for those that links connect; by account."""
    pairs = pd.DataFrame(sorted(links), columns=["account", "other"], dtype="str")
    ids, accounts = pd.factorize(pd.concat([pairs["account"], pairs["other"]]), sort=True)
    half = len(pairs)
    graph = coo_array((np.ones(half), (ids[:half], ids[half:])), shape=(len(accounts), len(accounts)))
    labels = connected_components(graph, directed=False)[1] if half else np.empty(0, dtype=np.int32)
    return pd.Series(labels, pd.Index(accounts, dtype="str", name="account"), name="component", dtype="int64")


def identities(links: Iterable[Pair], accounts: pd.Series[str]) -> pd.DataFrame:
    """The table of identities: account, person; sorted by account.

    It has those of the given accounts that are linked to another one, or to a person whom a source names. A person has
    the name that a source gives, else that of the smallest of their accounts. Accounts that are not in the store (not
    loaded yet, or forgotten) still connect those that are.
    """
    found = components(links)
    names = found.index.to_series()
    called = names[names.str.startswith(STATED)].str.removeprefix(STATED)
    stated = called.groupby(found.reindex(called.index)).min()
    table = found[found.index.isin(accounts)].rename_axis("account").reset_index().sort_values("account")
    named = table["component"].map(stated)
    several = table.groupby("component")["account"].transform("size") > 1
    smallest = table.groupby("component")["account"].transform("first")
    # A source may have given another person the name of this account.
    smallest = smallest.where(~smallest.isin(called), smallest + " and others")
    table["person"] = named.where(named.notna(), smallest)
    return table.loc[several | named.notna(), ["account", "person"]].astype("str").reset_index(drop=True)


def contradictions(
    links: Iterable[Pair], apart: Iterable[Pair], unionids: pd.Series[str]
) -> dict[int, tuple[str, str, str]]:
    """Components that hold two accounts known to be two people: component -> (account, other, how it is known).

    unionids: WeChat's id of the person, by account. apart: unlinked pairs.
    """
    found = components(links)
    known = pd.DataFrame({"component": found, "unionid": unionids.reindex(found.index)}).dropna()
    first = known.drop_duplicates(["component", "unionid"]).reset_index()
    wrong: dict[int, tuple[str, str, str]] = {}
    for component, rows in first[first["component"].duplicated(keep=False)].groupby("component"):
        one, other = rows["account"].iloc[:2]
        wrong[int(str(component))] = (one, other, "their WeCom unionids differ")
    for one, other in sorted(apart):
        if one in found.index and other in found.index and found[one] == found[other]:
            wrong.setdefault(int(found[one]), (one, other, "they were unlinked"))
    return wrong


def path(links: Iterable[Pair], start: str, end: str) -> Sequence[str]:
    """The accounts on the shortest way from one to another over links, both included; none when there is none."""
    near: dict[str, list[str]] = {}
    for one, other in sorted(links):
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    before = {start: start}
    queue = deque([start])
    while queue and end not in before:
        here = queue.popleft()
        for there in near.get(here, []):
            if there not in before:
                before[there] = here
                queue.append(there)
    if end not in before:
        return []
    way = [end]
    while way[-1] != start:
        way.append(before[way[-1]])
    return way[::-1]
