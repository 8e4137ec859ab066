"""Focus groups: who sits in one, who does not and why, and the moderator's guide."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command import run as graphkoc_command

import graphkoc
from graphkoc.cli.terminal import clip, wrap
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.invite import decisions, saved
from graphkoc.invite.channels import find_channels
from graphkoc.invite.focus_group import Group, seat_group
from graphkoc.invite.group_document import describe_group, read_wording
from graphkoc.invite.guide import read_themes, write_guide
from graphkoc.invite.opinions import measure_texts
from graphkoc.invite.screening import REASONS, Wishes
from graphkoc.invite.topics import Subjects, Topic, find_topic, read_subjects
from graphkoc.qualify.lists import list_checks
from graphkoc.qualify.remarks.sentences import find_problems, split_sentences
from graphkoc.runs.run import Run
from graphkoc.runs.tables import TABLES, shaped

KETTLE = "Nordkessel Luto Mini"
WHOLE = 4_000
"""Days that reach back over all of Ciao."""


@dataclass(frozen=True)
class Market:
    """A store's projection with its run, and whom a truth names, as persons."""

    folder: Path
    projection: graphkoc.Projection
    run: Run
    subjects: Subjects
    truth: dict[str, Any]

    def persons(self, *numbers: int) -> set[str]:
        """The consumers in the run whom these numbers of the truth stand for."""
        identities = self.projection.identities
        person = dict(zip(identities["account"], identities["person"], strict=True))
        first = self.projection.accounts.groupby("account")["consumer"].first()
        accounts = [account for number in numbers for account in self.truth["people"][str(number)]]
        found = {first.get(account, person.get(account, account)) for account in accounts}
        return found & set(self.run.people["consumer"])

    def seat(self, wishes: Wishes | None = None, **topic: str) -> tuple[Topic, Group]:
        """The group for a topic, without the store."""
        about = find_topic(self.subjects, self.run, **topic)
        keys = self.projection.consumers["consumer"]
        return about, seat_group(
            self.projection, self.run, self.subjects, about, wishes or Wishes(), keys=frozenset(keys)
        )


TOPICS: tuple[dict[str, str], ...] = ({"category": "Kettles"}, {"category": "Pans"}, {"product": KETTLE}, {})


@pytest.fixture(scope="module")
def brand(brand_output: Path, tmp_path_factory: pytest.TempPathFactory) -> Market:
    folder = Path(shutil.copytree(brand_output, tmp_path_factory.mktemp("focus") / "brand"))
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    projection, run = graphkoc.project(store), graphkoc.find_run(str(folder / "run"))
    store.close()
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return Market(folder, projection, run, read_subjects(projection, run), truth)


@pytest.fixture(scope="module")
def ciao_market(ciao_read: graphkoc.Projection, ciao_run: Run, example: Path) -> Market:
    return Market(example, ciao_read, ciao_run, read_subjects(ciao_read, ciao_run), {})


# --- Ciao: ratings and follows, and no texts ------------------------------------------------------------


def test_on_the_busiest_niche_of_ciao_twelve_sit_from_four_circles_with_both_signs(ciao_market: Market) -> None:
    busiest = graphkoc.list_niches(ciao_market.run)[0]["niche"]
    _, group = ciao_market.seat(Wishes(active=WHOLE), niche=busiest)
    seats = group.people.loc[group.seats]
    circles = group.people.loc[group.people["reason"].isna() | (group.people["reason"] == "spare"), "circle"]
    assert len(seats) == 12
    assert circles.nunique() >= 4
    assert seats["circle"].nunique() >= 4
    assert (seats["low"] > 0).any()
    assert (seats["high"] > 0).any()
    assert group.tied == [], "there are strangers enough"
    assert group.value >= 0.9 * group.free_value
    follows = ciao_market.projection.follows
    inside = follows["source"].isin(group.seats) & follows["target"].isin(group.seats)
    assert not inside.any()


