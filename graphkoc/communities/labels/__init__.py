"""Names of circles and niches, with the evidence: what their people write about and others do not.

A name is the category: "Food & Drink", or two where no word says more: "Beauty + Fashion". Groups of one category are
named by what sets them apart from each other: "Teapots · camping", which is the platform of their people, the word that
a finer niche was made of, a word, a product's title or another category; and numbered where nothing does. Without a
category a name is two words, or a title. `log_odds` finds the words and products that a group's people use more than
others do, and the categories that more of them review most. Where there is none of these a group is named after the
years in which its people joined (`periods`): "Joined in 2006–2007". Only where these do not set it apart either is it
named after the person in its middle: "People around ciao:212". Words of a maker's own line, such as a model's, are no
part of a name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.arrays import Values, number_ids
from graphkoc.communities.labels.choice import Known, choose, kin
from graphkoc.communities.labels.log_odds import People, marked, values_at
from graphkoc.communities.labels.periods import Period, find_periods
from graphkoc.graph.action_log import Log
from graphkoc.graph.terms import Words
from graphkoc.graph.titles import find_line_words
from graphkoc.runs.run import TOP
from graphkoc.text import display_name, is_missing

__all__ = ["EXEMPLARS", "Described", "describe"]

PLATFORMS = {"discourse": "Forum"}
"""Platforms whose name a reader need not know: what they are."""
LONGEST_WHERE = 15
"""Characters of a platform in a name."""
NEARLY_ALL = 0.9
"""Share of a group's people on a platform for it to be the group's."""
EXEMPLARS = 3
"""Reviews of a group that are shown, and as many products."""


@dataclass(frozen=True, eq=False)
class Described:
    """The names of groups, with their evidence.

    table: one row per group, in the order given: group, name, evidence (a sentence), all str.
    words: at most TOP a group, strongest first: group, word (str), z (float64), inside, outside (int64,
    how many of its people, and of the others, use it).
    exemplars: at most EXEMPLARS reviews a group, by different people, and as many products: group, kind
    ("review" or "product"), id, why (a clause), title (of a product that has one, else NA), all str.
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
    products: pd.DataFrame | None = None,
    platforms: pd.DataFrame | None = None,
    joined: Values | None = None,
) -> Described:
    """Names for groups of people, circles and niches alike, no two the same.

    groups: group, and optionally parent (the group or the category that it lies inside, or NA), category (that it was
    built from, or NA to find one), made_of (the word or tag by which its people were chosen, or NA: it names the group
    where no word distinguishes it) with share and share_of_all (of the members' reviews, and of all reviews, that are
    about it). members: group, consumer, confidence. words: of the people of the log's network. previous: the names of
    the last run. products: product, title, brand. platforms: consumer and platform, for each platform that they are on.
    joined: (n,) days since 1970 on which each person of the network joined or, where that is unknown, first wrote; NaN
    for neither. A group whose basis is "products" was made of products that the same people review.
    The order of the members makes no difference. If several groups would have the same name, the largest gets it.

    A group keeps its name while the name could still be given: its category is still that of the group or
    distinguishes it, and each of its words is still among the TOP; or its years are still those of the group; or it
    names a person who is still among the TOP in the middle. Then it stays though another group of the category comes,
    and that one is set apart from it. A name without a category is replaced when there is one, and a person when
    anything else is known of the group.
    """
    ids = groups["group"].tolist()
    built_from, parents = _read_strings(groups, "category"), _read_strings(groups, "parent")
    people, n = People.of(ids, parents, members, log), len(log.network)
    titles, lines = _read_titles(words, products)
    term = np.where(np.isin(words.terms, list(lines))[words.term], -1, words.term)
    used = marked(words.person, term, (n, len(words.terms)))
    distinctive = _drop_kin(people.distinguish(used, 6 * TOP), words)
    kinds = people.distinguish(_mark_favourites(log), TOP)
    reviewed = marked(words.author, words.about, (n, len(words.products)))
    bought = people.distinguish(reviewed, EXEMPLARS)

    own_words = _list_names(distinctive, words.terms, len(ids))
    own_kinds = _list_names(kinds, np.asarray(log.categories, dtype=str), len(ids))
    own_titles = _list_names(bought, titles, len(ids))
    in_the_middle, made_of = _find_central(people, log), _read_made_of(groups)
    periods = find_periods(people, joined)
    together = [basis == "products" for basis in _read_strings(groups, "basis")]
    known = []
    for row, category in enumerate(built_from):
        # Nearly all who review much use a word at some time; the people of the group use it more often.
        some = list(dict.fromkeys([term for term in (made_of[row][0], *own_words[row]) if term]))
        kind = category or made_of[row][0]
        heads, rest = ([kind], own_kinds[row]) if kind else (own_kinds[row], [])
        apart = [name for name in [*own_titles[row], *rest] if name and name != kind]
        finer = category is not None and parents[row] is not None
        period = periods[row]
        years = period.years if period else ""
        known.append(Known(heads, some, apart, in_the_middle[row], finer, years=years, together=together[row]))
    known = _drop_shared_years(_place(known, people, log, platforms))
    known = _set_apart(known, [term for term, _ in made_of], people, (used, reviewed), words, titles)
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
                periods[row],
            )
            for row, (size, others) in enumerate(zip(people.sizes.tolist(), people.others.tolist(), strict=True))
        ],
    }
    columns = {column: distinctive[column] for column in ("z", "inside", "outside")}
    of_words = pd.DataFrame({"group": group[distinctive["row"]], "word": words.terms[distinctive["item"]], **columns})
    return Described(
        pd.DataFrame(table, dtype="str"),
        of_words.astype({"group": "str", "word": "str"}),
        _choose_exemplars(group, people, distinctive, bought, words, titles),
    )


