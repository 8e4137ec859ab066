"""Names: the definition word by word, on topic among noise and spam, nothing for groups drawn by lot, all different,
kept while they fit, and harmless whatever strangers wrote."""

from __future__ import annotations

import importlib.util
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, false_discovery_control

from graphkoc.communities.labels import EXEMPLARS, Described, describe
from graphkoc.communities.labels.choice import LONGEST, Known, choose
from graphkoc.communities.labels.log_odds import FEWEST, PRIOR, People, marked
from graphkoc.graph.action_log import Log
from graphkoc.graph.significance import FALSE_DISCOVERY_RATE
from graphkoc.graph.terms import Words
from graphkoc.graph.titles import read_whole
from graphkoc.runs.run import TOP

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared" / "data"


@dataclass(frozen=True)
class World:
    """Reviews as (person, text, product, category), and follows as (follower, followee)."""

    reviews: list[tuple[str, str | None, str | None, str | None]]
    follows: tuple[tuple[str, str], ...] = ()

    def frames(self) -> tuple[Log, Words]:
        rows = pd.DataFrame(self.reviews, columns=["consumer", "text", "product", "category"], dtype="str")
        rows.insert(0, "review", [f"r{at:05}" for at in range(len(rows))])
        rows["created_at"] = pd.Timestamp("2020-01-01")
        products = rows[["product", "category"]].dropna(subset=["product"]).drop_duplicates("product")
        products["title"] = pd.Series(pd.NA, index=products.index, dtype="str")
        people = sorted({*rows["consumer"], *(end for pair in self.follows for end in pair)})
        follows = pd.DataFrame([(b, a, 1.0) for a, b in self.follows], columns=["source", "target", "weight"])
        consumers = pd.DataFrame({"consumer": people}, dtype="str")
        log = Log.from_frames(follows.astype({"weight": float}), rows, products, consumers)
        texts = rows[["review", "text"]].assign(title=pd.NA, tags=pd.NA).astype("str")
        return log, Words.from_frames(texts, rows, products, log.network.ids)

    def described(self, members: dict[str, list[str]], **columns: object) -> Described:
        previous, joined = columns.pop("previous", None), columns.pop("joined", None)
        groups = pd.DataFrame({"group": list(members), **columns})
        return describe(groups, membership(members), *self.frames(), previous, joined=joined)  # type: ignore[arg-type]


def membership(members: dict[str, list[str]]) -> pd.DataFrame:
    rows = [(group, person, 1.0) for group, people in members.items() for person in people]
    return pd.DataFrame(rows, columns=["group", "consumer", "confidence"])


def people(letter: str, how_many: int) -> list[str]:
    return [f"{letter}{at:03}" for at in range(how_many)]


def drinkers(follows: tuple[tuple[str, str], ...] = ()) -> World:
    """Thirty people who drink coffee, thirty who drink tea, and a hundred who write about this and that."""
    rng = np.random.default_rng(0)
    topics = {"c": ["espresso", "grinder", "crema", "beans"], "t": ["oolong", "teapot", "leaves", "matcha"]}
    common = [f"word{letter}" for letter in "abcdefghijklmnopqrst"]
    rows: list[tuple[str, str | None, str | None, str | None]] = []
    for letter, size in (("c", 30), ("t", 30), ("x", 100)):
        for person in people(letter, size):
            used = [word for word in topics.get(letter, []) if rng.random() < 0.6]
            used += rng.choice(common, 4).tolist()
            rows.append((person, " ".join(used), f"{letter}{rng.integers(3)}", "Food" if letter != "x" else "Cars"))
    return World(rows, follows)


GROUPS = {"coffee": people("c", 30), "tea": people("t", 30)}


def names(described: Described) -> dict[str, str]:
    return dict(zip(described.table["group"], described.table["name"], strict=True))


