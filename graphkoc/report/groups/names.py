"""The names of niches and circles that a report may show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from graphkoc.report.catalogue import Catalogue
from graphkoc.runs.group_names import APART, TOGETHER
from graphkoc.runs.roles import RANKED
from graphkoc.runs.run import Run
from graphkoc.text import display_name, text_or_none

__all__ = ["name_groups"]

LONGEST = 60
"""Characters of a name."""


def name_groups(run: Run, say: Catalogue) -> Run:
    """The run with names of niches and circles that a report may show, in its language.

    A group without a visible name has its id instead. So has a group that is named after a person in its middle
    ("People around ciao:7"), unless this person is a key opinion consumer: a report names no other members.
    """
    nameless = set(run.people.loc[~run.people["role"].isin(RANKED), "consumer"])
    products = set(run.exemplars.loc[run.exemplars["what"] == "product", "id"])
    platforms = {Catalogue("en").platform(name): say.platform(name) for name in run.info["ties_of"]}

    def choose_name(row: Mapping[Any, Any], kind: str) -> str:
        given, group = text_or_none(row["name"]) or "", display_name(str(row[kind]))
        centre = given.rpartition(" around ")[2]
        if centre in nameless and centre not in products:
            return say(f"niches.id_{kind}", id=group)
        return display_name(_translate(given, platforms, say), LONGEST) or group

    def rename(table: pd.DataFrame, kind: str) -> pd.DataFrame:
        return table.assign(name=[choose_name(row, kind) for row in table.to_dict("records")]).astype({"name": "str"})

    return run.replaced(niches=rename(run.niches, "niche"), circles=rename(run.circles, "circle"))


def _translate(name: str, platforms: Mapping[str, str], say: Catalogue) -> str:
    """A name with the words that the analysis adds to categories and words in the reader's language.

    platforms: the name of each platform in a name of a group, and in the reader's language.
    """
    first, *apart = name.split(APART)
    if found := re.fullmatch(r"Joined in ([0-9–]+), group ([0-9]+)", first):
        first = say("niches.joined_group", years=found[1], n=found[2])
    elif found := re.fullmatch(r"Joined in ([0-9–]+)", first):
        first = say("niches.joined", years=found[1])
    elif found := re.fullmatch(r"People around (.+)", first):
        first = say("niches.around", name=found[1])
    elif found := re.fullmatch(r"People ([0-9]+)", first):
        first = say("niches.numbered", n=found[1])
    return APART.join([first, *(_translate_piece(piece, platforms, say) for piece in apart)])


def _translate_piece(piece: str, platforms: Mapping[str, str], say: Catalogue) -> str:
    """What sets a group apart from others of its category: a platform perhaps with a number, years, or its own word."""
    if found := re.fullmatch(r"joined in ([0-9–]+)", piece):
        return say("niches.joined_apart", years=found[1])
    if piece == TOGETHER:
        return say("niches.together")
    name, _, number = piece.rpartition(" ")
    if name in platforms and number.isdecimal():
        return f"{platforms[name]} {number}"
    return platforms.get(piece, piece)
