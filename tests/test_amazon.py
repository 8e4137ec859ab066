"""Amazon: the Customer Reviews TSV with its Vine column, and the JSON lines of 2014, 2018 and 2023 with metadata."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sources import file_counts, fixture, reasons, rows_without
from sources import read as read_source

from graphkoc.capture import load

FIXTURE = fixture("amazon")
read, rows = partial(read_source, "amazon"), rows_without("amazon:")


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    assert file_counts(loaded) == {
        "Kettles.json": (4, 3, 0, 1),
        "Kettles.jsonl": (4, 3, 0, 1),
        "amazon_reviews_us_Kitchen_v1_00.tsv": (12, 10, 0, 2),
        "meta_Kettles.json": (2, 2, 0, 0),
        "meta_Kettles.jsonl": (2, 2, 0, 0),
        "meta_Kettles_2014.json": (2, 2, 0, 0),
        "reviews_Kettles_5.json": (3, 2, 1, 0),
        "untouched_kettles.tsv": (4, 2, 1, 1),
    }
    assert reasons(loaded) == [
        ["Kettles.json", 4, "no consumer"],
        ["Kettles.jsonl", 4, "rating is above 5: '9'"],
        ["amazon_reviews_us_Kitchen_v1_00.tsv", 11, "rating is not a number: 'five'"],
        ["amazon_reviews_us_Kitchen_v1_00.tsv", 13, "it has 6 cells, the header has 15"],
        ["untouched_kettles.tsv", 5, "created_at is not a time: '31/12/2014'"],
    ]
    assert loaded.unread == ()
    assert loaded.mentioned == {}


def test_reviews_of_every_year(loaded: load.Loaded) -> None:
    columns = ("review", "consumer", "product", "rating", "created_at", "helpful", "media", "verified", "origin")
    person = "AEMADEAAAAAAAAAAAAAAAAAAAAA"
    time = pd.Timestamp
    assert rows(loaded.tables["reviews"], *columns) == [
        (
            f"{person}1/B0MADE0005/2020-05-05T14:08:48.923000",
            f"{person}1",
            "B0MADE0006",
            5,
            time("2020-05-05 14:08:48.923"),
            7,
            1,
            1,
            "earned",
        ),
        (
            f"{person}2/B0MADE0006/2020-05-04T18:10:55.070000",
            f"{person}2",
            "B0MADE0006",
            4,
            time("2020-05-04 18:10:55.070"),
            0,
            0,
            0,
            "unknown",
        ),
        (
            f"{person}3/B0MADE0006/2020-05-16T21:41:06.052000",
            f"{person}3",
            "B0MADE0006",
            3,
            time("2020-05-16 21:41:06.052"),
            0,
            0,
            1,
            "paid",
        ),
        *(
            (f"AMADE000000{n}/{product}/{day}", f"AMADE000000{n}", product, rating, time(day), *others)
            for n, product, day, rating, *others in [
                (1, "B0MADE0001", "2009-09-13", 5, 2, None, None, "unknown"),
                (2, "B0MADE0001", "2009-09-14", 2, 0, None, None, "unknown"),
                (3, "B0MADE0004", "2018-01-01", 5, 1024, 2, 1, "earned"),
                (4, "B0MADE0004", "2018-01-02", 1, None, 0, 0, "unknown"),
                (5, "B0MADE0004", "2018-01-03", 4, None, 0, 1, "gifted"),
            ]
        ),
        *(
            (
                f"RMADE0000000{n:02}",
                f"900000{who:02}",
                f"B0MADE000{product}",
                rating,
                day and time(day),
                helpful,
                None,
                *others,
            )
            for n, who, product, rating, day, helpful, *others in [
                (1, 1, 1, 5, "2015-08-31", 3, 1, "earned"),
                (2, 2, 1, 4, "2015-08-30", 0, 0, "gifted"),
                (3, 3, 2, 1, "2015-08-29", 12, 0, "unknown"),
                (4, 4, 2, 3, "2015-08-28", 0, 1, "earned"),
                (5, 5, 2, 5, "2015-08-27", 1, 0, "gifted"),
                (6, 6, 1, 5, "2015-08-27", 0, 1, "earned"),
                (7, 1, 3, 2, "2015-08-26", 0, 1, "earned"),
                (8, 7, 3, 4, "2015-08-25", 0, 1, "earned"),
                (9, 8, 1, 4, None, 0, 1, "earned"),
                (11, 10, 3, 5, "2015-08-23", 1024, 1, "gifted"),
                (13, 12, 1, 4, "2014-12-09", 0, 1, "earned"),
                (14, 13, 2, 5, "2015-01-10", 0, 0, "gifted"),
            ]
        ),
    ]


def test_texts_are_words_and_a_quote_is_a_letter(loaded: load.Loaded) -> None:
    texts = {review: words for review, *words in rows(loaded.tables["reviews"], "review", "title", "text")}
    person = "AEMADEAAAAAAAAAAAAAAAAAAAAA"
    assert texts[f"{person}1/B0MADE0005/2020-05-05T14:08:48.923000"] == [
        "Such a good kettle!",
        "Light & quick.\nWould buy again.",
    ]
    assert texts["AMADE0000002/B0MADE0001/2009-09-14"] == ["Meh", None]
    assert [texts[f"RMADE0000000{n:02}"] for n in (2, 3, 4, 7, 13, 14)] == [
        ["Good for small kitchens", "A steady pour, though the lid is stiff.\nStill the best I tried."],
        ['"Silent', 'It is "silent" only when off.'],
        ["Three Stars", '"Fine" for hotels, 5" cord is short'],
        ["Cracked", None],
        ["Quiet, and quick", 'They call it "brisk", and it is. Café grade.'],
        ["light", "light, and small"],
    ]


def test_products_are_what_the_newest_metadata_say_and_else_what_reviews_say_most(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["products"], "product", "title", "brand", "category", "price") == [
        ("B0MADE0001", "Brisk Kettle, 1.7 l", "Brisk", "Kettles", 31.7),
        ("B0MADE0002", "hush travel kettle", None, "Kitchen", None),
        ("B0MADE0003", "glass teapot with lid", None, "Kitchen", None),
        ("B0MADE0004", "Hush Travel Kettle", "Hush", "Kettles", 1024.5),
        ("B0MADE0006", "Folding Kettle", "Brisk", "Travel Kettles", 24.99),
        ("B0MADE0007", "Lid", None, "Amazon Home", None),
        ("B0MADE0008", "Filter", None, None, None),
        ("B0MADE0009", None, None, "Home & Kitchen", None),
    ]


def test_an_account_is_a_consumer_with_the_name_that_its_reviews_show(loaded: load.Loaded) -> None:
    people = loaded.tables["consumers"]
    assert set(people["consumer"]) == set(loaded.tables["reviews"]["consumer"])
    assert set(people["platform"]) == {"amazon"}
    assert rows(people.dropna(subset="name"), "consumer", "name") == [
        ("AMADE0000001", "A. Maker"),
        ("AMADE0000003", "Ida"),
        ("AMADE0000004", "Amazon Customer"),
        ("AMADE0000005", "Jo"),
    ]


ORIGINS = [
    ("Y", "Y", "Solid", "gifted"),
    ("Y", "N", "#ad", "gifted"),
    ("N", "Y", "Solid", "earned"),
    ("n", "y", "Solid", "earned"),
    ("N", "Y", "#ad", "paid"),
    ("N", "Y", "#gifted", "gifted"),
    ("N", "N", "Solid", "unknown"),
    ("", "Y", "Solid", "earned"),
    ("", "", "Solid", "unknown"),
    ("N", "", "Solid", "unknown"),
]
"""Vine, verified purchase, the review's words, and its origin."""


def test_earned_needs_a_verified_purchase_and_no_marker(tmp_path: Path) -> None:
    columns = ["customer_id", "review_id", "product_id", "star_rating", "vine", "verified_purchase", "review_body"]
    lines = [[*columns, "review_date"]]
    lines += [["1", f"R{n:02}", "B1", "5", *texts[:3], "2015-08-31"] for n, texts in enumerate(ORIGINS)]
    (tmp_path / "some.tsv").write_text("".join("\t".join(line) + "\n" for line in lines))
    found = read(tmp_path).tables["reviews"]["origin"].tolist()
    assert found == [origin for *_, origin in ORIGINS]


def test_without_the_vine_column_nothing_is_known_of_gifts(tmp_path: Path) -> None:
    head = "customer_id\treview_id\tproduct_id\tstar_rating\treview_date\tverified_purchase\n"
    (tmp_path / "some.tsv").write_text(f"{head}1\tR1\tB1\t5\t2015-08-31\tN\n1\tR2\tB1\t5\t2015-08-31\tY\n")
    assert read(tmp_path).tables["reviews"]["origin"].tolist() == ["unknown", "earned"]
