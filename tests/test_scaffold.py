"""Loaders drafted for tables of unknown columns: guessed by content, shown, agreed to, and without contacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sources import NOW, file_counts, rows

from graphkoc.capture import contacts, load, sources
from graphkoc.cli import cli
from graphkoc.errors import DataError

KEY = contacts.keys(lambda: b"secret")


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHKOC_KEY", "secret")


def scaffold(folder: Path, text: str, name: str = "table.csv") -> tuple[Any, load.Loaded]:
    """The scaffold of a file with this text, and what its loader makes of the file."""
    (folder / name).write_text(text)
    made = sources.find_source("csv").scaffold([folder / name], folder / "loaders" / "shop")
    return made, load.read(sources.find_source(f"{folder}/loaders/shop"), [folder / name], now=NOW)


def written(folder: Path) -> str:
    """All that stands in a loader's files."""
    return "\n".join(path.read_text() for path in sorted(folder.rglob("*")) if path.is_file())


# What a column is.


def test_a_column_that_repeats_is_no_id_whatever_it_is_called(tmp_path: Path) -> None:
    made, loaded = scaffold(
        tmp_path,
        "Kunde;Artikel;Bewertung;Datum;Text\nAnna;Creme;5;01.10.2025;Super\nBea;Creme;5;02.10.2025;Toll\n"
        "Cara;Serum;4;03.10.2025;Gut\n",
    )
    assert made.columns["reviews"]["rating"] == "Bewertung"
    assert "review" not in made.columns["reviews"]
    assert rows(loaded.tables["reviews"], "consumer", "product", "rating") == [
        ("shop:Anna", "shop:Creme", 5.0),
        ("shop:Bea", "shop:Creme", 5.0),
        ("shop:Cara", "shop:Serum", 4.0),
    ]


def test_the_same_name_is_an_id_where_no_two_rows_share_it(tmp_path: Path) -> None:
    made, _ = scaffold(tmp_path, "Bewertung,Kunde,Sterne\nR-17,ann,5\nR-18,bob,5\n")
    assert made.columns["reviews"] == {"review": "Bewertung", "consumer": "Kunde", "rating": "Sterne"}


def test_five_different_stars_are_no_ids(tmp_path: Path) -> None:
    made, _ = scaffold(tmp_path, "Kunde,Bewertung,Datum\na,5,2025-01-01\nb,4,2025-01-02\nc,3,2025-01-03\n")
    assert made.columns["reviews"]["rating"] == "Bewertung"


def test_a_column_is_not_what_its_cells_contradict(tmp_path: Path) -> None:
    made, _ = scaffold(tmp_path, "user,rating,date,link\nann,great,soon,none\nbob,poor,later,none\n", "reviews.csv")
    assert made.columns == {"reviews": {"consumer": "user"}}
    assert made.unused == {"reviews.csv": ("rating", "date", "link")}


def test_stars_a_date_and_long_text_make_a_review_where_no_header_is_known(tmp_path: Path) -> None:
    made, loaded = scaffold(
        tmp_path,
        "c1,c2,c3,c4,c5\n"
        "Anna,Cream,5,2025-10-01,It made my skin soft within two weeks\n"
        "Bea,Cream,4,2025-10-02,Good but the smell is far too strong\n"
        "Cara,Serum,2,2025-10-03,It burns and I had to return the bottle\n",
    )
    assert made.columns == {
        "reviews": {"consumer": "c1", "product": "c2", "rating": "c3", "created_at": "c4", "text": "c5"}
    }
    assert file_counts(loaded) == {"table.csv": (3, 3, 0, 0)}


def test_a_plugins_reviews_are_not_products_because_their_products_repeat(tmp_path: Path) -> None:
    made, loaded = scaffold(
        tmp_path,
        "title,body,rating,review_date,reviewer_name,reviewer_email,product_id,product_handle,picture_urls\n"
        "Super,My skin feels so soft,5,2025-08-06 19:33:00 UTC,Bea Lange,bea@example.com,8102,night-cream,\n"
        '"ok",Delivery took 9 days,3,2025-09-11 21:28:00 UTC,Bea Lange,other@example.com,8102,night-cream,'
        '"https://x.example/1.jpg,https://x.example/2.jpg"\n',
    )
    assert made.columns["consumers"] == {"email": "reviewer_email", "name": "reviewer_name"}
    reviews, people = loaded.tables["reviews"], loaded.tables["consumers"]
    columns = ("product", "rating", "title", "text", "media")
    assert sorted(rows(reviews, *columns)) == [
        ("shop:8102", 3.0, "ok", "Delivery took 9 days", 2),
        ("shop:8102", 5.0, "Super", "My skin feels so soft", None),
    ]
    # Namesakes are two people, because their addresses are.
    assert set(rows(people, "name", "contact_key")) == {
        ("Bea Lange", KEY("bea@example.com", "")),
        ("Bea Lange", KEY("other@example.com", "")),
    }
    assert rows(loaded.tables["products"], "product", "title") == [("shop:8102", "night-cream")]