def test_only_who_wrote_lately_sits_in_a_group_and_nobody_is_made_up_for_the_reserves(ciao_market: Market) -> None:
    busiest = graphkoc.list_niches(ciao_market.run)[0]["niche"]
    topic, group = ciao_market.seat(niche=busiest)
    since = pd.Timestamp(ciao_market.run.info["at"]) - pd.Timedelta(days=180)
    assert (group.people.loc[group.seats, "latest"] > since).all()
    assert set(group.people["reason"].dropna()) <= {"quiet", "spare"}, "no text is known, so nobody lacks reasons"
    document = describe_group(group, topic, ciao_market.run, Wishes())
    notes = " ".join(document["notes"])
    assert "The language of these people is not known" in notes
    assert "whether these people give reasons is not known" in notes
    if len(group.reserves) < 3:
        assert "Nobody else is left" in notes


def test_turned_round_ratings_leave_the_group_and_swap_the_signs(ciao_market: Market) -> None:
    busiest = graphkoc.list_niches(ciao_market.run)[0]["niche"]
    projection = ciao_market.projection
    reviews = projection.reviews.assign(rating=6 - projection.reviews["rating"].clip(lower=1))
    clipped = projection.reviews.assign(rating=projection.reviews["rating"].clip(lower=1))
    groups = []
    for rows in (clipped, reviews):
        other = replace(projection, reviews=rows)
        market = replace(ciao_market, projection=other, subjects=read_subjects(other, ciao_market.run))
        groups.append(market.seat(Wishes(active=WHOLE), niche=busiest)[1])
    one, turned = groups
    assert one.people["reason"].fillna("").equals(turned.people["reason"].fillna(""))
    assert (one.seats, one.reserves) == (turned.seats, turned.reserves)
    assert one.people["low"].equals(turned.people["high"].rename("low"))
    assert one.people["high"].equals(turned.people["low"].rename("high"))


def test_rows_in_another_order_give_the_same_group(brand: Market) -> None:
    shuffled = {
        name: frame.sample(frac=1, random_state=1).reset_index(drop=True)
        for name, frame in vars(brand.projection).items()
        if name != "platforms"
    }
    other = replace(brand.projection, **shuffled)
    run = brand.run
    tables = {name: getattr(run, name).sample(frac=1, random_state=2) for name in ("people", "texts", "members")}
    mixed = Market(brand.folder, other, run.replaced(**tables), read_subjects(other, run), brand.truth)
    topic, group = brand.seat(category="Kettles")
    _, again = mixed.seat(category="Kettles")
    assert describe_group(group, topic, run, Wishes()) == describe_group(again, topic, mixed.run, Wishes())


# --- the invented brand: texts, platforms, planted people -----------------------------------------------


def test_planted_constructive_critics_sit_in_the_group_for_kettles(brand: Market) -> None:
    careful = brand.persons(*brand.truth["careful"])
    seated, shares = 0, []
    for category in ("Kettles", "Pans", "Teapots"):
        _, group = brand.seat(Wishes(size=8), category=category)
        able = group.people[group.people["reason"].isna() | (group.people["reason"] == "spare")]
        shares.append(able.index.isin(list(careful)).mean())
        seated += len(careful & set(group.seats))
        assert careful & set(group.seats)
        assert (group.people.loc[group.seats, "constructive"] > 0).sum() >= 3
        assert group.value >= 0.9 * group.free_value
    assert seated / 24 >= 1.5 * np.mean(shares), "more than would be there by chance"


def test_the_person_of_the_story_is_asked_about_the_product_that_they_wrote_about(brand: Market) -> None:
    lin = next(number for number, accounts in brand.truth["people"].items() if "discourse:lin_tiny_kitchen" in accounts)
    (who,) = brand.persons(int(lin))
    topic, group = brand.seat(Wishes(size=8), product=KETTLE)
    assert who in group.seats
    document = describe_group(group, topic, brand.run, Wishes(size=8))
    row = next(row for row in document["people"] if row["consumer"] == who)
    assert "盖子会滴水" in row["opinions"]["quotes"][0]["quote"] or "lid drips" in row["opinions"]["quotes"][0]["quote"]
    assert row["channel"].startswith("message on ")
    assert "水壶" in row["screener"], "a Chinese group reads the Chinese name of the category"


