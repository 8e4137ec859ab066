"""How a report writes numbers, days and lists in the reader's language."""

from __future__ import annotations

from datetime import date

import pytest

from graphkoc.capture import synthetic
from graphkoc.errors import UsageError
from graphkoc.report.catalogue import Catalogue

ENGLISH, CHINESE = Catalogue("en"), Catalogue("zh")


def test_there_is_no_report_in_a_language_without_a_catalogue() -> None:
    with pytest.raises(UsageError, match="no report in 'fr'"):
        Catalogue("fr")


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [(None, 0, "–"), (float("nan"), 1, "–"), (1204, 0, "1,204"), (-0.04, 1, "0"), (-2.5, 1, "−2.5"), (3.0, 1, "3")],
)
def test_a_number_has_its_thousands_apart_and_no_empty_decimals(value: float, decimals: int, shown: str) -> None:
    assert ENGLISH.number(value, decimals) == shown


def test_only_nothing_and_everything_are_whole_percents_at_the_ends() -> None:
    assert [ENGLISH.percent(share) for share in (0, 0.001, 0.43, 0.999, 1)] == ["0%", "<1%", "43%", ">99%", "100%"]


def test_amounts_have_their_currency_and_cents_where_they_are_small() -> None:
    assert [ENGLISH.money(*one) for one in ((5000.0, "CNY"), (12.5, "EUR"), (12.0, ""), (7.25, "SEK"))] == [
        *("¥5,000", "€12.50", "12", "7.25 SEK")
    ]


def test_days_are_written_as_the_reader_writes_them() -> None:
    assert ENGLISH.day("2025-06-30T07:00:00") == "30 June 2025"
    assert CHINESE.day(date(2025, 6, 30)) == "2025 年 6 月 30 日"
    assert (ENGLISH.month("2025-06-30"), CHINESE.month("2025-06-30")) == ("Jun 2025", "2025 年 6 月")


def test_nouns_agree_with_their_number() -> None:
    assert [ENGLISH.count(n, "people") for n in (1, 2, 1204)] == ["1 person", "2 people", "1,204 people"]
    assert CHINESE.count(1, "reviews") == "1 条评价"


def test_lists_end_in_and_and_long_ones_in_how_many_more() -> None:
    assert [ENGLISH.join(items) for items in ([], ["A"], ["A", "B"], ["A", "B", "C"])] == [
        "",
        "A",
        "A and B",
        "A, B and C",
    ]
    assert ENGLISH.join("ABCDE", most=2) == "A, B and 3 more"
    assert CHINESE.join("ABC") == "A、B 和 C"


def test_a_name_from_right_to_left_is_set_apart_in_a_sentence() -> None:
    assert ENGLISH.data("Ada") == "Ada"
    assert ENGLISH.data("שרה") == "\u2068שרה\u2069"
    assert ENGLISH.data("evil\u202egnp") == "evilgnp"


def test_a_platform_has_the_name_that_its_users_have_for_it() -> None:
    assert [CHINESE.platform(name) for name in ("xiaohongshu", "ciao", None)] == ["小红书", "Ciao", "平台未知"]


def test_chinese_and_latin_that_meet_have_a_space_between_them_but_within_a_name() -> None:
    assert CHINESE("first.data", day=date(2025, 6, 30)) == "数据截至 2025 年 6 月 30 日"
    assert CHINESE.join(["小风1", "Ada", "水壶"]) == "小风1、Ada 和水壶"


def test_the_notice_on_invented_data_is_the_one_of_the_catalogue() -> None:
    assert ENGLISH("page.invented") == synthetic.NOTICE