def test_groups_of_one_category_are_named_by_a_word_with_the_numbers_beside_it() -> None:
    found = drinkers().described(GROUPS)
    assert set(found.words["word"]) == {"espresso", "grinder", "crema", "beans", "oolong", "teapot", "leaves", "matcha"}
    coffee = found.words[found.words["group"] == "coffee"].reset_index(drop=True)
    first, second = coffee["word"][:2]
    assert names(found)["coffee"] == f"Food · {first}"
    y, o = coffee["inside"].tolist(), coffee["outside"].tolist()
    assert o[:2] == [0, 0]
    expected = f"{y[0]} of its 30 people write about {first}, {y[1]} about {second}; of 130 others 0.0% and 0.0%"
    assert found.table["evidence"][0] == expected


def test_frames_have_the_columns_and_types_that_they_promise() -> None:
    for found in (drinkers().described(GROUPS), drinkers().described({}), World([]).described({"empty": []})):
        assert found.table.dtypes.to_dict() == dict.fromkeys(
            ["group", "name", "evidence"], pd.StringDtype(na_value=np.nan)
        )
        assert found.words.dtypes.astype(str).to_dict() == {
            "group": "str",
            "word": "str",
            "z": "float64",
            "inside": "int64",
            "outside": "int64",
        }
        assert found.exemplars.dtypes.astype(str).to_dict() == dict.fromkeys(
            ["group", "kind", "id", "why", "title"], "str"
        )


def by_definition(y: int, o: int, n: int, m: int) -> float:
    """Monroe, Colaresi and Quinn, with the prior of the module."""
    whole = PRIOR * n
    a = whole * (y + o) / (n + m)
    mine, theirs = (y + a) / (n + whole - y - a), (o + a) / (m + whole - o - a)
    return float((np.log(mine) - np.log(theirs)) / np.sqrt(1 / (y + a) + 1 / (o + a)))


@pytest.mark.parametrize("parents", [[None, None], ["tea", "coffee"], ["Food", None], ["Cars", "nowhere"]])
def test_what_sets_apart_is_what_the_definition_gives_item_by_item(parents: list[str | None]) -> None:
    log, words = drinkers().frames()
    ids = log.network.ids.tolist()
    rng = np.random.default_rng(1)
    members = {group: sorted({*inside, *rng.choice(ids, 9).tolist()}) for group, inside in GROUPS.items()}
    uses = {person: set() for person in ids}
    for person, term in zip(words.person.tolist(), words.term.tolist(), strict=True):
        uses[ids[person]].add(term)
    reviewers = {
        c: {ids[p] for p, k in zip(log.person, log.category, strict=True) if log.categories[k] == c}
        for c in log.categories
    }
    expected = []
    for row, (group, parent) in enumerate(zip(members, parents, strict=True)):
        inside = set(members[group])
        outside = set(members.get(parent, reviewers.get(parent, ids))) - inside
        count = lambda term, some: sum(term in uses[person] for person in some)  # noqa: E731
        n, m = (sum(len(uses[person]) for person in some) for some in (inside, outside))
        tested = []
        for term in range(len(words.terms)):
            y, o = count(term, inside), count(term, outside)
            if count(term, ids) >= FEWEST:
                p = binom.sf(y - 1, y + o, n / (n + m)) if y >= FEWEST else 1.0
                tested.append((term, y, o, p))
        q = false_discovery_control([p for *_, p in tested])
        found = [
            (row, term, by_definition(y, o, n, m), y, o)
            for (term, y, o, _), each in zip(tested, q, strict=True)
            if each <= FALSE_DISCOVERY_RATE
        ]
        expected += sorted(found, key=lambda entry: (-entry[2], entry[1]))
    crowd = People.of(list(members), parents, membership(members), log)
    found = crowd.distinguish(marked(words.person, words.term, (len(ids), len(words.terms))), 1000)
    assert expected
    assert found[["row", "item", "inside", "outside"]].to_numpy().tolist() == [
        [r, t, y, o] for r, t, _, y, o in expected
    ]
    np.testing.assert_allclose(found["z"], [z for _, _, z, _, _ in expected])


