"""By whom the people of a group are reached: four parts that exclude each other and add up to the group.

The only place that names the parts. The white space is the second and the third: known to be followers of somebody, and
of no wide-audience account. Whom a person follows is never known whole, so that nobody reaches them is said of what was
loaded, and of a person of whom nothing was loaded nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphkoc.runs.roles import WIDE_ROLES
from graphkoc.text import count

if TYPE_CHECKING:
    import pandas as pd

    from graphkoc.runs.run import Run

__all__ = [
    "FEWEST_KOLS",
    "PARTS",
    "count_parts",
    "describe_loaded",
    "describe_parts",
    "parts_of",
    "shares",
    "verb",
    "wide_words",
]

PARTS = ("reached_kol", "only_koc", "nobody", "not_known")
"""A KOL reaches them, or where no followers are stated an account that is widely followed here; only key opinion
consumers do; nobody listed does, though whom they follow is known; it is not known whom they follow."""
FEWEST_KOLS = 3
"""KOLs by stated followers that must be loaded of a platform before anybody there counts as reached by none."""


def count_parts(people: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """How many people are in each part: a row per group, int64, the columns of PARTS.

    people: part, and the column `by`; without `by` everybody is one group.
    """
    import pandas as pd

    group = pd.Series("", people.index) if by is None else people[by]
    found = pd.crosstab(group, people["part"])
    return found.reindex(columns=list(PARTS), fill_value=0).astype("int64").rename_axis(columns=None)


def shares(table: pd.DataFrame) -> pd.DataFrame:
    """The white space of groups: white_space and white_space_koc, float64; table: the columns of PARTS.

    white_space is the second and third part as a share of the people, null where it is not known of anybody;
    white_space_koc is the second part as a share of the two, 0 where there are none.
    """
    import pandas as pd

    white = table["only_koc"] + table["nobody"]
    people = table[list(PARTS)].sum(axis=1)
    known = table["not_known"] < people
    return pd.DataFrame(
        {
            "white_space": (white / people.where(known)).astype("float64"),
            "white_space_koc": (table["only_koc"] / white.where(white > 0)).fillna(0.0).astype("float64"),
        }
    )


def parts_of(row: Mapping[Any, Any] | pd.Series[Any]) -> dict[str, int]:
    """The four parts of a group; row: of the run's table of niches or circles."""
    return {part: int(row[part]) for part in PARTS}


def wide_words(run: Run) -> str:
    """What the wide-audience accounts of a run are called: KOLs where followers are stated, else widely followed."""
    roles = {row["role"] for row in run.rows("people", ["role"], ("role", WIDE_ROLES))}
    if roles == {"kol"} or (not roles and any(one["stated"] for one in run.info["reach_of"])):
        return "KOLs"
    return "accounts widely followed here" if roles <= {"wide"} else "KOLs or accounts widely followed here"


def verb(run: Run) -> str:
    """What links a person to those who reach them: they follow or, without known follows, were seen under posts."""
    kinds = set(run.info["ties_of"].values()) - {"none"}
    if kinds == {"engagements"}:
        return "were seen under posts of"
    return "follow" if "engagements" not in kinds else "follow, or were seen under posts of,"


def describe_parts(parts: Mapping[str, int], wide: str) -> str:
    """The parts of a group in one clause, without those of nobody: `KOLs reach 3, only KOCs reach 2, ...`.

    wide: from `wide_words`.
    """
    if parts["reached_kol"] and not any(parts[part] for part in parts if part != "reached_kol"):
        return f"{wide} reach all {parts['reached_kol']:,}"
    clauses = [
        f"{start} {parts[part]:,}{end}"
        for part, start, end in (
            ("reached_kol", f"{wide} reach", ""),
            ("only_koc", "only KOCs reach", ""),
            ("nobody", "nobody listed reaches", ""),
            ("not_known", "of", " it is not known"),
        )
        if parts[part] or part == "reached_kol"
    ]
    *first, last = clauses
    return f"{', '.join(first)}{',' if len(first) > 1 else ''} and {last}" if first else last


def describe_loaded(run: Run) -> list[str]:
    """What the parts rest on, a sentence each: platforms without enough KOLs, and those where people are seen."""
    found = []
    for one in run.info["reach_of"]:
        platform, posts = one["platform"], count(one["posts"], "posts")
        if not one["enough"]:
            loaded = f"only {count(one['kols'], 'KOLs')} of {platform} {'is' if one['kols'] == 1 else 'are'}"
            found.append(
                f"{loaded if one['kols'] else f'no KOL of {platform} is'} loaded by stated followers, so its white "
                f"space is not known: that takes {FEWEST_KOLS}"
            )
        elif one["ties"] == "engagements":
            who = "KOLs" if one["stated"] else "accounts widely followed here"
            found.append(
                f"on {platform} no follows are known: reached means seen under one of the {posts} by {who} that are "
                f"loaded, and who was seen under none may have seen them all the same"
            )
    return found