@pytest.mark.parametrize("topic", TOPICS)
def test_no_planted_trap_sits_in_a_group_without_its_flag(brand: Market, topic: dict[str, str]) -> None:
    flags = list_checks(brand.run)
    for language in ("zh", "en", "de"):
        _, group = brand.seat(Wishes(size=6, language=language), **topic)
        inside = {*group.seats, *group.reserves}
        for trap in ("ring", "dead", "staff", "opted_out", "complaint", "rival_ad"):
            assert not inside & brand.persons(*brand.truth["traps"][trap]["people"]), trap
        for trap in ("gifts", "two_handles", "amazon_only"):
            for who in inside & brand.persons(*brand.truth["traps"][trap]["people"]):
                assert flags[who], trap
        assert not inside & brand.persons(*brand.truth["fakes"])
        assert not inside & set(brand.run.people.loc[brand.run.people["role"] == "kol", "consumer"])


def test_a_group_speaks_one_language_and_is_spread_over_circles(brand: Market) -> None:
    _, group = brand.seat(category="Kettles")
    seats = group.people.loc[group.seats]
    assert set(seats["language"]) == {group.language} == {"zh"}
    assert seats["circle"].nunique() >= 4
    assert group.tied == []
    assert set(group.languages) == {"zh", "en", "de"}
    _, german = brand.seat(Wishes(size=5, language="de"), category="Kettles")
    assert set(german.people.loc[german.seats, "language"]) == {"de"}


def test_nobody_is_written_to_on_amazon_and_a_contact_key_needs_consent(brand: Market) -> None:
    columns = ["consumer", "account", "platform", "name", "handle", "followers", "reviews", "consent", "agency"]
    rows = [
        ("p1", "amazon:1", "amazon", "Ann", "ann", None, 9, None, None),
        ("p1", "crm:1", "crm", None, None, None, 0, "yes", None),
        ("p2", "amazon:2", "amazon", "Bob", None, None, 4, None, None),
        ("p2", "crm:2", "crm", None, None, None, 0, "unknown", None),
        ("p3", "amazon:3", "amazon", None, None, None, 9, None, None),
        ("p3", "forum:3", "forum", "Cleo", "cleo", None, 1, None, None),
        ("p3", "chat:3", "chat", "C.", None, None, 1, None, None),
    ]
    accounts = pd.DataFrame(rows, columns=columns)
    consumers = pd.DataFrame(
        {"consumer": ["p1", "p2", "p3", "crm:4"], "platform": ["amazon"] * 3 + ["crm"], "name": None, "handle": None}
    ).assign(consent=pd.array([None, None, None, "yes"], dtype="str"))
    ties = {"amazon": "none", "crm": "none", "forum": "follows", "chat": "engagements"}
    channels = find_channels(consumers, accounts, ties, {"crm:1", "crm:2"})
    assert channels["p1"] == "contact key of crm:1, consent yes"
    assert channels["p3"] == "message on chat: C.", "of accounts that wrote as much the first by id"
    assert channels[["p2", "crm:4"]].isna().all(), "no consent, and no key"

    _, group = brand.seat(Wishes(size=6, language="de"), category="Kettles")
    assert not group.people["channel"].dropna().str.contains("on amazon").any()
    unreachable = group.people[group.people["reason"] == "unreachable"]
    assert (unreachable["platform"] == "amazon").mean() > 0.9


def test_everybody_who_knows_the_topic_is_seated_or_has_one_reason(brand: Market) -> None:
    topic, group = brand.seat(category="Kettles")
    document = describe_group(group, topic, brand.run, Wishes())
    left = {row["reason"]: row["people"] for row in document["left_out"]}
    assert list(left) == [reason for reason in REASONS if reason in left], "in the order of reasons"
    assert sum(left.values()) + 12 + 3 == len(group.people) == topic.reviews["consumer"].nunique()
    for row in document["left_out"]:
        assert len(row["nearest"]) <= 3
        assert not {one["consumer"] for one in row["nearest"]} & {*group.seats, *group.reserves}
    assert document["covers"]["people"] == sum(row["stands_for"] for row in document["people"])
    for row in document["people"]:
        assert row["why"].endswith(".")
        assert {row[name] for name in ("incentive", "slot", "record", "embargo")} == {""}
        ids = set(topic.reviews.loc[topic.reviews["consumer"] == row["consumer"], "review"])
        assert {quote["review"] for quote in row["opinions"]["quotes"]} <= ids