def _read_titles(words: Words, products: pd.DataFrame | None) -> tuple[NDArray[Any], set[str]]:
    """The title of each product of the words, "" for none, as it can be shown; and the words of makers' own lines."""
    if products is None:
        return np.full(len(words.products), "", dtype=str), set()
    titles = products.set_index("product")["title"].reindex(words.products)
    shown = ["" if is_missing(title) else display_name(title) for title in titles]
    return np.asarray(shown, dtype=str), find_line_words(products)


def _place(known: list[Known], people: People, log: Log, platforms: pd.DataFrame | None) -> list[Known]:
    """What is known of the groups, with the platform that most, and nearly all, of their people are on, for groups of
    which others with the same plain name are on another."""
    if platforms is None:
        return known
    named = platforms.dropna().drop_duplicates()
    names, column = np.unique(named["platform"].to_numpy(dtype=str), return_inverse=True)
    on = marked(number_ids(log.network.ids, named["consumer"]), column, (len(log.network), len(names)))
    counts = csr_array(people.inside @ on).toarray()
    most = counts.max(axis=1, initial=0)
    sure = (most >= np.maximum(NEARLY_ALL * people.sizes, 1)) & ((counts == most[:, None]).sum(axis=1) == 1)
    of_group = [_show_platform(names[counts[row].argmax()]) if sure[row] else "" for row in range(len(known))]
    alike: dict[str, set[str]] = {}
    for facts, platform in zip(known, of_group, strict=True):
        alike.setdefault(facts.plain, set()).add(platform)
    return [
        replace(facts, where=platform) if facts.plain and platform and len(alike[facts.plain]) > 1 else facts
        for facts, platform in zip(known, of_group, strict=True)
    ]


def _drop_shared_years(known: list[Known]) -> list[Known]:
    """What is known of the groups, without the years of those that another group of the same plain name has too."""
    same = Counter((facts.plain or facts.heads[0], facts.finer, facts.years) for facts in known if facts.heads)
    return [
        replace(facts, years="")
        if facts.heads and same[facts.plain or facts.heads[0], facts.finer, facts.years] > 1
        else facts
        for facts in known
    ]


