"""A part of the example that is analysed in seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from graphkoc import assets

PEOPLE = 250
YEARS = 2


def write_small_example(folder: Path) -> None:
    """Write ciao's three files with the people who wrote most in the last years, and the follows between them."""
    folder.mkdir(parents=True)
    whole = assets.folder("examples") / "ciao"
    ratings = pd.read_csv(whole / "ratings.csv.gz")
    recent = ratings[ratings["timestamp"] > ratings["timestamp"].max() - YEARS * 365 * 86_400]
    people = recent["user"].value_counts(sort=True).sort_index().nlargest(PEOPLE).index
    recent[recent["user"].isin(people)].to_csv(folder / "ratings.csv.gz", index=False)
    trust = pd.read_csv(whole / "trust.csv.gz")
    trust[trust["truster"].isin(people) & trust["trustee"].isin(people)].to_csv(folder / "trust.csv.gz", index=False)
    shutil.copy(whole / "category.txt", folder)
