"""Platforms: how many people of each niche are on each."""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc.report.run_view import View
from graphkoc.runs.run import Run
from graphkoc.text import display_name

__all__ = ["LINK", "MOST", "PLACE", "count_platforms", "facts"]

PLACE, LINK = 40, "Platforms"

MOST = 8
"""Platforms with a column; the others are counted together."""


def facts(view: View) -> dict[str, Any] | None:
    """People and key opinion consumers by niche and platform; None where there is one platform or none."""
    return count_platforms(view.run, view.facts("niches")["cards"])


def count_platforms(run: Run, niches: list[dict[str, Any]]) -> dict[str, Any] | None:
    """People and key opinion consumers by niche and platform; None where there is one platform or none.

    niches: those with a card. {names, rows: [{niche, cells: [{people, kocs}], people, kocs}], several}: a person
    with accounts on two platforms is in both columns, and once in the row's own figure; several is how many
    have more than one account. The first row is everybody.
    """
    alone = run.people.loc[~run.people["consumer"].isin(run.accounts["consumer"]), ["consumer", "platform"]]
    where = pd.concat([alone, run.accounts[["consumer", "platform"]]], ignore_index=True).dropna().drop_duplicates()
    sizes = where["platform"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    if len(sizes) < 2:
        return None
    names = list(sizes.index[:MOST])
    rest = len(sizes) - len(names)
    where["platform"] = where["platform"].where(where["platform"].isin(names), "")
    where = where.drop_duplicates()
    ranked = set(run.kocs()["consumer"])
    where["koc"] = where["consumer"].isin(ranked)
    columns = [*names, ""] if rest else names

    def row(niche: dict[str, Any] | None, inside: pd.Series[str]) -> dict[str, Any]:
        found = where[where["consumer"].isin(inside)]
        people = found["platform"].value_counts().reindex(columns, fill_value=0)
        kocs = found.loc[found["koc"], "platform"].value_counts().reindex(columns, fill_value=0)
        cells = [{"people": int(n), "kocs": int(k)} for n, k in zip(people, kocs, strict=True)]
        return {"niche": niche, "cells": cells, "people": inside.nunique(), "kocs": int(inside.isin(ranked).sum())}

    members = run.members_of("niche")
    inside = [members.loc[members["niche"] == niche["niche"], "consumer"] for niche in niches]
    groups = zip([None, *niches], [run.people["consumer"], *inside], strict=True)
    shown = [display_name(str(name)) or "(no name)" for name in names]
    return {
        "names": [*shown, f"{rest} more"] if rest else shown,
        "rows": [row(niche, people) for niche, people in groups],
        "several": int(run.accounts["consumer"].nunique()),
    }