def test_who_says_a_thing_two_hundred_times_says_it_once() -> None:
    quiet = drinkers()
    loud = World(quiet.reviews + [("c000", "buynow superdeal promocode", None, None)] * 200)
    assert not set(loud.described(GROUPS).words["word"]) & {"buynow", "superdeal", "promocode"}
    assert names(loud.described(GROUPS)) == names(quiet.described(GROUPS))


def test_groups_drawn_by_lot_get_no_words() -> None:
    world = drinkers()
    ids = world.frames()[0].network.ids
    rng = np.random.default_rng(5)
    lots = {f"lot {at}": rng.choice(ids, 30, replace=False).tolist() for at in range(30)}
    found = world.described(lots)
    assert found.words["group"].nunique() <= 2
    assert found.table["evidence"].str.startswith("nothing that its 30 people write or review").sum() >= 25


def test_people_on_the_fringe_are_not_counted() -> None:
    log, words = drinkers().frames()
    fringe = membership({"coffee": people("x", 100)}).assign(confidence=0.49)
    members = pd.concat([membership(GROUPS), fringe])
    groups = pd.DataFrame({"group": list(GROUPS)})
    with_fringe, without = describe(groups, members, log, words), describe(groups, membership(GROUPS), log, words)
    for name in ("table", "words", "exemplars"):
        pd.testing.assert_frame_equal(getattr(with_fringe, name), getattr(without, name))


def test_a_group_in_a_parent_is_set_against_its_others() -> None:
    both = {"drinks": people("c", 30) + people("t", 30), **GROUPS}
    found = drinkers().described(both, parent=[None, "drinks", "Food"], category=[None, "Food", "Food"])
    assert "of 30 others in Food" in found.table["evidence"][1]
    assert "of 30 others in Food" in found.table["evidence"][2]
    assert "of 100 others" in found.table["evidence"][0]
    assert names(found)["coffee"].startswith("Food · ")


def test_exemplars_hold_most_of_the_words_and_are_by_different_people() -> None:
    world = drinkers()
    twice = World(
        [
            *world.reviews,
            ("c001", "espresso grinder crema beans", None, None),
            ("c001", "espresso grinder crema beans again", None, None),
        ]
    )
    found = twice.described(GROUPS)
    log, words = twice.frames()
    for group in GROUPS:
        shown = found.exemplars[found.exemplars["group"] == group]
        own = set(found.words.loc[found.words["group"] == group, "word"])
        reviews = shown.loc[shown["kind"] == "review", "id"].tolist()
        assert 0 < len(reviews) <= EXEMPLARS
        at = np.searchsorted(words.reviews, reviews)
        authors = log.network.ids[words.author[at]].tolist()
        assert len(set(authors)) == len(authors)
        assert set(authors) <= set(GROUPS[group])
        holds = [len(own & set(words.terms[words.term[words.review == review]])) for review in at]
        assert holds == sorted(holds, reverse=True)
        mine = np.isin(log.network.ids[words.author], GROUPS[group])
        best = max(len(own & set(words.terms[words.term[words.review == review]])) for review in np.flatnonzero(mine))
        assert holds[0] == best
    products = found.exemplars.loc[(found.exemplars["kind"] == "product") & (found.exemplars["group"] == "tea"), "id"]
    assert sorted(products) == ["t0", "t1", "t2"]
    shelf = pd.DataFrame({"product": ["t0", "t1"], "title": ["Tea Pot", None], "brand": None}, dtype="str")
    found = describe(pd.DataFrame({"group": list(GROUPS)}), membership(GROUPS), log, words, products=shelf)
    titles = found.exemplars.set_index("id")["title"].dropna().to_dict()
    assert titles == {"t0": "Tea Pot"}, "a product without a title is shown by its id"