def test_asked_for_reviews_are_no_opinions(brand: Market) -> None:
    texts = measure_texts(find_topic(brand.subjects, brand.run, category="Kettles"), brand.run)
    assert set(texts.loc[~texts["free"], "origin"]) <= {"gifted", "paid", "invited"}
    _, group = brand.seat(category="Kettles")
    asked = group.people[group.people["reason"] == "asked_for"]
    assert (asked["asked_for"] == asked["texts"]).all()


def test_a_sign_is_of_ratings_alone(brand: Market) -> None:
    topic, group = brand.seat(category="Kettles")
    rated = topic.reviews.groupby("consumer")["rating"].count()
    for row in describe_group(group, topic, brand.run, Wishes())["people"]:
        assert (row["opinions"]["sign"] == "not known") == (rated[row["consumer"]] == 0)


# --- topics ---------------------------------------------------------------------------------------------


def test_a_product_is_the_same_on_every_platform_and_in_notes_that_name_it(brand: Market) -> None:
    topic = find_topic(brand.subjects, brand.run, product=KETTLE.upper())
    exact = topic.reviews[topic.reviews["exact"]]
    assert {review.partition(":")[0] for review in exact["review"]} >= {"amazon", "xiaohongshu"}
    assert exact["text"].str.contains(KETTLE).sum() > len(exact) / 2
    assert topic.kind_name == "Kettles"
    assert (~topic.reviews["exact"]).sum() > len(exact)


def test_the_words_of_a_product_to_come_find_products_and_texts_in_both_languages(brand: Market) -> None:
    english = find_topic(brand.subjects, brand.run, words="quiet kettles")
    chinese = find_topic(brand.subjects, brand.run, words="水壶 绿茶")
    assert english.matched.startswith(f"{len(english.reviews):,} reviews by")
    assert "quiet in" in english.matched
    assert len(chinese.reviews) > 50
    assert chinese.reviews["text"].str.contains("水壶|绿茶").mean() > 0.9
    with_unknown = find_topic(brand.subjects, brand.run, words="quiet kettle zzyzx")
    assert "zzyzx in 0 texts" in with_unknown.matched


def test_a_finer_niche_is_about_its_tag_and_asks_its_members(brand: Market) -> None:
    reviews = brand.subjects.reviews
    campers = reviews[(reviews["category"] == "Kettles") & reviews["tags"].str.contains("露营", na=False)]
    people = sorted(campers["consumer"].unique())[:10]
    niche: dict[str, Any] = {column.name: 0 for column in TABLES["niches"].columns if column.dtype == "int64"}
    niche |= {"niche": "kettles~露营", "name": "Camping", "level": "finer", "basis": "tags", "category": "Kettles"}
    members = pd.DataFrame({"kind": "niche", "group": "kettles~露营", "consumer": people, "confidence": 1.0})
    run = brand.run.replaced(niches=shaped("niches", pd.DataFrame([niche])), members=shaped("members", members))
    topic = find_topic(brand.subjects, run, niche="camping")
    wanted = campers[campers["consumer"].isin(people)]
    assert set(topic.reviews["review"]) == set(wanted["review"])

    by_product = niche | {"basis": "products", "category": None}
    product = reviews["product"].dropna().iloc[0]
    run = run.replaced(
        niches=shaped("niches", pd.DataFrame([by_product])),
        products=shaped("products", pd.DataFrame([{"niche": "kettles~露营", "product": product, "people": 1}])),
        members=shaped("members", members.assign(consumer=sorted(reviews["consumer"].unique())[:10])),
    )
    found = find_topic(brand.subjects, run, niche="camping").reviews["review"]
    assert (reviews.set_index("review").loc[found, "product"] == product).all()


