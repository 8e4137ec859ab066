"""The report's table of platforms and niches."""

from __future__ import annotations

from typing import Any

import pandas as pd

from graphkoc.report.sections.platforms import count_platforms
from graphkoc.runs.run import Run
from graphkoc.runs.tables import shaped


def run(platform: list[str | None], accounts: pd.DataFrame | None = None) -> Run:
    """Six people, the first three of them key opinion consumers; the even ones in tea, the first two in pots."""
    ids = [f"x:{i}" for i in range(6)]
    people = pd.DataFrame(
        {"consumer": ids, "platform": platform, "rank": pd.array([1, 2, 3, None, None, None], "Int64")}
    ).assign(role=["koc"] * 3 + ["none"] * 3)
    people[["audience", "score", "reviews", "posts", "posts_engaged", "hears_kol", "hears_koc"]] = 0
    members = pd.DataFrame({"consumer": [*ids[::2], *ids[:2]], "group": ["tea"] * 3 + ["pots"] * 2, "reviews": 1})
    members = members.assign(kind="niche", confidence=1.0)
    frames = {"people": people, "members": members, "accounts": pd.DataFrame() if accounts is None else accounts}
    return Run("run", {}, **{name: shaped(name, frame) for name, frame in frames.items()})


def cells(found: dict[str, Any]) -> list[list[tuple[int, int]]]:
    return [[(cell["people"], cell["kocs"]) for cell in (*row["cells"], row)] for row in found["rows"]]


NICHES = [{"niche": "tea"}, {"niche": "pots"}]


def test_people_are_counted_on_each_of_their_platforms_and_once_in_all() -> None:
    accounts = pd.DataFrame(
        {"consumer": ["x:0"] * 2 + ["x:3"] * 2, "account": list("abcd"), "platform": ["a", "b", "b", "b"], "reviews": 0}
    )
    found = count_platforms(run(["a", "a", "a", "b", "a", None], accounts), NICHES)
    assert found is not None
    assert (found["names"], found["several"]) == (["a", "b"], 2)
    assert cells(found) == [
        [(4, 3), (2, 1), (6, 3)],
        [(3, 2), (1, 1), (3, 2)],
        [(2, 2), (1, 1), (2, 2)],
    ]
    assert [row["niche"] for row in found["rows"]] == [None, *NICHES]


def test_one_platform_needs_no_table() -> None:
    assert count_platforms(run(["a"] * 5 + [None]), NICHES) is None


def test_many_platforms_share_a_column() -> None:
    found = count_platforms(run(list("abcdef")), NICHES)
    assert found is not None
    assert found["names"] == list("abcdef")
    wide = pd.DataFrame(
        {
            "consumer": "x:0",
            "account": [str(i) for i in range(12)],
            "platform": [f"p{i:02}" for i in range(12)],
            "reviews": 0,
        }
    )
    found = count_platforms(run([f"p{i:02}" for i in range(6)], wide), NICHES)
    assert found is not None
    assert found["names"] == [*(f"p{i:02}" for i in range(1, 6)), "p00", "p06", "p07", "4 more"]
    assert cells(found)[0][-2:] == [(1, 1), (6, 3)]