def categories_only() -> World:
    rows: list[tuple[str, str | None, str | None, str | None]] = []
    for letter, kinds in (("a", ["Beauty", "Fashion"]), ("b", ["Beauty"]), ("x", ["Cars", "Books", "Music"])):
        for at, person in enumerate(people(letter, 40)):
            kind = kinds[at % len(kinds)]
            rows += [(person, None, f"{kind}{each}", kind) for each in range(3)]
    follows = [(person, "a007") for person in people("a", 40) if person != "a007"]
    follows += [(person, "x009") for person in people("x", 30) if person != "x009"]
    return World(rows, tuple(follows))


def test_without_text_a_name_is_categories_and_without_these_it_says_round_whom() -> None:
    everybody = people("a", 40) + people("b", 40) + people("x", 40)
    groups = {"1": people("a", 40), "2": people("b", 40), "3": people("x", 40), "4": everybody, "5": people("x", 15)}
    found = categories_only().described(groups)
    assert list(zip(found.table["name"], found.table["evidence"], strict=True)) == [
        ("Fashion", "20 of its 40 people review Fashion most; of 80 others 0.0%"),
        ("Beauty", "40 of its 40 people review Beauty most; of 80 others 25%"),
        ("Cars + Books", "14 of its 40 people review Cars most, 13 Books; of 80 others 0.0% and 0.0%"),
        ("People around a007", "its 120 people are all people"),
        ("People around x009", "nothing that its 15 people write or review distinguishes them from 105 others"),
    ]


def alike() -> World:
    """A hundred people who write about the same, of whom the first is followed by all."""
    rows = [(person, None, "p1", "Food") for person in people("a", 100)]
    return World(rows, tuple((person, "a000") for person in people("a", 100)[1:]))


def joined_in(*years: tuple[int, int]) -> np.ndarray:
    """Days since 1970 in the middle of years, each as often as given, in the order of the people."""
    dates = [np.datetime64(f"{year}-07-01") for year, times in years for _ in range(times)]
    return np.array(dates, dtype="datetime64[D]").astype(float)


def test_where_nothing_else_sets_a_group_apart_it_is_named_after_the_years_in_which_its_people_joined() -> None:
    joined = joined_in((2005, 16), (2009, 4), (2001, 9), (2002, 11), *[(year, 6) for year in range(2000, 2010)])
    groups = {"one": people("a", 20), "two": people("a", 40)[20:]}
    found = alike().described(groups, joined=joined)
    assert list(zip(found.table["name"], found.table["evidence"], strict=True)) == [
        ("Joined in 2005", "16 of its 20 people joined or first wrote in 2005; of 80 others 7.5%"),
        ("Joined in 2001–2002", "20 of its 20 people joined or first wrote in 2001–2002; of 80 others 15%"),
    ]
    same = alike().described({"one": people("a", 20), "two": people("a", 16)}, joined=joined)
    assert set(names(same).values()) == {"Joined in 2005, group 1", "Joined in 2005, group 2"}
    assert names(alike().described(groups, joined=joined, previous=names(same))) == {
        "one": names(same)["one"],
        "two": "Joined in 2001–2002",
    }
    before = {"one": "People around a000", "two": "People around a021"}
    assert names(alike().described(groups, joined=joined, previous=before)) == names(found), "no person where years do"
    finer = alike().described(groups, joined=joined, category=["Food", "Food"], parent=["Food", "Food"])
    assert names(finer) == {"one": "Food · joined in 2005", "two": "Food · joined in 2001–2002"}
    both = {"one": people("a", 20), "two": people("a", 19)}
    finer = alike().described(both, joined=joined, category=["Food", "Food"], parent=["Food", "Food"])
    assert names(finer) == {"one": "Food 1", "two": "Food 2"}, "the years do not set them apart"