def test_names_of_several_words_are_understood_by_their_parts(tmp_path: Path) -> None:
    made, loaded = scaffold(
        tmp_path,
        "Review Id,Review Created (UTC),Review Consumer User ID,Review Username,User Email,Review Title,Review Content,"
        "Review Stars,Source Of Review\n"
        "r1,2026-05-11 02:47:00,00b,Bea Koch,bea@example.com,Great shop,Absorbs quickly,5,Organic\n"
        "r2,2025-09-07 08:28:00,027,Yara Neumann,yara@example.com,Great shop,A little goes a long way,5,Invitation\n",
    )
    assert made.columns["reviews"] == {
        "review": "Review Id",
        "consumer": "Review Consumer User ID",
        "rating": "Review Stars",
        "title": "Review Title",
        "text": "Review Content",
        "created_at": "Review Created (UTC)",
    }
    assert rows(loaded.tables["consumers"], "consumer", "name", "contact_key") == [
        ("shop:00b", "Bea Koch", KEY("bea@example.com", "")),
        ("shop:027", "Yara Neumann", KEY("yara@example.com", "")),
    ]


def test_comments_on_posts_are_engagements_with_the_post_by_its_address(tmp_path: Path) -> None:
    post = "https://www.tiktok.com/@paula/video/7300000000000000000"
    made, loaded = scaffold(
        tmp_path,
        "videoWebUrl,input,cid,createTime,createTimeISO,text,diggCount,repliesToId,uid,uniqueId\n"
        f"{post},{post},7052378777925040215,1714557600,2024-05-01T10:00:00.000Z,where?,1.2K,,6800000000000000012,sina\n"
        f"{post},{post},7259318100993975202,1714557601,2024-05-01T10:00:01.000Z,nice,9,,6800000000000000103,jonas\n",
    )
    assert set(made.columns) == {"engagements"}
    assert rows(loaded.tables["engagements"], "engagement", "consumer", "review", "kind", "likes") == [
        ("shop:7052378777925040215", "shop:6800000000000000012", post, "comment", 1200),
        ("shop:7259318100993975202", "shop:6800000000000000103", post, "comment", 9),
    ]


def test_stars_out_of_ten_become_stars_out_of_five(tmp_path: Path) -> None:
    _, loaded = scaffold(tmp_path, "user,stars\nann,10\nbob,7\ncem,9.5\n")
    assert sorted(loaded.tables["reviews"]["rating"]) == [3.5, 4.75, 5.0]


@pytest.mark.parametrize(
    ("other", "times"),
    [
        ("31/12/2024", {"2024-04-03", "2024-12-31"}),
        ("12/31/2024", {"2024-03-04", "2024-12-31"}),
        ("31.12.2024", {"2024-12-31"}),
    ],
)
def test_the_column_decides_which_part_is_the_day_and_otherwise_no_such_day_is_read(
    tmp_path: Path, other: str, times: set[str]
) -> None:
    _, loaded = scaffold(tmp_path, f"user,stars,date\nann,5,03/04/2024\nbob,4,{other}\n")
    assert set(loaded.tables["reviews"]["created_at"].dt.strftime("%Y-%m-%d")) == times
    assert len(loaded.rejects) == 2 - len(times)


