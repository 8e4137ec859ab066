"""What an analysis leaves in the graph of each person: their accounts, their results and their ties, a frame each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphkoc.arrays import is_among, number_ids
from graphkoc.graph.network import Network
from graphkoc.graph.projection import Projection
from graphkoc.qualify.gates.gates import count_failed
from graphkoc.qualify.gates.words import GATES
from graphkoc.qualify.reasons import reasons
from graphkoc.runs.run import Run
from graphkoc.text import as_lines

__all__ = ["list_persons", "list_ties", "name_persons"]

LONGEST_NAME = 200
"""Characters of a name in the graph, where names are looked up: the index of a server takes some thousand at most."""


def name_persons(projection: Projection) -> pd.Series[str]:
    """The key of each person in the graph, by the id that the analysis gives them.

    Of somebody with linked accounts it is the one in identities, so that what is loaded and what is found hang on one
    node. Of somebody with one account it is the account, unless another person is called like it.
    """
    identities = projection.identities
    consumers = pd.Index(projection.consumers["consumer"], dtype="str")
    alone = consumers.where(~is_among(consumers, identities["person"]), consumers + " alone")
    linked = identities.drop_duplicates("account").set_index("account")["person"].reindex(consumers)
    return pd.Series(linked.to_numpy(), consumers, dtype="str").fillna(pd.Series(alone, consumers, dtype="str"))


def list_persons(run: Run, projection: Projection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The results for each person, as columns of `people`; and their accounts, as account and consumer.

    Beside those of `people` the columns are name, consent and gates_failed, and lists as texts with a line each:
    reasons, gates, patterns and checks. A name is always there: the person's own, else a handle, else the id.
    """
    people, several = run.people, projection.accounts
    alone = people.loc[~is_among(people["consumer"], several["consumer"]), "consumer"]
    accounts = pd.concat([several[["account", "consumer"]], pd.DataFrame({"account": alone, "consumer": alone})])
    handle = several.groupby("consumer")["handle"].first().reindex(people["consumer"]).to_numpy()
    consent = people["consumer"].map(projection.consumers.set_index("consumer")["consent"])
    name = people["name"].fillna(people["handle"]).fillna(pd.Series(handle, people.index)).fillna(people["consumer"])
    why = {row["consumer"]: as_lines(reasons(run, row)) for row in run.ranked()}
    lines = {
        "reasons": people["consumer"].map(why),
        "gates": _describe_gates(people),
        "patterns": people["consumer"].map(_join_evidence(run.suspicions, "pattern")),
        "checks": people["consumer"].map(_join_evidence(run.checks, "check")),
    }
    found = people.assign(
        name=name.str[:LONGEST_NAME],
        consent=consent,
        gates_failed=count_failed(people, run.info["limits"]),
        **lines,
    )
    found["rank_before"] = pd.Series(found.get("rank_before", pd.NA), found.index, dtype="Int64")
    return found.astype({"audience": "int64"} | dict.fromkeys(lines, "str")), accounts


def _describe_gates(people: pd.DataFrame) -> pd.Series[str]:
    """The gates of each person, a line each: its name and state."""
    states = pd.DataFrame({gate.name: f"{gate.name}: " + people[f"gate_{gate.name}"] for gate in GATES})
    return states.iloc[:, 0].str.cat(states.iloc[:, 1:], sep="\n")


def _join_evidence(found: pd.DataFrame, kind: str) -> pd.Series[str]:
    """What was found of each consumer, a line each: its name in the column `kind`, and the evidence."""
    lines = found[kind] + ": " + found["evidence"]
    return lines.groupby(found["consumer"]).agg(as_lines)


def list_ties(network: Network, projection: Projection) -> pd.DataFrame:
    """The network as ties of persons: listener, speaker, weight, since, since_ms, how (follows or engaged)."""
    ids, n = network.ids, len(network)
    ends = [number_ids(ids, projection.follows[end]) for end in ("source", "target")]
    followed = np.isin(network.source.astype(np.int64) * n + network.target, ends[0] * n + ends[1])
    known, since = np.isfinite(network.since), np.full(len(network.since), "NaT", dtype="datetime64[us]")
    since[known] = np.round(network.since[known] * 86_400e6).astype(np.int64).astype("datetime64[us]")
    milliseconds = pd.Series(since.astype(np.int64) // 1_000, dtype="Int64")
    return pd.DataFrame(
        {
            "listener": ids[network.target],
            "speaker": ids[network.source],
            "weight": network.weight,
            "since": since,
            "since_ms": milliseconds.where(known),
            "how": np.where(followed, "follows", "engaged"),
        }
    )
