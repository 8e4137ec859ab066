"""One person, several accounts: what links them, who decided it, and how much of it is known.

Every link and every unlinking is a line of a journal that the store keeps; none is ever changed. The
table of identities is what the journal amounts to for the accounts that are there, so it can be made
again at any time, and is, after every load. Exact keys link by themselves, once: what a person has
taken back is not linked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.capture.contacts import masked
from graphkoc.capture.identity.components import STATED, Pair, components, contradictions, identities, path, standing
from graphkoc.capture.identity.exact import ACCOUNT, COMPARED, exact, keyed, shared
from graphkoc.capture.identity.link_files import Listed, listed
from graphkoc.errors import UsageError
from graphkoc.stores import Store
from graphkoc.stores.journal import Decision, Settlement

__all__ = [
    "COMPARED",
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
    """What the store knows: its accounts, and its journal summed up."""

    accounts: pd.DataFrame
    links: dict[Pair, Decision]
    apart: dict[Pair, Decision]

    @property
    def unionids(self) -> pd.Series[str]:
        return self.accounts.set_index("consumer")["unionid"]


def settlement(stated: pd.DataFrame | None = None) -> Settlement:
    """What a load does to identities: link the accounts that an exact key or a source gives to one person.

    stated: account and person, as a source brings them. No pair is linked that was linked or unlinked before, nor
    one that would make a single person of two who are known to be different.
    """

    def decide(accounts: pd.DataFrame, journal: Sequence[Decision]) -> tuple[list[Decision], pd.DataFrame]:
        known = _sum_up(accounts, journal)
        decisions = _found(known, stated)
        return decisions, _table(known, decisions)

    return Settlement(ACCOUNT, decide)


def settle(store: Store) -> None:
    """Do to a store's own accounts what a load does, without a load."""
    known = _known(store)
    _decide(store, known, _found(known, None))


def link_accounts(store: Store, account: str, other: str, why: str) -> dict[str, Any]:
    """Say that two accounts are one person; returns the report, with the decision.

    Raises UsageError for an account that the store does not hold, and where the two are known to be two.
    """
    known = _known(store)
    for one in (account, other):
        _there(known, one)
    decision = Decision(_now(), "link", account, other, PERSON, _said(why))
    pair = (decision.account, decision.other)
    if pair in known.links:
        return identity_report(store) | {"decisions": []}
    if wrong := _refused(known, [pair]).get(pair):
        raise UsageError(f"{account} and {other} cannot be one person: {wrong}", hint="`graphkoc identity unlink`s.")
    _decide(store, known, [decision])
    return identity_report(store) | {"decisions": [decision]}


def link_file(store: Store, file: Path, why: str | None = None, encoding: str | None = None) -> dict[str, Any]:
    """Say of every row of a file that its two accounts are one person; the report, and what became of the rows.

    file: a table with two columns of accounts (`account` and `other`, or the first two) and `why`; why is
    what is said where a row says nothing. A row with an account that the store does not hold, or of two
    people, is rejected, and the rest is linked. Adds {read, linked_rows, duplicate, rejected, rejects:
    [{row, account, other, reason}], decisions}. Raises DataError for a file that is no such table.
    """
    known = _known(store)
    rows = listed(file, why, encoding)
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
    refused = _refused(known, list(chosen))
    rejects += [chosen[pair][0].rejected(reason) for pair, reason in refused.items()]
    decisions = [decision for pair, (_, decision) in chosen.items() if pair not in refused]
    _decide(store, known, decisions)
    return identity_report(store) | {
        "read": len(rows.rows) + len(rows.rejects),
        "linked_rows": len(decisions),
        "duplicate": duplicate,
        "rejected": len(rejects),
        "rejects": sorted(rejects, key=lambda reject: reject["row"]),
        "decisions": decisions,
    }