def _show_platform(name: str) -> str:
    shown = PLATFORMS.get(name) or display_name(name, LONGEST_WHERE)
    return shown[:1].upper() + shown[1:]


def _set_apart(
    known: list[Known],
    made_of: list[str],
    people: People,
    used: tuple[csr_array, csr_array],
    words: Words,
    titles: NDArray[Any],
) -> list[Known]:
    """What is known of the groups, where several have one plain name or lie in one category, with the words and
    titles that set each apart from the others of them first.

    made_of: the word that each group was made of, which stays first. used: which words each person uses, and which
    products they review. A title that distinguishes another of these groups too does not set this one apart. Where
    titles are names and read whole, they come before other words: "pop · Taylor Swift" can be looked up, and what
    people have in common who call artists a legend cannot.
    """
    whole = set(titles.tolist()) - {""}
    are_names = not whole.isdisjoint(words.terms.tolist())
    alike: dict[tuple[str, bool], list[int]] = {}
    for row, facts in enumerate(known):
        if facts.heads:
            alike.setdefault((facts.heads[0] if facts.finer else facts.plain, facts.finer), []).append(row)
    rows = [row for some in alike.values() if len(some) > 1 for row in some]
    if not rows:
        return known
    place = {row: at for at, row in enumerate(rows)}
    others = {row: [other for other in some if other != row] for some in alike.values() for row in some}
    known_titles = {row: known[row].titles for row in rows}
    pairs = [(place[row], other) for some in alike.values() if len(some) > 1 for row in some for other in some]
    beside = marked([at for at, _ in pairs], [other for _, other in pairs], (len(rows), len(known)))
    inside = csr_array(people.inside[rows])
    around = csr_array(beside @ people.inside)
    around.data[:] = 1
    outside = csr_array(around - around * inside)
    outside.eliminate_zeros()
    among = People(inside, np.asarray(outside.sum(axis=1)) > 0, outside)
    apart = _list_names(_drop_kin(among.distinguish(used[0], 6 * TOP), words), words.terms, len(rows))
    bought = _list_names(among.distinguish(used[1], TOP), titles, len(rows))
    for row, at in place.items():
        if not among.parted[at]:  # the others are all inside it
            apart[at], bought[at] = [], []
        facts = known[row]
        first = [made_of[row]] if made_of[row] else []
        both = [word for word in facts.words if word in apart[at]]
        found = list(dict.fromkeys([*first, *both, *([] if facts.finer else apart[at])]))
        theirs = {title for other in others[row] for title in known_titles[other]}
        products = [title for title in bought[at] if title] + [title for title in facts.titles if title not in theirs]
        if are_names and found[len(first) :]:
            found = list(dict.fromkeys([*first, *[title for title in products if title in whole], *found]))
        known[row] = replace(facts, words=found, titles=list(dict.fromkeys(products)))
    return known


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
    period: Period | None,
) -> str:
    """The sentence of evidence: the two items that distinguish a group most, with the people inside and outside; else
    the years in which its people joined.

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
    if period:
        many = its if period.dated == size else f"{period.dated:,} of {its} whose date is known"
        others_in = _format_percent(period.outside, period.others)
        return f"{period.inside:,} of {many} joined or first wrote in {period.years}; of {against} {others_in}"
    if not others:
        return f"{its} are all people"
    return f"nothing that {its} write or review distinguishes them from {against}"


def _choose_exemplars(
    group: NDArray[Any],
    people: People,
    distinctive: pd.DataFrame,
    products: pd.DataFrame,
    words: Words,
    titles: NDArray[Any],
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
        "title": [None] * len(reviews) + [title or None for title in titles[products["item"]]],
    }
    exemplars = pd.DataFrame(shown).sort_values("row", kind="stable", ignore_index=True)
    exemplars.insert(0, "group", group[exemplars.pop("row")])
    return exemplars.astype("str")


def _format_percent(count: int, of: int) -> str:
    share = count / of if of else 0.0
    return f"{share:.0%}" if share >= 0.095 else f"{share:.1%}"
