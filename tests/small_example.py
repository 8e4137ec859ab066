"""Parts of the example that are analysed in seconds."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from graphkoc import assets

__all__ = ["write_small_example"]


def write_small_example(folder: Path, people: int = 250, years: int = 2, products: int = 1) -> None:
    """Write ciao's three files with the people who wrote most in the last years, and the follows between them.

    products: of so many products one is kept.
    """
    folder.mkdir(parents=True)
    whole = assets.folder("examples") / "ciao"
    ratings = pd.read_csv(whole / "ratings.csv.gz")
    recent = ratings[ratings["timestamp"] > ratings["timestamp"].max() - years * 365 * 86_400]
    busiest = recent["user"].value_counts(sort=True).sort_index().nlargest(people).index
    kept = recent["user"].isin(busiest) & (recent["item"] % products == 0)
    recent[kept].to_csv(folder / "ratings.csv.gz", index=False)
    trust = pd.read_csv(whole / "trust.csv.gz")
    trust[trust["truster"].isin(busiest) & trust["trustee"].isin(busiest)].to_csv(folder / "trust.csv.gz", index=False)
    shutil.copy(whole / "category.txt", folder)