@pytest.mark.parametrize(
    ("joined", "why"),
    [
        (None, "no dates"),
        (joined_in((2005, 100)), "everybody joined then"),
        (
            joined_in((2005, 12), (2001, 4), (2009, 4), *[(year, 8) for year in range(2000, 2010)]),
            "too few of them",
        ),
        (joined_in(*[(year, 4) for year in range(2001, 2006)], *[(year, 8) for year in range(2000, 2010)]), "too long"),
        (joined_in((2005, 16), (2009, 4), (2005, 40), (2000, 40)), "half of the others, too"),
        (np.where(np.arange(100) < 9, joined_in((2005, 20), (2000, 80)), np.nan), "of most it is unknown"),
    ],
)
def test_years_in_which_others_joined_as_well_are_no_name(joined: np.ndarray | None, why: str) -> None:
    assert names(alike().described({"one": people("a", 20)}, joined=joined)) == {"one": "People around a000"}, why


def test_a_finer_niche_of_products_that_nothing_sets_apart_says_what_it_was_made_of() -> None:
    given = {"category": ["Food", "Food"], "parent": ["Food", "Food"], "basis": ["products", "tags"]}
    found = alike().described({"1": people("a", 20), "2": people("a", 40)[20:]}, **given)
    assert names(found) == {"1": "Food · same products", "2": "Food 1"}


def test_a_title_that_sets_a_group_apart_does_not_end_with_its_category() -> None:
    one = Known(["Coffee Grinders"], [], ["Brisko Venta Coffee Grinder"], [])
    other = Known(["Coffee Grinders"], [], ["Coffee Grinder"], [])
    assert choose([one, other], [None, None]) == ["Coffee Grinders · Brisko Venta", "Coffee Grinders"]


def test_the_word_that_a_group_was_made_of_names_it() -> None:
    everybody = World([(person, "matcha", "p1", "Food") for person in people("a", 40)])
    columns = {"category": ["Food", "Food"], "made_of": ["matcha {}", pd.NA], "share": [0.7, 0.5], "share_of_all": 0.3}
    found = everybody.described({"1": people("a", 15), "2": people("a", 12)}, **columns)
    assert list(zip(found.table["name"], found.table["evidence"], strict=True)) == [
        ("Food · matcha {}", "70% of what its 15 people review there is about matcha {}, of all 30%"),
        ("Food", "nothing that its 12 people write or review distinguishes them from 28 others"),
    ]
    assert found.words.empty
    made = drinkers().described(GROUPS, made_of=["brew", "leaf"], share=0.7, share_of_all=0.3)
    assert names(made) == {"coffee": "brew", "tea": "leaf"}, "it comes before all that sets it apart"


def test_names_are_different_in_a_readable_way() -> None:
    groups = {f"g{at}": people("b", 40) for at in range(4)}
    niches = categories_only().described(groups, category=["Beauty"] * 4)
    assert niches.table["name"].tolist() == ["Beauty 1", "Beauty 2", "Beauty 3", "Beauty 4"]
    circles = drinkers().described({"1": people("c", 30), "2": people("c", 29)})
    assert circles.table["name"].tolist() == ["Food 1", "Food 2"], "what they have in common does not set them apart"
    circles = drinkers().described({"1": people("c", 30), "2": people("c", 29), "3": people("t", 30)})
    assert circles.table["name"].str.startswith("Food · ").all()


def test_where_titles_are_names_they_set_groups_apart_before_other_words_and_not_where_both_have_them() -> None:
    rows: list[tuple[str, str | None, str | None, str | None]] = []
    for letter, own in (("c", "swift"), ("t", "gaga"), ("x", "maiden")):
        for at, person in enumerate(people(letter, 30)):
            kind = "Metal" if letter == "x" else "Pop"
            rows += [(person, "a legend" if letter == "c" else "on stage", own, kind)]
            rows += [(person, None, "spears", "Pop")] if letter != "x" and at < 29 - (letter == "t") else []
    log, words = World(rows).frames()
    titles = {"swift": "Taylor Swift", "gaga": "Lady Gaga", "maiden": "Iron Maiden", "spears": "Britney Spears"}
    shelf = pd.DataFrame({"product": list(titles), "title": list(titles.values()), "brand": None}, dtype="str")
    lists = {"1": people("c", 30), "2": people("t", 30)}
    groups = pd.DataFrame({"group": list(lists), "category": "Pop"})
    described = names(describe(groups, membership(lists), log, words, products=shelf))
    assert described["1"] == "Pop · legend", "titles of goods are descriptions, and a word says more"
    words = read_whole(words, shelf.set_index("product")["title"])
    described = names(describe(groups, membership(lists), log, words, products=shelf))
    assert described == {"1": "Pop · Taylor Swift", "2": "Pop · Lady Gaga"}


