"""Names of circles and niches, with the evidence: what their people write about and others do not.

A name is the category and two words: "Food & Drink: espresso, grinder". `log_odds` finds the words and products that
a group's people use more than others do, and the categories that more of them review most. Without words a name
is one or two categories: "Beauty + Fashion". Without either, or if another group has every such name, it is the
product or the person in the middle of the group: "People around ciao:212".
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
from graphkoc.communities.labels.log_odds import People, marked, values_at
from graphkoc.graph.action_log import Log
from graphkoc.graph.terms import Words
from graphkoc.runs.run import TOP
from graphkoc.text import display_name

__all__ = ["EXEMPLARS", "Described", "describe"]

EXEMPLARS = 3
"""Reviews of a group that are shown, and as many products."""


@dataclass(frozen=True, eq=False)
class Described:
    """The names of groups, with their evidence.

    table: one row per group, in the order given: group, name, evidence (a sentence), all str.
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

    groups: group, and optionally parent (the group or the category that it lies inside, or NA), category (that it
    was built from, or NA to find one), made_of (the word or tag by which its people were chosen, or NA: it names the
    group where no word distinguishes it) with share and share_of_all (of the members' reviews, and of all reviews,
    that are about it). members: group, consumer, confidence. words: of the people of the log's network. previous:
    the names of the last run. The order of the members makes no difference. If several groups would have the same
    name, the largest gets it.

    A group keeps its name while the name could still be given: its category is still that of the group or
    distinguishes it, and each of its words is still among the TOP; or it names a person who is still among the TOP
    in the middle. A name without words is replaced when there are words, one without a category when there is one.
    """
    ids = groups["group"].tolist()
    built_from, parents = _read_strings(groups, "category"), _read_strings(groups, "parent")
    people, n = People.of(ids, parents, members, log), len(log.network)
    distinctive = _drop_kin(people.distinguish(marked(words.person, words.term, (n, len(words.terms))), 6 * TOP), words)
    kinds = people.distinguish(_mark_favourites(log), TOP)
    products = people.distinguish(marked(words.author, words.about, (n, len(words.products))), EXEMPLARS)

    own_words = _list_names(distinctive, words.terms, len(ids))
    own_kinds = _list_names(kinds, np.asarray(log.categories, dtype=str), len(ids))
    own_products, in_the_middle = _list_names(products, words.products, len(ids)), _find_central(people, log)
    made_of = _read_made_of(groups)
    for row, (term, _) in enumerate(made_of):
        # Nearly all who review much use a word at some time; the people of the group use it more often.
        own_words[row] = own_words[row] or ([term] if term else [])
    known = [
        Known([category], own_words[row], own_products[row] or in_the_middle[row])
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
            _write_evidence(
                (distinctive[distinctive["row"] == row], own_words[row], "write about {}", ", {} about {}"),
                (kinds[kinds["row"] == row], own_kinds[row], "review {} most", ", {} {}"),
                size,
                others,
                display_name(built_from[row] or parents[row] or "") if people.parted[row] else "",
                made_of[row][1],
            )
            for row, (size, others) in enumerate(zip(people.sizes.tolist(), people.others.tolist(), strict=True))
        ],
    }
    columns = {column: distinctive[column] for column in ("z", "inside", "outside")}
    of_words = pd.DataFrame({"group": group[distinctive["row"]], "word": words.terms[distinctive["item"]], **columns})
    return Described(
        pd.DataFrame(table, dtype="str"),
        of_words.astype({"group": "str", "word": "str"}),
        _choose_exemplars(group, people, distinctive, products, words),
    )


def _read_strings(frame: pd.DataFrame, column: str) -> list[str | None]:
    """A column's strings, None where it has none."""
    values = frame[column].tolist() if column in frame else [None] * len(frame)
    return [value if isinstance(value, str) else None for value in values]


def _read_made_of(groups: pd.DataFrame) -> list[tuple[str, str]]:
    """The word or tag that each group was made of, and a sentence to be formatted; two empty texts for none."""
    if "made_of" not in groups:
        return [("", "")] * len(groups)
    found = []
    for term, share, all_share in zip(groups["made_of"], groups["share"], groups["share_of_all"], strict=True):
        name = display_name(term) if isinstance(term, str) else ""
        shown = name.replace("{", "{{").replace("}", "}}")
        found.append((name, f"{share:.0%} of what {{}} review there is about {shown}, of all {all_share:.0%}"))
    return [(name, words) if name else ("", "") for name, words in found]


def _list_names(found: pd.DataFrame, names: NDArray[Any], rows: int) -> list[list[str]]:
    """The names of what was found for each group, in its order."""
    lists: list[list[str]] = [[] for _ in range(rows)]
    for row, name in zip(found["row"].tolist(), names[found["item"].to_numpy()].tolist(), strict=True):
        lists[row].append(name)
    return lists


