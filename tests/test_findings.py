"""Findings: what the answers of a group come to, in three languages, beside what reviews said before."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.errors import DataError, UsageError
from graphkoc.invite.listening.feedback import add_answers, list_answers_of, make_answer, read_answers
from graphkoc.invite.listening.finding_states import FINDING_LANGUAGES, FINDING_STATUSES
from graphkoc.invite.listening.finding_status import add_status, find_standing
from graphkoc.invite.listening.findings import describe_findings, identify_points
from graphkoc.invite.listening.points import Point, find_points, name_point
from graphkoc.qualify.remarks.concepts import SIGNS, read_glossary
from graphkoc.qualify.remarks.remarks import CONCEPT, CRITICAL, OPEN, POSITIVE, read_remarks

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LUTO = "Nordkessel Luto Mini"
GROUP = {"name": "tea", "kind": "focus-group", "product": LUTO, "people": [{"consumer": "forum:1", "name": "Ada"}]}
SAID = {
    "forum:1": (3.0, "The lid drips when you pour into a thermos. A silicone ring fixed it."),
    "forum:2": (4.0, "Lovely, but the lid leaks."),
    "xhs:3": (None, "往保温杯里倒水的时候盖子会滴水，但是颜值很高。"),
    "xhs:4": (2.0, "盖子漏水，不太满意"),
    "forum:5": (3.0, "Der Deckel tropft, wenn man in eine Thermoskanne gießt."),
    "forum:6": (5.0, "Looks good on the shelf; the lid dripped once."),
    "forum:7": (5.0, "It is quiet and looks good."),
    "forum:8": (4.0, "Quiet. The lid does not drip for me."),
}
NOBODY = pd.DataFrame({"consumer": [], "rating": [], "text": []}).astype({"rating": "float64"})
NOTHING = pd.Series([], dtype="str")


def answers_of(said: dict[str, tuple[float | None, str]]) -> list[dict[str, Any]]:
    return [
        make_answer("tea", "answers.csv", consumer, "p1", {"rating": rating, "text": text, "given_at": None}, NOW)
        for consumer, (rating, text) in said.items()
    ]


def texts_of(*texts: str, rating: float = np.nan) -> pd.DataFrame:
    return pd.DataFrame({"consumer": [f"c{n}" for n in range(len(texts))], "rating": rating, "text": list(texts)})


def find(reviews: pd.DataFrame = NOBODY, language: str = "en", standing: Any = None, **more: Any) -> dict[str, Any]:
    said = more.pop("said", SAID)
    return describe_findings(
        GROUP, answers_of(said), reviews, NOTHING, standing or {}, known=[LUTO], language=language, **more
    )


def read_signs(text: str, rating: float = np.nan) -> list[str]:
    return read_remarks(texts_of(text, rating=rating))["sign"].tolist()


# --- concepts ---------------------------------------------------------------------------------------------------------


def test_every_concept_has_a_sign_a_name_and_words_in_three_languages() -> None:
    concepts = read_glossary().concepts
    assert {concept.sign for concept in concepts.values()} == set(SIGNS)
    assert all(set(concept.names) == {"en", "zh", "de"} for concept in concepts.values())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("the lid drips", [("lid", "aspect"), ("drips", "problem")]),
        ("盖子会滴水", [("lid", "aspect"), ("drips", "problem")]),
        ("der Deckel tropft", [("lid", "aspect"), ("drips", "problem")]),
        ("it never leaks", [("drips", "praise")]),
        ("不会漏水", [("drips", "praise")]),
        ("der Deckel tropft nicht mehr", [("lid", "aspect"), ("drips", "praise")]),
        ("not easy to open", [("easy", "problem")]),
        ("not only loud", [("loud", "problem")]),
        ("a slide and a caption", []),
    ],
)
def test_a_concept_is_known_in_each_language_and_denied_where_a_text_denies_it(
    text: str, said: list[tuple[str, str]]
) -> None:
    assert [(one.concept.key, one.sign) for one in read_glossary().find(text)] == said


@given(st.text())
def test_concepts_are_found_in_any_text_at_places_that_it_has(text: str) -> None:
    ends = [0]
    for one in read_glossary().find(text):
        assert ends[-1] <= one.start < one.end <= len(text)
        ends.append(one.end)


def test_a_glossary_that_is_not_complete_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "concepts.toml"
    file.write_text(
        '[lid]\nsign = "aspect"\nname = { en = "lid", zh = "盖", de = "Deckel" }\nen = ["lid"]\nde = ["d"]\n'
    )
    with pytest.raises(DataError, match=r"the concept lid of .* has no zh"):
        read_glossary(file)


# --- remarks ----------------------------------------------------------------------------------------------------------


def test_a_sentence_with_a_problem_and_praise_is_two_remarks() -> None:
    assert read_signs("The lid drips, but it looks good.") == [CRITICAL, POSITIVE]


def test_a_remark_without_a_word_of_either_has_the_sign_of_the_rating() -> None:
    assert [read_signs("Blue paint everywhere", rating) for rating in (1.0, 3.0, 5.0)] == [
        [CRITICAL],
        [OPEN],
        [POSITIVE],
    ]
    assert read_signs("Blue paint everywhere") == [OPEN]


def test_what_people_like_and_what_not_is_told_by_the_question_in_answers_alone() -> None:
    text = "+ blue paint\n- blue paint too"
    assert read_remarks(texts_of(text, rating=5.0), marked=True)["sign"].tolist() == [POSITIVE, CRITICAL]
    assert read_remarks(texts_of(text, rating=5.0))["sign"].tolist() == [POSITIVE, POSITIVE]


def test_the_name_of_the_product_is_no_word_of_a_remark() -> None:
    remarks = read_remarks(texts_of("The Luto Mini has a blue lid"), [LUTO])
    assert remarks["words"].tolist() == [frozenset({"blue", CONCEPT + "lid"})]


@given(st.lists(st.text(), max_size=4))
def test_any_texts_are_read(texts: list[str]) -> None:
    remarks = read_remarks(texts_of(*texts))
    assert set(remarks["sign"]) <= {CRITICAL, POSITIVE, OPEN}
    assert find_points(remarks, {}, 0) == find_points(remarks[::-1].reset_index(drop=True), {}, 0)


# --- points -----------------------------------------------------------------------------------------------------------


def test_a_fault_of_two_parts_is_two_points() -> None:
    remarks = read_remarks(texts_of("the lid drips", "the lid leaks", "the spout drips", "the spout leaks", "it drips"))
    points = {name_point(point.words, "en"): point for point in find_points(remarks, {}, 0)}
    assert {name: int(point.find(remarks).sum()) for name, point in points.items()} == {
        "lid: drips": 2,
        "spout: drips": 2,
    }


def test_a_fault_of_one_part_is_also_meant_where_no_part_is_named() -> None:
    remarks = read_remarks(texts_of("the lid drips", "the lid leaks", "it drips", "the spout drips"))
    (point,) = find_points(remarks, {}, 0)
    assert (name_point(point.words, "en"), point.find(remarks).tolist()) == ("lid: drips", [True, True, True, False])


def test_a_word_that_is_as_frequent_in_texts_about_other_things_is_no_point() -> None:
    remarks = read_remarks(texts_of("my sister wanted it", "my sister chose it", "for my sister"))
    assert [point.head for point in find_points(remarks, {}, 100)] == ["sister"]
    assert find_points(remarks, {"sister": 90}, 100) == []


@pytest.mark.parametrize(
    ("language", "name"), [("en", "lid: drips (tea)"), ("zh", "盖子：滴漏 (tea)"), ("de", "Deckel: tropft (tea)")]
)
def test_a_point_has_a_name_in_each_language(language: str, name: str) -> None:
    assert name_point(["@lid", "@drips", "tea"], language) == name


# --- findings ---------------------------------------------------------------------------------------------------------


def test_what_six_of_eight_say_in_three_languages_is_one_finding_and_the_first() -> None:
    first = find()["findings"][0]
    assert (first["id"], first["theme"], first["sign"]) == ("lid-drips", "lid: drips", "critical")
    assert (first["people"], first["critical"], first["positive"], first["of"]) == (7, 6, 1, 8)
    assert first["recommendation"] == (
        "Take “lid: drips” to the product team first: 6 of 8 people name it as a problem or a wish."
    )
    assert [quote["sign"] for quote in first["quotes"]] == ["critical"] * 6 + ["positive"]
    assert {quote["name"] for quote in first["quotes"]} >= {"Ada"}


def test_findings_are_written_in_chinese_as_well() -> None:
    first = find(language="zh")["findings"][0]
    assert (first["theme"], first["id"]) == ("盖子：滴漏", "lid-drips")
    assert first["recommendation"] == "优先反馈产品团队：“盖子：滴漏”，8人中有6人视为问题或希望改进。"
    with pytest.raises(UsageError, match="there are no findings in 'fr'"):
        find(language="fr")


def test_praise_is_a_finding_that_comes_after_problems() -> None:
    assert [(one["theme"], one["sign"], one["people"]) for one in find()["findings"]] == [
        ("lid: drips", "critical", 7),
        ("looks good", "positive", 3),
        ("quiet", "positive", 2),
    ]


@pytest.mark.parametrize(
    ("reviews", "difference", "sentence"),
    [
        ([], None, "No review before is known to compare with."),
        (["Quiet"] * 4, None, "The reviews before are by 4 people, too few to compare with."),
        (["Quiet"] * 40, "new", "New: none of the 40 people who wrote reviews before raised it."),
        (
            ["The lid drips", *["Quiet"] * 39],
            "more",
            "More often than in the reviews before, where 1 of 40 people raised it.",
        ),
        (["The lid drips"] * 34 + ["Quiet"] * 6, "alike", "No more and no less often"),
    ],
)
def test_a_finding_is_compared_with_the_reviews_before(
    reviews: list[str], difference: str | None, sentence: str
) -> None:
    first = find(texts_of(*reviews))["findings"][0]
    assert first["difference"] == difference
    assert first["compared"].startswith(sentence)


def test_what_reviews_said_and_nobody_answered_is_listed() -> None:
    rows = find(texts_of(*["Far too heavy"] * 20, *["Quiet"] * 20))["not_raised"]
    assert [(row["theme"], row["sign"], row["before"]) for row in rows] == [("heavy or bulky", "critical", 20)]


def test_the_niches_of_those_who_raise_it_are_counted() -> None:
    niches = {"forum:1": "Kettles", "forum:2": "Kettles", "xhs:3": "Camping"}
    assert find(niches=niches)["findings"][0]["niches"] == [
        {"niche": "Kettles", "people": 2},
        {"niche": "Camping", "people": 1},
    ]


def test_no_answer_gives_no_finding() -> None:
    document = find(said={})
    assert (document["answers"], document["rating"], document["findings"]) == (0, None, [])


# --- the ledger of answers --------------------------------------------------------------------------------------------


def test_answers_that_are_read_twice_are_kept_once(tmp_path: Path) -> None:
    assert len(add_answers(tmp_path, answers_of(SAID))) == 8
    later = [{**answer, "at": "2026-04-01T00:00:00+00:00", "file": "again.csv"} for answer in answers_of(SAID)]
    assert add_answers(tmp_path, later) == []
    assert len(read_answers(tmp_path)) == len(read_answers(tmp_path, "tea")) == 8
    assert read_answers(tmp_path, "other") == []


@pytest.mark.parametrize("wrong", [{"rating": "good"}, {"given_at": "lately"}, {"text": 3}, {"consumer": None}])
def test_a_damaged_line_of_answers_is_passed_over(tmp_path: Path, wrong: dict[str, Any]) -> None:
    first, *others = answers_of(SAID)
    add_answers(tmp_path, [first | wrong, *others])
    assert len(read_answers(tmp_path)) == len(others)


def test_a_person_has_the_answers_of_all_their_accounts_the_newest_first(tmp_path: Path) -> None:
    rows = [("forum:1", "2026-03-01", "first"), ("xhs:1", "2026-03-09", "second"), ("forum:2", "2026-03-05", "other")]
    answers = [
        make_answer("tea", "f.csv", consumer, None, {"rating": 4, "text": text, "given_at": pd.Timestamp(day)}, NOW)
        for consumer, day, text in rows
    ]
    add_answers(tmp_path, answers)
    mine = list_answers_of(read_answers(tmp_path, persons={"xhs:1": "forum:1"}), "forum:1")
    assert [one["text"] for one in mine] == ["second", "first"]
    assert mine[0] == {
        "campaign": "tea",
        "product": None,
        "rating": 4.0,
        "text": "second",
        "given_at": "2026-03-09T00:00:00",
    }


# --- what became of them ----------------------------------------------------------------------------------------------


def mark(folder: Path, **given: Any) -> dict[str, Any]:
    return add_status(folder, "tea", "lid-drips", Point("@drips", "@lid", sole=True), now=NOW, **given)


def test_a_finding_keeps_what_was_not_set_again(tmp_path: Path) -> None:
    mark(tmp_path, status="taken", owner="Ada", due=date(2026, 4, 1))
    mark(tmp_path, status="done", note="New gasket since April")
    (finding,) = (one for one in find(standing=find_standing(tmp_path, "tea"))["findings"] if one["id"] == "lid-drips")
    assert (finding["status"], finding["owner"], finding["due"]) == ("done", "Ada", "2026-04-01")
    assert finding["note"] == "New gasket since April"


def test_a_finding_that_is_set_to_what_it_is_adds_no_line(tmp_path: Path) -> None:
    mark(tmp_path, status="done")
    before = (tmp_path / "findings.jsonl").read_bytes()
    mark(tmp_path, status="done")
    assert (tmp_path / "findings.jsonl").read_bytes() == before


def test_a_finding_that_is_done_comes_last(tmp_path: Path) -> None:
    mark(tmp_path, status="done")
    assert [one["id"] for one in find(standing=find_standing(tmp_path, "tea"))["findings"]][-1] == "lid-drips"


def test_a_finding_keeps_its_id_when_more_people_answer(tmp_path: Path) -> None:
    mark(tmp_path, status="done")
    more = SAID | {f"forum:{n}": (2.0, "The spout drips and the lid drips") for n in range(20, 30)}
    found = find(standing=find_standing(tmp_path, "tea"), said=more)["findings"]
    assert [(one["id"], one["status"], one["critical"]) for one in found if one["id"] == "lid-drips"] == [
        ("lid-drips", "done", 16)
    ]
    assert "spout-drips" in [one["id"] for one in found]


def test_a_finding_that_nobody_raises_any_more_stays(tmp_path: Path) -> None:
    mark(tmp_path, status="taken")
    (one,) = find(standing=find_standing(tmp_path, "tea"), said={"forum:1": (5.0, "Quiet.")})["findings"]
    assert (one["people"], one["status"]) == (0, "taken")
    assert one["recommendation"].startswith("Nobody who answered brings up “lid: drips”")


def test_words_that_changed_beside_a_word_do_not_make_another_finding() -> None:
    kept = Point("paint", mates=("blue", "flaked"))
    ids = identify_points([Point("flaked", mates=("paint",))], {"paint": (kept, {})})
    assert ids == {"paint": kept}


def test_two_points_of_one_name_get_two_ids() -> None:
    ids = identify_points([Point("@drips"), Point("@drips", without=frozenset({"@lid"}))], {})
    assert list(ids) == ["drips", "drips-2"]


def test_an_unknown_status_and_an_empty_change_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no status 'fixed'"):
        mark(tmp_path, status="fixed")
    with pytest.raises(UsageError, match="nothing is to be set"):
        mark(tmp_path)
    assert not (tmp_path / "findings.jsonl").exists()


@given(st.lists(st.sampled_from(FINDING_STATUSES), min_size=1, max_size=6))
def test_the_newest_status_stands(tmp_path_factory: pytest.TempPathFactory, states: list[str]) -> None:
    folder = tmp_path_factory.mktemp("states")
    for status in states:
        mark(folder, status=status)
    _, entry = find_standing(folder, "tea")["lid-drips"]
    assert entry["status"] == states[-1]


def test_a_damaged_line_is_passed_over(tmp_path: Path) -> None:
    mark(tmp_path, status="done")
    with (tmp_path / "findings.jsonl").open("a") as file:
        file.write('{"campaign": "tea", "finding": "lid-drips", "head": 3, "status": "open"}\n{"campaign"')
    _, entry = find_standing(tmp_path, "tea")["lid-drips"]
    assert entry["status"] == "done"


def test_findings_are_written_in_the_languages_that_are_named() -> None:
    assert all(find(language=language)["findings"] for language in FINDING_LANGUAGES)