def test_groups_of_one_category_are_set_apart_by_their_platform_first() -> None:
    log, words = drinkers().frames()
    lists = {"1": people("c", 30), "2": people("t", 30)}
    groups = pd.DataFrame({"group": list(lists)})
    where = [(person, "forum") for person in people("c", 28)] + [(person, "shop") for person in people("t", 30)]
    platforms = pd.DataFrame([*where, ("t001", "forum"), ("c001", pd.NA)], columns=["consumer", "platform"])
    found = describe(groups, membership(lists), log, words, platforms=platforms)
    assert names(found) == {"1": "Food · Forum", "2": "Food · Shop"}
    one = describe(groups, membership(lists), log, words, platforms=platforms.assign(platform="shop"))
    assert "Food · Shop" not in one.table["name"].tolist()
    few = describe(groups, membership(lists), log, words, platforms=platforms[2:])
    assert names(few)["1"] != "Food · Forum", "not all the others are known to be there"
    known = describe(groups, membership(lists), log, words, platforms=platforms.replace("forum", "discourse"))
    assert names(known)["1"] == "Food · Forum", "a platform is called what it is"
    before = {"1": "Food", "2": "Food · Shop"}
    assert names(describe(groups, membership(lists), log, words, before, platforms=platforms)) == before


@given(
    st.lists(
        st.tuples(
            st.lists(
                st.sampled_from(["Food", "food", "Beauty & Fashion", "\u202e", "x" * 99]), max_size=3, unique=True
            ),
            st.lists(
                st.sampled_from(["food", "foods", "咖啡", "手冲咖啡", "y" * 30, "z" * 30]), max_size=4, unique=True
            ),
            st.lists(st.sampled_from(["csv:1", "csv:\x00", "w" * 99]), max_size=2, unique=True),
            st.sampled_from(
                [None, "", "Food", "Food · 咖啡", "咖啡, 手冲咖啡", "Food + food", "Food 1", "People around csv:1"]
            ),
        ),
        max_size=8,
    )
)
def test_names_are_short_visible_and_no_two_the_same(facts: list) -> None:
    known = [
        Known(categories, words, middle[:1], middle, finer=len(words) > 2, where="Shop" if len(middle) > 1 else "")
        for categories, words, middle, _ in facts
    ]
    found = choose(known, [previous for *_, previous in facts])
    assert len({name.casefold() for name in found}) == len(facts)
    for name in found:
        assert 0 < len(name) <= LONGEST
        assert not {unicodedata.category(character) for character in name} & {"Cc", "Cf", "Cs"}
    assert choose(known, found) == found


def test_words_that_only_repeat_the_category_follow_no_category() -> None:
    words = ["coffee-grinders", "grinder", "coffee-beans", "burr"]
    known = [Known(["Coffee Grinders"], words, [], [])] * 2
    assert choose(known, [None, None]) == ["Coffee Grinders · coffee-beans", "Coffee Grinders · burr"]
    wave = Known(["New Wave"], ["new-wave", "80s"], [], [], finer=True)
    assert choose([wave], [None]) == ["New Wave · 80s"], "stop words are words of a category, too"


