"""One person, several accounts: what links them, who decided it, and how much of it is known.

Every link and every unlinking is a line of a journal that the store keeps; no line is ever changed. The table of
identities follows from the journal and the accounts in the store, and is made again after every load. An exact key
links two accounts by itself, but only once: a link that somebody has undone is not made again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import is_among
from graphkoc.capture.contacts import masked
from graphkoc.capture.identity.components import STATED, Pair, components, contradictions, identities, path, standing
from graphkoc.capture.identity.exact import ACCOUNT, COMPARED, SHARED, exact, keyed, shared
from graphkoc.capture.identity.link_files import Listed, read_list
from graphkoc.errors import StoreError, UsageError
from graphkoc.stores import Store
from graphkoc.stores.journal import Decision, Settlement

__all__ = [
    "COMPARED",
    "find_missing",
    "identity_report",
    "link_accounts",
    "link_file",
    "settle",
    "settlement",
    "suggest_links",
    "unlink_accounts",
]

SOURCE = "source"
PERSON = "person"


@dataclass(frozen=True, eq=False)
class _Known:
    """The accounts of a store, and the links and unlinkings of its journal that stand."""

    accounts: pd.DataFrame
    links: dict[Pair, Decision]
    apart: dict[Pair, Decision]

    @property
    def unionids(self) -> pd.Series[str]:
        return self.accounts.set_index("consumer")["unionid"]


def settlement(stated: pd.DataFrame | None = None) -> Settlement:
    """What a load does to identities: link the accounts that an exact key or a source gives to one person.

    stated: account and person, as a source brings them. An account that is nowhere (`find_missing`) is not made, but
    its line in the journal joins it as soon as it is loaded. No pair is linked that was linked or unlinked before, nor
    one that would make a single person of two who are known to be different.
    """

    def decide(accounts: pd.DataFrame, journal: Sequence[Decision]) -> tuple[list[Decision], pd.DataFrame]:
        known = _sum_up(accounts, journal)
        decisions = _find_links(known, stated)
        return decisions, _make_table(known, decisions)

    return Settlement(ACCOUNT, decide)


def settle(store: Store) -> None:
    """Link the accounts of a store as a load does, without a load."""
    known = _read_known(store)
    _decide(store, known, _find_links(known, None))


def link_accounts(store: Store, account: str, other: str, why: str) -> dict[str, Any]:
    """Record that two accounts are one person; returns the report, with the decision.

    Raises UsageError for an account that the store does not hold, and where the two are known to be two.
    """
    known = _read_known(store)
    for one in (account, other):
        _check_account(known, one)
    decision = Decision(_now(), "link", account, other, PERSON, _clean_reason(why))
    pair = (decision.account, decision.other)
    if pair in known.links:
        _decide(store, known, [])  # persons may lag behind the journal: of an older version, or on a server
        return _report(known) | {"decisions": []}
    if wrong := _find_contradicting(known, [pair]).get(pair):
        raise UsageError(f"{account} and {other} cannot be one person: {wrong}", hint="`graphkoc identity unlink`s.")
    _decide(store, known, [decision])
    return _report(_read_known(store)) | {"decisions": [decision]}


def link_file(store: Store, file: Path, why: str | None = None, encoding: str | None = None) -> dict[str, Any]:
    """Record for every row of a file that its two accounts are one person; returns the report, with counts of rows.

    file: a table with two columns of accounts (`account` and `other`, or the first two) and `why`. why: the reason
    for rows that give none. A row with an account that the store does not hold, or with two accounts known to be two
    people, is rejected, and the rest are linked. Adds {read, linked_rows, duplicate, rejected, rejects:
    [{row, account, other, reason}], decisions}. Raises DataError for a file that is not such a table.
    """
    known = _read_known(store)
    rows = read_list(file, why, encoding)
    there = set(known.accounts["consumer"])
    now = _now()
    rejects = list(rows.rejects)
    chosen: dict[Pair, tuple[Listed, Decision]] = {}
    duplicate = 0
    for row in rows.rows:
        ends = (row.account, row.other)
        if missing := [one for one in ends if one not in there and not one.startswith(STATED)]:
            rejects.append(row.rejected(f"there is no account {missing[0]}"))
            continue
        decision = Decision(now, "link", row.account, row.other, PERSON, row.why)
        pair = (decision.account, decision.other)
        if pair in known.links or pair in chosen:
            duplicate += 1
        else:
            chosen[pair] = (row, decision)
    refused = _find_contradicting(known, list(chosen))
    rejects += [chosen[pair][0].rejected(reason) for pair, reason in refused.items()]
    decisions = [decision for pair, (_, decision) in chosen.items() if pair not in refused]
    _decide(store, known, decisions)
    return _report(_read_known(store)) | {
        "read": len(rows.rows) + len(rows.rejects),
        "linked_rows": len(decisions),
        "duplicate": duplicate,
        "rejected": len(rejects),
        "rejects": sorted(rejects, key=lambda reject: reject["row"]),
        "decisions": decisions,
    }


def unlink_accounts(store: Store, account: str, other: str | None = None, why: str = "") -> dict[str, Any]:
    """Record that two accounts are two people, or that one account is linked to no other.

    Returns the report, with the decisions. Two accounts without a link can be unlinked as well: they are not suggested
    any more, and no exact key links them. Raises UsageError for an account that is neither in the store nor in its
    journal, and where the two would still be one person through a third account.
    """
    known = _read_known(store)
    for one in (account, other):
        if one is not None and not any(one in pair for pair in known.links):
            _check_account(known, one)
    if other is None:
        found = components(known.links)
        same = found.index[found == found.get(account)].tolist()
        others = [one for one in same if one != account]
        if not others:
            raise UsageError(f"{account} is linked to nothing", hint="`graphkoc identity report` lists the links.")
    else:
        others = [other]
    decisions = [Decision(_now(), "unlink", account, one, PERSON, masked(why)) for one in others]
    pairs = {(decision.account, decision.other) for decision in decisions}
    way = path(known.links.keys() - pairs, account, other) if other else []
    if way:
        through = " – ".join(way)
        raise UsageError(
            f"{account} and {other} would still be one person: {through}",
            hint=f"Unlink two that stand side by side there, or {account} from all: graphkoc identity unlink {account}",
        )
    decisions = [one for one in decisions if (one.account, one.other) not in known.apart]
    _decide(store, known, decisions)
    return _report(_read_known(store)) | {"decisions": decisions}


def suggest_links(store: Store, limit: int | None = None) -> dict[str, Any]:
    """Pairs of accounts that are likely one person, to be confirmed by somebody; nothing is linked.

    {accounts, persons, linked, unknown, match_rate, suggestions}: as in the report, and [{account, other, platforms,
    probability, why, bits, evidence: [{what, agreement, bits}]}], the likeliest first, at most `limit`. Unlinked
    pairs are not among them; see `graphkoc.capture.identity.suggestions` for the weights.
    """
    # These modules load scikit-learn, which takes time and nothing else here needs.
    from graphkoc.capture.identity.profiles import profiles
    from graphkoc.capture.identity.suggestions import suggestions

    _, apart = standing(store.decisions())
    found = suggestions(profiles(store), set(apart))
    rows = (found if limit is None else found.head(limit)).to_dict("records")
    known = _report(_read_known(store))
    counts = {name: known[name] for name in ("accounts", "persons", "linked", "unknown", "match_rate")}
    return counts | {"suggestions": [_describe(row) for row in rows]}


def _describe(row: dict[Any, Any]) -> dict[str, Any]:
    reasons = [f"{one['what']} ({one['bits']:+.1f} bits)" for one in row["evidence"] if one["bits"] > 0]
    head = {name: row[name] for name in ("account", "other", "platforms")}
    probability = round(float(row["probability"]), 4)
    why = f"alike in {', '.join(reasons)}"
    return head | {"probability": probability, "why": why, "bits": round(row["bits"], 2), "evidence": row["evidence"]}


def identity_report(store: Store) -> dict[str, Any]:
    """How many accounts are linked to persons, and by what.

    {accounts, persons, linked, unknown, match_rate, unknown_with_keys, unknown_without_keys, by_rule: {rule:
    links}, by_platform: [{platform, accounts, linked, unknown, match_rate}], across: [{platforms, persons}],
    missing_accounts: [account], conflicts: [{account, other, rule, why}], shared_keys: {rule: keys}, links:
    [{account, other, rule, why, at}]}. linked: accounts of persons who have several here. unknown: all others, who may
    or may not have a second account; with keys are those that have something exact to compare. missing_accounts: those
    that a link names and that the store does not hold. conflicts: pairs that an exact key would link, and the reason
    why they are not. shared_keys: keys that too many accounts share to be one person's.

    Persons in the graph that lag behind the journal are brought up to it first, unless the store cannot be written.
    """
    known = _read_known(store)
    with contextlib.suppress(StoreError):
        _decide(store, known, [])
    return _report(known)


def find_missing(store: Store, accounts: Iterable[str]) -> list[str]:
    """Those of the accounts that the store does not hold, sorted."""
    return sorted(set(accounts) - set(store.table("consumers", ["consumer"])["consumer"]))


def _report(known: _Known) -> dict[str, Any]:
    accounts = known.accounts
    table = identities(known.links, accounts["consumer"])
    table = table[table["person"].map(table["person"].value_counts()) > 1]
    linked = is_among(accounts["consumer"], table["account"])
    keyed_accounts = set().union(*(keyed(accounts, rule)["consumer"] for rule in SHARED))
    with_keys = is_among(accounts["consumer"], list(keyed_accounts)) | accounts["bio"].notna()
    count, hits = len(accounts), int(linked.sum())
    return {
        "accounts": count,
        "persons": count - hits + int(table["person"].nunique()),
        "linked": hits,
        "unknown": count - hits,
        "match_rate": hits / count if count else 0.0,
        "unknown_with_keys": int((with_keys & ~linked).sum()),
        "unknown_without_keys": int((~with_keys & ~linked).sum()),
        "by_rule": pd.Series([link.rule for link in known.links.values()], dtype="str").value_counts().to_dict(),
        "by_platform": _count_by_platform(accounts, linked),
        "across": _count_across(accounts, table),
        "missing_accounts": _find_missing(known),
        "conflicts": _find_conflicts(known),
        "shared_keys": {rule: keys for rule, keys in shared(accounts).items() if keys},
        "links": [
            {"account": one.account, "other": one.other, "rule": one.rule, "why": one.why, "at": one.at}
            for _, one in sorted(known.links.items())
        ],
    }


def _read_known(store: Store) -> _Known:
    return _sum_up(store.table("consumers", ACCOUNT), store.decisions())


def _sum_up(accounts: pd.DataFrame, journal: Sequence[Decision]) -> _Known:
    links, apart = standing(journal)
    return _Known(accounts.sort_values("consumer", ignore_index=True), links, apart)


def _make_table(known: _Known, decisions: Sequence[Decision]) -> pd.DataFrame:
    """The table of identities after these decisions."""
    links, _ = standing([*known.links.values(), *known.apart.values(), *decisions])
    return identities(links, known.accounts["consumer"])


def _decide(store: Store, known: _Known, decisions: Sequence[Decision]) -> None:
    """Record decisions and update the table of identities, unless nothing changes."""

    def decide(accounts: pd.DataFrame, journal: Sequence[Decision]) -> tuple[list[Decision], pd.DataFrame]:
        return list(decisions), _make_table(_sum_up(accounts, journal), decisions)

    there = store.table("identities").sort_values("account", ignore_index=True)
    if decisions or not there.astype("str").equals(_make_table(known, decisions)):
        store.upsert({}, settlement=Settlement(ACCOUNT, decide))


def _find_links(known: _Known, stated: pd.DataFrame | None) -> list[Decision]:
    """The links that exact keys and sources give and that nobody has decided on yet."""
    pairs = _drop_decided(known, _find_candidates(known, stated))
    refused = _find_contradicting(known, pairs.index.tolist())
    now = _now()
    return [
        Decision(now, "link", pair[0], pair[1], rule, why)
        for pair, rule, why in zip(pairs.index, pairs["rule"], pairs["why"], strict=True)
        if pair not in refused
    ]


def _find_candidates(known: _Known, stated: pd.DataFrame | None) -> pd.DataFrame:
    pairs = exact(known.accounts)
    if stated is None:
        return pairs
    both = pd.DataFrame({"one": stated["account"], "two": STATED + stated["person"]}, dtype="str")
    ends = pd.DataFrame({"account": both.min(axis=1), "other": both.max(axis=1)}, dtype="str")
    return pd.concat([pairs, ends.assign(rule=SOURCE, why="a source says so")], ignore_index=True)


def _drop_decided(known: _Known, pairs: pd.DataFrame) -> pd.DataFrame:
    pairs = pairs.set_index(["account", "other"])
    return pairs[~pairs.index.isin([*known.links, *known.apart])]


def _find_contradicting(known: _Known, pairs: Sequence[Pair]) -> dict[Pair, str]:
    """Those of the pairs that would make one person of two, each with the reason; earlier pairs take precedence."""
    apart = [pair for pair in known.apart if pair not in pairs]
    unionids = known.unionids
    together = [*known.links, *pairs]
    before = set(contradictions(known.links, apart, unionids).values())
    if not set(contradictions(together, apart, unionids).values()) - before:
        return {}
    found = components(together)
    wrong = contradictions(together, apart, unionids)
    refused: dict[Pair, str] = {}
    standing_links = list(known.links)
    for pair in pairs:
        if found[pair[0]] not in wrong:
            continue
        near = [one for one in standing_links if found[one[0]] == found[pair[0]]]
        new = set(contradictions([*near, pair], apart, unionids).values())
        new -= set(contradictions(near, apart, unionids).values())
        if new:
            refused[pair] = "; ".join(f"{one} and {other}: {why}" for one, other, why in sorted(new))
        else:
            standing_links.append(pair)
    return refused


def _find_conflicts(known: _Known) -> list[dict[str, str]]:
    """Pairs that share an exact key and are known to be two people."""
    pairs = exact(known.accounts)
    rules = dict(zip(zip(pairs["account"], pairs["other"], strict=True), pairs["rule"], strict=True))
    against = {pair: f"unlinked: {known.apart[pair].why}".rstrip(": ") for pair in rules if pair in known.apart}
    undecided = [pair for pair in rules if pair not in known.links and pair not in known.apart]
    against |= _find_contradicting(known, undecided)
    return [
        {"account": pair[0], "other": pair[1], "rule": rules[pair], "why": against[pair]} for pair in sorted(against)
    ]


def _find_missing(known: _Known) -> list[str]:
    """The accounts that a link names and that the store does not hold."""
    named = {one for pair in known.links for one in pair if not one.startswith(STATED)}
    return sorted(named - set(known.accounts["consumer"]))


def _count_by_platform(accounts: pd.DataFrame, linked: NDArray[np.bool_]) -> list[dict[str, Any]]:
    table = accounts.assign(platform=accounts["platform"].fillna("unknown"), linked=linked)
    rows = []
    for platform, group in table.groupby("platform", sort=True):
        hits = int(group["linked"].sum())
        rows.append(
            {
                "platform": platform,
                "accounts": len(group),
                "linked": hits,
                "unknown": len(group) - hits,
                "match_rate": hits / len(group),
            }
        )
    return rows


def _count_across(accounts: pd.DataFrame, table: pd.DataFrame) -> list[dict[str, Any]]:
    """How many persons with several accounts are on which platforms."""
    if table.empty:
        return []
    platform = table["account"].map(accounts.set_index("consumer")["platform"].fillna("unknown"))
    together = platform.groupby(table["person"]).agg(lambda names: " + ".join(sorted(set(names))))
    counts = together.value_counts().sort_index()
    return [{"platforms": platforms, "persons": int(persons)} for platforms, persons in counts.items()]


def _check_account(known: _Known, account: str) -> None:
    if not (known.accounts["consumer"] == account).any():
        raise UsageError(
            f"there is no account {account} in the store", hint="An account is written source:id, as a consumer is."
        )


def _clean_reason(why: str) -> str:
    reason = masked(" ".join(why.split()))
    if not reason:
        raise UsageError("a link needs a reason", hint="Give it with --why.")
    return reason


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