def unlink_accounts(store: Store, account: str, other: str | None = None, why: str = "") -> dict[str, Any]:
    """Say that two accounts are two people, or that one account is nobody else's; the report, with the decisions.

    Two accounts that no link joins are told apart all the same: they are not suggested any more, and no
    exact key links them. Raises UsageError for an account that is neither in the store nor in its
    journal, and where the two would still be one person through a third account.
    """
    known = _known(store)
    for one in (account, other):
        if one is not None and not any(one in pair for pair in known.links):
            _there(known, one)
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
    return identity_report(store) | {"decisions": decisions}


def suggest_links(store: Store, limit: int | None = None) -> dict[str, Any]:
    """Pairs of accounts that are likely one person, for a person to confirm; nothing is linked.

    {accounts, persons, linked, unknown, match_rate, suggestions}: as in the report, and [{account, other, platforms,
    probability, why, bits, evidence: [{what, agreement, bits}]}], the likeliest first, at most `limit`. Pairs that
    were told apart are not among them; see `graphkoc.capture.identity.suggestions` for the weights.
    """
    # What compares people loads scikit-learn, for which nobody else need wait.
    from graphkoc.capture.identity.profiles import profiles
    from graphkoc.capture.identity.suggestions import suggestions

    _, apart = standing(store.decisions())
    found = suggestions(profiles(store), set(apart))
    rows = (found if limit is None else found.head(limit)).to_dict("records")
    known = identity_report(store)
    counts = {name: known[name] for name in ("accounts", "persons", "linked", "unknown", "match_rate")}
    return counts | {"suggestions": [_in_words(row) for row in rows]}


def _in_words(row: dict[Any, Any]) -> dict[str, Any]:
    told = [f"{one['what']} ({one['bits']:+.1f} bits)" for one in row["evidence"] if one["bits"] > 0]
    head = {name: row[name] for name in ("account", "other", "platforms")}
    probability = round(float(row["probability"]), 4)
    why = f"alike in {', '.join(told)}"
    return head | {"probability": probability, "why": why, "bits": round(row["bits"], 2), "evidence": row["evidence"]}


def identity_report(store: Store) -> dict[str, Any]:
    """How much is known of who is who.

    {accounts, persons, linked, unknown, match_rate, unknown_with_keys, unknown_without_keys, by_rule: {rule:
    links}, by_platform: [{platform, accounts, linked, unknown, match_rate}], across: [{platforms, persons}],
    conflicts: [{account, other, rule, why}], shared_keys: {rule: keys}, links: [{account, other, rule, why,
    at}]}. linked: accounts of persons who have several here. unknown: all others, of whom nobody knows
    whether they have a second account; with keys are those that have something exact to compare.
    conflicts: pairs that an exact key would link, and what speaks against it. shared_keys: keys of too many
    accounts to be one person's.
    """
    known = _known(store)
    accounts = known.accounts
    table = identities(known.links, accounts["consumer"])
    table = table[table["person"].map(table["person"].value_counts()) > 1]
    linked = accounts["consumer"].isin(table["account"])
    keyed_accounts = set().union(*(keyed(accounts, rule)["consumer"] for rule in ("unionid", "contact_key", "address")))
    with_keys = accounts["consumer"].isin(keyed_accounts) | accounts["bio"].notna()
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
        "by_platform": _by_platform(accounts, linked),
        "across": _across(accounts, table),
        "conflicts": _conflicts(known),
        "shared_keys": {rule: keys for rule, keys in shared(accounts).items() if keys},
        "links": [
            {"account": one.account, "other": one.other, "rule": one.rule, "why": one.why, "at": one.at}
            for _, one in sorted(known.links.items())
        ],
    }


def _known(store: Store) -> _Known:
    return _sum_up(store.table("consumers", ACCOUNT), store.decisions())


def _sum_up(accounts: pd.DataFrame, journal: Sequence[Decision]) -> _Known:
    links, apart = standing(journal)
    return _Known(accounts.sort_values("consumer", ignore_index=True), links, apart)