def test_orders_with_notes_and_small_amounts_are_no_reviews(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(
        "Name,Email,Created at,Total Orders,Tax 1 Value,Lineitem name,Notes\n"
        "#1001,ann@example.com,2024-05-20 10:00:00,3,1.2,Cream,Please ring at the door of the neighbour\n"
        "#1001,ann@example.com,2024-05-20 10:00:00,3,1.2,Serum,Please ring at the door of the neighbour\n"
        "#1002,bob@example.com,2024-05-21 10:00:00,1,2.4,Cream,Leave it with the neighbour on the left\n"
    )
    with pytest.raises(DataError, match=r"orders\.csv looks like no table") as refused:
        sources.find_source("csv").scaffold([tmp_path / "orders.csv"], tmp_path / "shop")
    assert "sources scaffold crm" in refused.value.hint


def test_a_list_of_customers_is_one_of_consumers_whatever_it_counts(tmp_path: Path) -> None:
    made, loaded = scaffold(
        tmp_path,
        "First Name,Email,MEMBER_RATING,Orders,OPTIN_TIME\nAnn,ann@example.com,2,4,2024-05-01\n"
        "Bob,bob@example.com,2,1,2024-05-02\n",
    )
    assert set(made.columns) == {"consumers"}
    assert rows(loaded.tables["consumers"], "name", "contact_key") == sorted(
        [("Ann", KEY("ann@example.com", "")), ("Bob", KEY("bob@example.com", ""))],
        key=lambda row: row[1],
    )


def test_a_product_name_is_nobodys_name_and_a_nickname_is_no_id_beside_an_address(tmp_path: Path) -> None:
    made, _ = scaffold(
        tmp_path,
        "nickname,mail,Product Name,stars,comment\nann,a@example.com,Tea,5,good\nann,b@example.com,Tea,4,fine\n",
    )
    assert made.columns["consumers"] == {"email": "mail", "name": "nickname"}
    assert made.columns["reviews"]["product"] == "Product Name"


# What others may see.


def test_no_contact_gets_into_a_loader(tmp_path: Path) -> None:
    made, loaded = scaffold(
        tmp_path,
        "user,stars,comment,Telefon,mail,note\n"
        "ann,5,write to ann@example.com,030 1234567,ann@example.org,+49 151 23456789\n"
        "bob,4,good,-,bob@example.org,\n",
    )
    everything = written(made.folder)
    assert "example.com" not in everything and "example.org" not in everything
    assert "1234567" not in everything and "23456789" not in everything
    fixture = (made.folder / "fixture" / "table.csv").read_text().splitlines()
    assert fixture[1] == "ann,5,write to [@],[☎],[@],[☎]"
    assert "ann@example.com" not in loaded.rejects.to_csv()
    assert rows(loaded.tables["consumers"], "consumer", "contact_key") == [
        ("shop:ann", KEY("ann@example.org", "")),
        ("shop:bob", KEY("bob@example.org", "")),
    ]


# The command.

TABLE = "Kunde,Artikel,Bewertung,Datum\n" + "".join(f"k{i},tee,{i % 5 + 1},2024-01-{i + 1:02}\n" for i in range(9))


def command(*words: str, answer: str | None = None) -> Any:
    done = CliRunner().invoke(cli, ["-q", "sources", "scaffold", "csv", *words], input=answer)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a table, where one stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.csv").write_text(TABLE)
    return tmp_path


def test_three_rows_are_shown_as_they_would_be_read_and_nothing_is_asked_away_from_a_terminal(place: Path) -> None:
    shown = command("shop.csv").stdout
    assert shown.count("review: shop:k") == 3
    assert "rating: 1.0" in shown
    assert (place / "loaders" / "shop" / "reviews.sql").is_file()


def test_rows_that_cannot_be_read_are_counted_with_a_reason(place: Path) -> None:
    (place / "shop.csv").write_text(TABLE + "k9,tee,eleven,2024-01-10\n")
    made = json.loads(command("shop.csv", "--format", "json").stdout)
    assert (made["read"], made["rejected"], made["table"], len(made["rows"])) == (10, 1, "reviews", 3)
    assert "1 of 10 rows cannot be read: rating is not a number" in command("shop.csv", "--name", "b").stdout


@pytest.mark.parametrize(("answer", "kept"), [("\n", True), ("y\n", True), ("n\n", False)])
def test_on_a_terminal_a_loader_is_kept_where_one_agrees(
    place: Path, monkeypatch: pytest.MonkeyPatch, answer: str, kept: bool
) -> None:
    monkeypatch.setattr("graphkoc.cli.scaffold.can_ask", lambda: True)
    done = command("shop.csv", answer=answer)
    assert "'Bewertung' as reviews.rating" in done.stderr
    assert done.stderr.index("review: shop:k") < done.stderr.index("Keep it? [Y/n]")
    assert (place / "loaders" / "shop").exists() == kept
    assert ("Nothing was written." in done.stdout) == (not kept)


def test_yes_asks_nothing(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphkoc.cli.scaffold.can_ask", lambda: True)
    assert "Keep it?" not in command("shop.csv", "--yes").stderr
    assert (place / "loaders" / "shop").is_dir()


def test_a_mapping_that_is_not_agreed_to_is_not_left_beside_the_files(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "orders.csv").write_text("order id,customer,sku,email\n1,7,K1,ann@example.com\n")
    monkeypatch.setattr("graphkoc.cli.scaffold.can_ask", lambda: True)
    done = CliRunner().invoke(cli, ["-q", "sources", "scaffold", "crm", "orders.csv"], input="n\n")
    assert "consumer: crm:7" in done.stderr
    assert "example.com" not in done.output
    assert sorted(path.name for path in place.iterdir()) == ["orders.csv", "shop.csv"]


def test_without_a_key_the_rows_are_shown_all_the_same(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAPHKOC_KEY")
    (place / "mails.csv").write_text("mail,stars,date\nann@example.com,5,2024-01-01\nbob@example.com,4,2024-01-02\n")
    shown = command("mails.csv").stdout
    assert shown.count("consumer: mails:contact-") == 2
    assert "example.com" not in shown