def _mark_favourites(log: Log) -> csr_array:
    """(n, c) int64: 1 for the category that each person reviews most, for all where several tie.

    Not for every category that they reviewed: a person who writes much has reviewed in most.
    """
    known = log.category >= 0
    counts = pd.DataFrame({"person": log.person[known], "category": log.category[known]}).value_counts()
    most = counts[counts == counts.groupby("person").transform("max")].reset_index()
    return marked(most["person"], most["category"], (len(log.network), len(log.categories)))


def _find_central(people: People, log: Log) -> list[list[str]]:
    """For each group up to TOP of its people, those with most ties inside it first."""
    n = len(log.network)
    ends, others = (log.network.source, log.network.target), (log.network.target, log.network.source)
    ties = csr_array(people.inside @ marked(np.concatenate(ends), np.concatenate(others), (n, n)))
    row, person = people.inside.nonzero()
    found = pd.DataFrame({"row": row, "item": person, "ties": values_at(ties, row, person)})
    found = found.sort_values(["row", "ties", "item"], ascending=[True, False, True]).groupby("row").head(TOP)
    return _list_names(found, log.network.ids, people.inside.shape[0])


def _drop_kin(distinctive: pd.DataFrame, words: Words) -> pd.DataFrame:
    """The first TOP words of each group, without those that are a form or a part of a stronger one."""
    keep = []
    for _, rows in distinctive.groupby("row"):
        chosen: list[str] = []
        for place, word in zip(rows.index, words.terms[rows["item"]].tolist(), strict=True):
            if len(chosen) < TOP and not any(kin(word, other) for other in chosen):
                chosen.append(word)
                keep.append(place)
    return distinctive.loc[keep].reset_index(drop=True)


def _write_evidence(
    written: tuple[pd.DataFrame, list[str], str, str],
    reviewed: tuple[pd.DataFrame, list[str], str, str],
    size: int,
    others: int,
    parent: str,
    made_of: str,
) -> str:
    """The sentence of evidence: the two items that distinguish a group most, with the people inside and outside.

    written, reviewed: the items found for the group, their names, and the clauses for the first and the second item.
    """
    its = f"its {size:,} people"
    against = f"{others:,} others" + (f" in {parent}" if parent else "")
    for found, names, one, two in (written, reviewed):
        if len(found):
            inside, outside = found["inside"].tolist()[:2], found["outside"].tolist()[:2]
            sentence = f"{inside[0]:,} of {its} " + one.format(display_name(names[0]))
            if len(inside) > 1:
                sentence += two.format(f"{inside[1]:,}", display_name(names[1]))
            return f"{sentence}; of {against} " + " and ".join(_format_percent(count, others) for count in outside)
    if made_of:
        return made_of.format(its)
    if not others:
        return f"{its} are all people"
    return f"nothing that {its} write or review distinguishes them from {against}"


def _choose_exemplars(
    group: NDArray[Any], people: People, distinctive: pd.DataFrame, products: pd.DataFrame, words: Words
) -> pd.DataFrame:
    """The reviews with most of a group's words, one per person and no two with the same words, and the products that
    distinguish it most."""
    used = np.isin(words.term, distinctive["item"])
    holding = pd.DataFrame({"review": words.review[used], "item": words.term[used]}).drop_duplicates()
    holding = distinctive[["row", "item", "z"]].merge(holding, on="item")
    holding["person"] = words.author[holding["review"]]
    holding = holding[values_at(people.inside, holding["row"].to_numpy(), holding["person"].to_numpy()) > 0]
    holding = holding.sort_values(["row", "review", "z", "item"], ascending=[True, True, False, True])
    holding["word"] = words.terms[holding["item"]]
    by_review = holding.groupby(["row", "review", "person"], as_index=False)
    reviews = by_review.agg(how_many=("z", "size"), z=("z", "sum"), why=("word", ", ".join))
    reviews = reviews.sort_values(["row", "how_many", "z", "review"], ascending=[True, False, False, True])
    reviews = reviews.drop_duplicates(["row", "person"]).drop_duplicates(["row", "why"])
    reviews = reviews.groupby("row").head(EXEMPLARS)
    sizes, others = people.sizes[products["row"]].tolist(), people.others[products["row"]].tolist()
    bought = [
        f"{inside:,} of its {size:,} people review it; of {rest:,} others {_format_percent(outside, rest)}"
        for inside, size, outside, rest in zip(
            products["inside"].tolist(), sizes, products["outside"].tolist(), others, strict=True
        )
    ]
    shown = {
        "row": np.concatenate([reviews["row"], products["row"]]).astype(np.int64),
        "kind": ["review"] * len(reviews) + ["product"] * len(products),
        "id": np.concatenate([words.reviews[reviews["review"]], words.products[products["item"]]]),
        "why": [f"holds {why}" for why in reviews["why"]] + bought,
    }
    exemplars = pd.DataFrame(shown).sort_values("row", kind="stable", ignore_index=True)
    exemplars.insert(0, "group", group[exemplars.pop("row")])
    return exemplars.astype("str")


def _format_percent(count: int, of: int) -> str:
    share = count / of if of else 0.0
    return f"{share:.0%}" if share >= 0.095 else f"{share:.1%}"