def _table(known: _Known, decisions: Sequence[Decision]) -> pd.DataFrame:
    """The table of identities after these decisions."""
    links, _ = standing([*known.links.values(), *known.apart.values(), *decisions])
    return identities(links, known.accounts["consumer"])


def _decide(store: Store, known: _Known, decisions: Sequence[Decision]) -> None:
    """Write down decisions, and make the table of identities fit, unless it does and there are none."""
    table = _table(known, decisions)
    there = store.table("identities").sort_values("account", ignore_index=True)
    if decisions or not there.astype("str").equals(table):
        store.decide(decisions, table)


def _found(known: _Known, stated: pd.DataFrame | None) -> list[Decision]:
    """The links that exact keys and sources ask for and that nobody has decided on yet."""
    pairs = _undecided(known, _candidates(known, stated))
    refused = _refused(known, pairs.index.tolist())
    now = _now()
    return [
        Decision(now, "link", pair[0], pair[1], rule, why)
        for pair, rule, why in zip(pairs.index, pairs["rule"], pairs["why"], strict=True)
        if pair not in refused
    ]


def _candidates(known: _Known, stated: pd.DataFrame | None) -> pd.DataFrame:
    pairs = exact(known.accounts)
    if stated is None:
        return pairs
    said = pd.DataFrame({"one": stated["account"], "two": STATED + stated["person"]}, dtype="str")
    ends = pd.DataFrame({"account": said.min(axis=1), "other": said.max(axis=1)}, dtype="str")
    return pd.concat([pairs, ends.assign(rule=SOURCE, why="a source says so")], ignore_index=True)


def _undecided(known: _Known, pairs: pd.DataFrame) -> pd.DataFrame:
    pairs = pairs.set_index(["account", "other"])
    return pairs[~pairs.index.isin([*known.links, *known.apart])]


def _refused(known: _Known, pairs: Sequence[Pair]) -> dict[Pair, str]:
    """Of pairs that would be linked, those that would make one person of two, and why; the first come first."""
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


def _conflicts(known: _Known) -> list[dict[str, str]]:
    """Pairs that share an exact key and are known to be two people."""
    pairs = exact(known.accounts)
    rules = dict(zip(zip(pairs["account"], pairs["other"], strict=True), pairs["rule"], strict=True))
    against = {pair: f"told apart: {known.apart[pair].why}".rstrip(": ") for pair in rules if pair in known.apart}
    against |= _refused(known, [pair for pair in rules if pair not in known.links and pair not in known.apart])
    return [
        {"account": pair[0], "other": pair[1], "rule": rules[pair], "why": against[pair]} for pair in sorted(against)
    ]


def _by_platform(accounts: pd.DataFrame, linked: pd.Series[bool]) -> list[dict[str, Any]]:
    told = accounts.assign(platform=accounts["platform"].fillna("unknown"), linked=linked)
    rows = []
    for platform, group in told.groupby("platform", sort=True):
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


def _across(accounts: pd.DataFrame, table: pd.DataFrame) -> list[dict[str, Any]]:
    """How many persons with several accounts are on which platforms."""
    if table.empty:
        return []
    platform = table["account"].map(accounts.set_index("consumer")["platform"].fillna("unknown"))
    together = platform.groupby(table["person"]).agg(lambda names: " + ".join(sorted(set(names))))
    counts = together.value_counts().sort_index()
    return [{"platforms": platforms, "persons": int(persons)} for platforms, persons in counts.items()]


def _there(known: _Known, account: str) -> None:
    if not (known.accounts["consumer"] == account).any():
        raise UsageError(
            f"there is no account {account} in the store", hint="An account is written source:id, as a consumer is."
        )


def _said(why: str) -> str:
    said = masked(" ".join(why.split()))
    if not said:
        raise UsageError("a link needs a reason", hint="Say it with --why.")
    return said


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
