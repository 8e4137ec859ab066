"""Names with evidence for circles and niches: what their people write about and others do not.

A name is the category first and two words after: "Food & Drink: espresso, grinder". Words and products
that a group's people use more than others do, and categories that more of them review most, are found by
`apart`. Without words a name is categories: "Beauty + Fashion". Without either, or where every such name
is another group's, it says round which product or whom the group stands: "People around ciao:212".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.communities.labels.choice import Known, choose, kin
from graphkoc.communities.labels.log_odds import People, at, marked
from graphkoc.graph.action_log import Log
from graphkoc.graph.terms import Words
from graphkoc.runs.run import TOP
from graphkoc.text import display_name

__all__ = ["EXEMPLARS", "Described", "describe"]

EXEMPLARS = 3
"""Reviews, and products, of a group that are shown."""


@dataclass(frozen=True, eq=False)
class Described:
    """What groups are called, and why.

    table: one row a group, in the order given: group, name, evidence (a sentence), all str.
    words: at most TOP a group, strongest first: group, word (str), z (float64), inside, outside (int64,
    how many of its people, and of the others, use it).
    exemplars: at most EXEMPLARS reviews a group, by different people, and as many products: group, kind
    ("review" or "product"), id, why (a clause), all str.
    """

    table: pd.DataFrame
    words: pd.DataFrame
    exemplars: pd.DataFrame


def describe(
    groups: pd.DataFrame,
    members: pd.DataFrame,
    log: Log,
    words: Words,
    previous: Mapping[str, str] | None = None,
) -> Described:
    """Names for groups of people, circles and niches alike, no two the same.

    groups: group, and if there are: parent (the group or the category that it lies inside, or NA) and
    category (what it was built from; NA where that is to be found); made_of (the word or tag, or NA, by
    which its people were chosen: it serves where no word sets them apart), with share and share_of_all (of
    their reviews, and of everybody's, that are about it). members: group, consumer, confidence.
    words: those of the people of the log's network. previous: what a group was called in the last run.
    The order of the members makes no difference; of groups that would share a name the largest gets it.

    A name stays while it could still be given: its category is still the group's own, or one that sets it
    apart, and each of its words is still among the TOP; or it stands round somebody who is still among
    the TOP in the middle. A name without words goes when words come, one without a category when a
    category comes.
    """
    ids = groups["group"].tolist()
    built_from, parents = _strings(groups, "category"), _strings(groups, "parent")
    people, n = People.of(ids, parents, members, log), len(log.network)
    told = _without_kin(people.apart(marked(words.person, words.term, (n, len(words.terms))), 6 * TOP), words)
    kinds = people.apart(_favourites(log), TOP)
    things = people.apart(marked(words.author, words.about, (n, len(words.products))), EXEMPLARS)

    own_words = _by_row(told, words.terms, len(ids))
    own_kinds = _by_row(kinds, np.asarray(log.categories, dtype=str), len(ids))
    own_things, in_the_middle = _by_row(things, words.products, len(ids)), _central(people, log)
    made_of = _made_of(groups)
    for row, (term, _) in enumerate(made_of):
        # Nearly all who review much say a word some time: those of a group say it oftener.
        own_words[row] = own_words[row] or ([term] if term else [])
    known = [
        Known([category], own_words[row], own_things[row] or in_the_middle[row])
        if category
        else Known(own_kinds[row], own_words[row], in_the_middle[row])
        for row, category in enumerate(built_from)
    ]
    order = np.lexsort((np.asarray(ids, dtype=str), -people.sizes)).tolist() if ids else []
    names = choose([known[row] for row in order], [(previous or {}).get(ids[row]) for row in order])
    name_of = dict(zip(order, names, strict=True))

    group = np.asarray(ids, dtype=str)
    table = {
        "group": ids,
        "name": [name_of[row] for row in range(len(ids))],
        "evidence": [
            _evidence(
                (told[told["row"] == row], own_words[row], "write about {}", ", {} about {}"),
                (kinds[kinds["row"] == row], own_kinds[row], "review {} most", ", {} {}"),
                size,
                others,
                display_name(built_from[row] or parents[row] or "") if people.parted[row] else "",
                made_of[row][1],
            )
            for row, (size, others) in enumerate(zip(people.sizes.tolist(), people.others.tolist(), strict=True))
        ],
    }
    columns = {column: told[column] for column in ("z", "inside", "outside")}
    of_words = pd.DataFrame({"group": group[told["row"]], "word": words.terms[told["item"]], **columns})
    return Described(
        pd.DataFrame(table, dtype="str"),
        of_words.astype({"group": "str", "word": "str"}),
        _exemplars(group, people, told, things, words),
    )


def _strings(frame: pd.DataFrame, column: str) -> list[str | None]:
    """A column's strings, None where it has none."""
    values = frame[column].tolist() if column in frame else [None] * len(frame)
    return [value if isinstance(value, str) else None for value in values]


def _made_of(groups: pd.DataFrame) -> list[tuple[str, str]]:
    """The word or tag that each group was made of, and how that is told; two empty texts for none."""
    if "made_of" not in groups:
        return [("", "")] * len(groups)
    found = []
    for term, share, all_share in zip(groups["made_of"], groups["share"], groups["share_of_all"], strict=True):
        name = display_name(term) if isinstance(term, str) else ""
        shown = name.replace("{", "{{").replace("}", "}}")
        found.append((name, f"{share:.0%} of what {{}} review there is about {shown}, of all {all_share:.0%}"))
    return [(name, words) if name else ("", "") for name, words in found]


def _by_row(found: pd.DataFrame, names: NDArray[Any], rows: int) -> list[list[str]]:
    """The names of what was found for each group, in its order."""
    lists: list[list[str]] = [[] for _ in range(rows)]
    for row, name in zip(found["row"].tolist(), names[found["item"].to_numpy()].tolist(), strict=True):
        lists[row].append(name)
    return lists


def _favourites(log: Log) -> csr_array:
    """(n, c) int64: 1 for the category that each person reviews most, for all where several tie.

    Not for every category that she ever reviewed: who writes much has been everywhere.
    """
    known = log.category >= 0
    counts = pd.DataFrame({"person": log.person[known], "category": log.category[known]}).value_counts()
    most = counts[counts == counts.groupby("person").transform("max")].reset_index()
    return marked(most["person"], most["category"], (len(log.network), len(log.categories)))


def _central(people: People, log: Log) -> list[list[str]]:
    """For each group up to TOP of its people, those with most ties inside it first."""
    n = len(log.network)
    ends, others = (log.network.source, log.network.target), (log.network.target, log.network.source)
    ties = csr_array(people.inside @ marked(np.concatenate(ends), np.concatenate(others), (n, n)))
    row, person = people.inside.nonzero()
    found = pd.DataFrame({"row": row, "item": person, "ties": at(ties, row, person)})
    found = found.sort_values(["row", "ties", "item"], ascending=[True, False, True]).groupby("row").head(TOP)
    return _by_row(found, log.network.ids, people.inside.shape[0])


def _without_kin(told: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The first TOP words of each group, without those that are a form or a part of a stronger one."""
    keep = []
    for _, rows in told.groupby("row"):
        chosen: list[str] = []
        for place, word in zip(rows.index, words.terms[rows["item"]].tolist(), strict=True):
            if len(chosen) < TOP and not any(kin(word, other) for other in chosen):
                chosen.append(word)
                keep.append(place)
    return told.loc[keep].reset_index(drop=True)


def _evidence(
    written: tuple[pd.DataFrame, list[str], str, str],
    reviewed: tuple[pd.DataFrame, list[str], str, str],
    size: int,
    others: int,
    parent: str,
    made_of: str,
) -> str:
    """A sentence: the two things that most set a group apart, and how many do them inside and outside.

    written, reviewed: what was found for the group, its names, and how the first and the second are told.
    """
    its = f"its {size:,} people"
    against = f"{others:,} others" + (f" in {parent}" if parent else "")
    for found, names, one, two in (written, reviewed):
        if len(found):
            inside, outside = found["inside"].tolist()[:2], found["outside"].tolist()[:2]
            sentence = f"{inside[0]:,} of {its} " + one.format(display_name(names[0]))
            if len(inside) > 1:
                sentence += two.format(f"{inside[1]:,}", display_name(names[1]))
            return f"{sentence}; of {against} " + " and ".join(_percent(count, others) for count in outside)
    if made_of:
        return made_of.format(its)
    if not others:
        return f"{its} are everybody"
    return f"nothing that {its} write or review sets them apart from {against}"


def _exemplars(
    group: NDArray[Any], people: People, told: pd.DataFrame, things: pd.DataFrame, words: Words
) -> pd.DataFrame:
    """The reviews that hold most of a group's words, one a person and none with the same of them, and the
    products that most set it apart."""
    used = np.isin(words.term, told["item"])
    holding = pd.DataFrame({"review": words.review[used], "item": words.term[used]}).drop_duplicates()
    holding = told[["row", "item", "z"]].merge(holding, on="item")
    holding["person"] = words.author[holding["review"]]
    holding = holding[at(people.inside, holding["row"].to_numpy(), holding["person"].to_numpy()) > 0]
    holding = holding.sort_values(["row", "review", "z", "item"], ascending=[True, True, False, True])
    holding["word"] = words.terms[holding["item"]]
    by_review = holding.groupby(["row", "review", "person"], as_index=False)
    reviews = by_review.agg(how_many=("z", "size"), z=("z", "sum"), why=("word", ", ".join))
    reviews = reviews.sort_values(["row", "how_many", "z", "review"], ascending=[True, False, False, True])
    reviews = reviews.drop_duplicates(["row", "person"]).drop_duplicates(["row", "why"])
    reviews = reviews.groupby("row").head(EXEMPLARS)
    sizes, others = people.sizes[things["row"]].tolist(), people.others[things["row"]].tolist()
    bought = [
        f"{inside:,} of its {size:,} people review it; of {rest:,} others {_percent(outside, rest)}"
        for inside, size, outside, rest in zip(
            things["inside"].tolist(), sizes, things["outside"].tolist(), others, strict=True
        )
    ]
    shown = {
        "row": np.concatenate([reviews["row"], things["row"]]).astype(np.int64),
        "kind": ["review"] * len(reviews) + ["product"] * len(things),
        "id": np.concatenate([words.reviews[reviews["review"]], words.products[things["item"]]]),
        "why": [f"holds {why}" for why in reviews["why"]] + bought,
    }
    exemplars = pd.DataFrame(shown).sort_values("row", kind="stable", ignore_index=True)
    exemplars.insert(0, "group", group[exemplars.pop("row")])
    return exemplars.astype("str")


def _percent(count: int, of: int) -> str:
    share = count / of if of else 0.0
    return f"{share:.0%}" if share >= 0.095 else f"{share:.1%}"