def test_a_category_of_one_group_is_its_name_and_others_are_set_apart_or_else_numbered() -> None:
    tea, pots = Known(["Tea"], ["camping"], [], ["csv:1"]), Known(["Pots"], ["clay"], ["Urn"], ["csv:2"])
    assert choose([tea, pots], [None, None]) == ["Tea", "Pots"]
    other = Known(["Tea"], ["office"], ["Urn"], ["csv:3"])
    assert choose([tea, other, pots], [None] * 3) == ["Tea · camping", "Tea · office", "Pots"]
    assert choose([tea, Known(["Tea"], [], [], [])], [None, None]) == ["Tea · camping", "Tea"]
    titled, bare = Known(["Tea"], [], ["Urn No. 3"], ["csv:3"]), Known(["Tea"], [], [], ["csv:4"])
    assert choose([titled, bare, bare], [None] * 3) == ["Tea · Urn No. 3", "Tea 1", "Tea 2"], "nobody is a name"
    assert choose([bare, bare], ["Tea", None]) == ["Tea", "Tea 2"]
    assert choose([bare, bare], ["Tea 1", "Tea 2"]) == ["Tea 1", "Tea 2"]
    assert choose([Known([], [], ["Urn"], ["csv:1"])], [None]) == ["Urn"]
    finer = Known(["Tea"], ["oolong"], [], [], finer=True)
    assert choose([tea, finer], [None, None]) == ["Tea", "Tea · oolong"]


WORDS = ["a1", "b2", "c3", "d4"]


@pytest.mark.parametrize(
    ("known", "previous", "kept"),
    [
        (Known(["Food"], WORDS, [], []), "Food · c3", True),
        (Known(["Food"], WORDS, [], []), "Food · gone", False),
        (Known(["Food"], WORDS, [], []), "Drink · c3", False),
        (Known(["Drink", "Food"], WORDS, [], []), "Food · c3", True),
        (Known(["Food"], WORDS, [], []), "Food", True),
        (Known(["Food"], WORDS, [], [], finer=True), "Food", False),
        (Known(["Food"], WORDS, [], []), "c3, d4", False),
        (Known(["Food"], WORDS, [], []), "Food: c3, d4", False),
        (Known([], WORDS, [], []), "c3, d4", True),
        (Known([], WORDS, [], ["csv:1"]), "People around csv:1", False),
        (Known(["Food", "Drink", "Art"], [], [], []), "Art + Food", True),
        (Known(["Food", "Drink"], [], [], []), "Drink", True),
        (Known(["Food", "Drink"], [], [], []), "Art + Food", False),
        (Known(["Food"], [], ["Tea Pot", "Tea Urn"], []), "Food · Tea Urn", True),
        (Known(["Food"], [], ["Tea Pot"], []), "Food · Tea Urn", False),
        (Known(["Food"], [], [], []), "Food 2", True),
        (Known(["Food"], WORDS, [], []), "Food 2", False),
        (Known(["Food"], [], [], ["csv:1"]), "Food around csv:1", False),
        (Known([], [], ["Tea Pot"], ["csv:1"]), "People around csv:1", True),
        (Known([], [], [], ["csv:1", "csv:2"]), "People around csv:2", True),
    ],
)
def test_a_name_is_kept_while_it_could_still_be_given(known: Known, previous: str, kept: bool) -> None:
    (name,) = choose([known], [previous])
    assert (name == previous) is kept


def test_a_name_that_two_groups_held_stays_with_the_first() -> None:
    known = [Known(["Food"], WORDS, [], []), Known(["Food"], WORDS, [], [])]
    assert choose(known, ["Food · c3", "food · C3"]) == ["Food · c3", "Food · a1"]
    assert choose(known, ["Food · c3", "Food · c3"]) == ["Food · c3", "Food · a1"]
    assert choose(known, [None, "Food · a1"]) == ["Food · b2", "Food · a1"]
    assert choose(known, ["Food", None]) == ["Food", "Food · a1"], "it is not renamed because another one comes"


def test_names_stay_while_reviews_come() -> None:
    world = drinkers()
    before = names(world.described(GROUPS))
    more = World([*world.reviews, *[(person, "matcha matcha teapot", None, None) for person in people("t", 8)]])
    assert names(more.described(GROUPS, previous=before)) == before