@pytest.mark.parametrize(
    ("topic", "complaint", "hint"),
    [
        ({"product": "Nordkessel Luto Mimi"}, "there is no product called 'Nordkessel Luto Mimi'", KETTLE),
        ({"niche": "cars"}, "there is no niche called 'cars'", "graphkoc niches"),
        ({"category": "kettle"}, "there is no category called 'kettle'", "Kettles"),
        ({"words": "zzyzx"}, "no product and no text matches 'zzyzx'", "--words"),
        ({"words": "the"}, "there is no word to look for in 'the'", "--words"),
        ({"category": "Kettles", "words": "quiet"}, "a focus group is about one thing", "Name a product"),
    ],
)
def test_what_does_not_exist_is_said_in_one_sentence(
    brand: Market, topic: dict[str, str], complaint: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(complaint)) as error:
        find_topic(brand.subjects, brand.run, **topic)
    assert hint in error.value.hint


def test_a_size_that_cannot_be_and_a_group_of_nobody_are_said_with_their_reasons(brand: Market) -> None:
    with pytest.raises(UsageError, match="a focus group of 0 has nobody in it"):
        Wishes(size=0)
    with pytest.raises(UsageError, match=r"there cannot be 1\.5 reserves"):
        Wishes(reserves=1.5)
    with pytest.raises(UsageError, match="the language 'xx' is not told apart from others"):
        Wishes(language="xx")
    with pytest.raises(UsageError, match=r"a group of 4,000 was asked for, and \d+ of the [\d,]+ people .* may not be"):
        brand.seat(Wishes(size=4000), category="Kettles")
    with pytest.raises(AnalysisError, match=r"nobody of the .* can sit in a group: .*; \d+ writes in another language"):
        brand.seat(Wishes(language="fr"), category="Kettles")
    assert (Wishes(size=8).spare, Wishes(size=12).spare, Wishes(reserves=4).spare) == (2, 3, 4)


# --- the guide ------------------------------------------------------------------------------------------


def test_the_guide_asks_openly_and_quotes_by_id_in_two_languages(brand: Market) -> None:
    for language, heading in (("zh", "# 主持人提纲：水壶"), ("en", "# Moderator's guide: Kettles")):
        wishes = Wishes(size=8, language=language)
        topic, group = brand.seat(wishes, category="Kettles")
        document = describe_group(group, topic, brand.run, wishes)
        themes, texts, writers = read_themes(brand.subjects, topic, brand.run, document)
        page = write_guide(document, topic, themes, texts, writers, "2025-10-20")
        assert page.startswith(heading)
        assert len(themes) >= 5
        assert len({theme.words[0] for theme in themes}) == len(themes)
        ids = set(topic.reviews["review"])
        quoted = re.findall(r"\(`([^`]+)`\)$", page, re.MULTILINE)
        assert len(quoted) >= len(themes)
        assert set(quoted) <= ids
        for theme in themes:
            assert theme.people >= 3
            assert len({consumer for _, consumer, _ in theme.quotes}) == len(theme.quotes)
        questions = "\n".join(line for line in page.splitlines() if line.startswith("- “"))
        assert "{" not in page, "everything is filled in"
        assert not re.search(r"(?i)don't you|isn't it|do you love|how good|5 stars|recommend us", questions)
        assert not re.search("是不是很|好不好用|推荐我们|五星|好评", questions)


def test_the_wording_promises_nothing_for_an_opinion() -> None:
    for language in ("en", "zh", "de"):
        words = read_wording(language)
        assert set(words) == {"screener", "screener_also", "incentive", "slot", "record", "embargo"}
        assert "{topic}" in words["screener"]
    assert read_wording("fr") == read_wording("en")
    assert "depends neither on what you say" in read_wording("en")["incentive"]
    assert "无关" in read_wording("zh")["incentive"]
    assert "weder davon ab, was Sie sagen" in read_wording("de")["incentive"]


def test_a_negated_problem_is_none_and_pictures_end_sentences() -> None:
    assert split_sentences("盖子会漏水✨不会漏水！ #水壶") == ["盖子会漏水", "不会漏水"]
    sentences = pd.Series(["The lid leaks.", "It does not leak.", "I wish it were lighter.", "Nice colour."])
    assert find_problems(sentences).tolist() == [True, False, True, False]