def test_the_order_of_rows_and_members_makes_no_difference() -> None:
    world = drinkers()
    log, words = world.frames()
    groups = pd.DataFrame({"group": list(GROUPS)})
    one = describe(groups, membership(GROUPS), log, words)
    other = describe(groups, membership(GROUPS).sample(frac=1, random_state=1), log, words)
    for name in ("table", "words", "exemplars"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    turned = describe(groups[::-1], membership(GROUPS), log, words)
    assert names(turned) == names(one)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.text(max_size=20), st.text(max_size=5), st.text(max_size=9)), max_size=20)
)
def test_whatever_strangers_write_gives_names_that_can_be_shown(rows: list) -> None:
    world = World([(f"p{at % 5}", text, product or None, kind) for at, text, product, kind in rows])
    found = world.described({"one": ["p0", "p1", "p2"], "two": ["p2", "p3"], "none": []})
    assert found.table["name"].nunique() == 3
    for shown in [*found.table["name"], *found.table["evidence"], *found.words["word"]]:
        assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cf", "Cs"}
        assert shown


def made_up(rng_seed: int, labels: int = 12) -> tuple[World, dict[str, list[str]], dict[str, set[str]]]:
    """Groups whose people write ten common words and three of the group's own thirty (which ones are more often used
    is as in language: one over the rank), a quarter of the reviews in a wrong group, and a spammer in each."""
    rng = np.random.default_rng(rng_seed)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    invented = iter(dict.fromkeys("".join(rng.choice(syllables, 4)) for _ in range(9000)))
    common = [next(invented) for _ in range(3000)]
    own = {f"label {at}": [next(invented) for _ in range(30)] for at in range(labels)}
    weight = {size: 1 / np.arange(1, size + 1) / (1 / np.arange(1, size + 1)).sum() for size in (3000, 30)}
    rows: list[tuple[str, str | None, str | None, str | None]] = []
    members: dict[str, list[str]] = {label: [] for label in own}
    for at in range(labels * 150):
        label = list(own)[at % labels]
        used = [*rng.choice(common, 10, p=weight[3000]), *rng.choice(own[label], 3, p=weight[30])]
        rows.append((f"p{at:05}", " ".join(used), None, None))
        placed = list(own)[rng.integers(labels)] if rng.random() < 0.25 * labels / (labels - 1) else label
        members[placed].append(f"p{at:05}")
    for at, label in enumerate(own):
        rows += [(f"spam{at}", "promocode superdeal clickhere freegift", None, None)] * 200
        members[label].append(f"spam{at}")
    return World(rows), members, {label: set(some) for label, some in own.items()}


@pytest.mark.parametrize("rng_seed", range(2))
def test_names_of_made_up_topics_are_on_topic(rng_seed: int) -> None:
    world, members, own = made_up(rng_seed)
    found = world.described(members).words
    on_topic = [word in own[group] for group, word in zip(found["group"], found["word"], strict=True)]
    assert np.mean(on_topic) >= 0.95
    assert len(found) >= 0.75 * TOP * len(own)


@pytest.mark.parametrize(("name", "folder"), [("amazon", "amazon"), ("accounts", "xiaohongshu")])
def test_names_of_real_groups_are_on_topic(name: str, folder: str) -> None:
    """Two of the sets of `bench/names.py`, English and Chinese, muddled once."""
    pytest.importorskip("rjieba")
    if not (SHARED / folder).is_dir():
        pytest.skip(f"needs {folder}, which is not beside this checkout")
    spec = importlib.util.spec_from_file_location("bench_names", ROOT / "bench" / "names.py")
    assert spec
    assert spec.loader
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    shares = bench.measured(getattr(bench, name)(SHARED), rng_seed=0)
    assert shares["log-odds, by people"] >= 0.75
    assert shares["log-odds, by people"] > shares["class TF-IDF, by people"]
    assert shares["words"] >= 5
    assert shares["words of random groups"] == 0