# --- the command ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def command_folder(brand: Market, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of its own, in which commands save groups beside the run."""
    folder = tmp_path_factory.mktemp("commands") / "brand"
    shutil.copytree(brand.folder, folder)
    return folder


def ask(folder: Path, *words: object, code: int = 0) -> Any:
    done = graphkoc_command("focus-group", "run", *words, cwd=folder)
    assert done.returncode == code, done.stderr
    return done


def test_the_command_prints_a_table_of_a_hundred_columns_and_a_document(command_folder: Path) -> None:
    from wcwidth import width

    done = ask(command_folder, "--category", "kettles", "--size", "8")
    assert max(map(width, done.stdout.splitlines())) <= 100
    assert "Left out of those who write about it:" in done.stdout
    document = json.loads(ask(command_folder, "--category", "kettles", "--size", "8", "--format", "json").stdout)
    assert [row["seat"] for row in document["people"]] == list(range(1, 9))
    assert len(document["reserves"]) == 2
    for row in document["people"]:
        assert row["name"] in done.stdout
    again = json.loads(ask(command_folder, "--category", "kettles", "--size", "8", "--format", "json").stdout)
    assert document == again
    lines = ask(command_folder, "--category", "kettles", "--size", "8", "--format", "csv").stdout.splitlines()
    assert len(lines) == 11
    assert lines[0].endswith("screener,incentive,slot,record,embargo")


def test_a_saved_group_is_not_invited_again_and_a_client_s_no_holds(command_folder: Path) -> None:
    asked = ("--category", "Pans", "--size", "5", "--reserves", "0", "--format", "json")
    first = json.loads(ask(command_folder, *asked, "--name", "pans one").stdout)
    people = {row["consumer"] for row in first["people"]}
    folder = command_folder / "plans"
    kept = saved.read_list(folder, "pans one", "focus-group")
    assert {row["consumer"] for row in kept["people"] if row["place"] == "roster"} == people
    second = json.loads(ask(command_folder, *asked).stdout)
    assert not people & {row["consumer"] for row in second["people"]}
    assert {row["reason"]: row["people"] for row in second["left_out"]}["invited"] >= 5
    same = json.loads(ask(command_folder, *asked, "--name", "pans one").stdout)
    assert same["people"] == first["people"], "a group that is made again does not stand in its own way"

    refused = second["people"][0]["consumer"]
    decisions.append(folder, [decisions.decide_now("Nordkessel", refused, "no")])
    third = json.loads(ask(command_folder, *asked, "--client", "nordkessel").stdout)
    assert refused not in {row["consumer"] for row in third["people"]}
    excluded = second["people"][1]["consumer"]
    fourth = json.loads(ask(command_folder, *asked, "--exclude", excluded).stdout)
    assert excluded not in {row["consumer"] for row in fourth["people"]}


def test_a_paragraph_breaks_between_chinese_characters_and_not_before_a_mark() -> None:
    from wcwidth import width

    lines = wrap("1.  " + "水壶很好，" * 30 + " and then words" * 12, "    ")
    assert all(width(line) <= 100 for line in lines)
    assert all(line.startswith("    ") for line in lines[1:])
    assert not any(line.lstrip().startswith("，") for line in lines)
    assert "".join(line.strip() for line in lines).count("水壶很好，") == 30
    assert clip("水壶水壶", 5) == "水壶…"
    assert clip("kettle", 6) == "kettle"


def test_the_command_writes_the_guide_and_names_errors(command_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    done = ask(command_folder, "--words", "travel kettle", "--language", "en", "--size", "5", "--guide", file)
    assert f"The moderator's guide is in {file}." in done.stdout
    assert file.read_text(encoding="utf-8").startswith("# Moderator's guide: travel kettle")
    assert "there is no niche called" in ask(command_folder, "--niche", "nothing", code=2).stderr
    assert "nobody of the" in ask(command_folder, "--category", "Kettles", "--language", "fr", code=6).stderr
    assert "cannot have /" in ask(command_folder, "--category", "Kettles", "--name", "a/b", code=2).stderr
