"""Why a review was written: markers are found where people write them, and nowhere else; earned needs proof."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator

import duckdb
import pyarrow as pa
import pytest

from graphkoc import assets
from graphkoc.capture.reading import disclosure
from graphkoc.tables.schema import CANONICAL

ReviewTexts = tuple[str | None, str | None, str | None]
"""Tags, title and text."""


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(disclosure.macros())
        yield connection


def disclosed(database: duckdb.DuckDBPyConnection, reviews: list[ReviewTexts]) -> list[str | None]:
    """What each says of itself; all at once, because the patterns take longer to compile than to run."""
    columns = zip(*reviews, strict=True)
    database.register("_reviews", pa.table([pa.array(column, pa.string()) for column in columns], ["a", "b", "c"]))
    return [origin for (origin,) in database.execute("SELECT disclosed(a, b, c) FROM _reviews").fetchall()]


PAID = [
    "#ad My new kettle",
    "My new kettle #AD",
    "My new kettle\n\n#kettle #Ad #tea",
    "New kettle!(#ad)",
    "＃ad full-width sign",
    "My new kettle #sponsored.",
    "AD | My new kettle",
    "Ad: my new kettle",
    "Ad – my new kettle",
    "[Ad] my new kettle",
    "*Anzeige* Mein neuer Kessel",
    "Anzeige | Mein neuer Kessel",
    "Werbung: Mein neuer Kessel",
    "(Werbung) Mein neuer Kessel",
    "Mein Kessel #werbung #kessel",
    "Enthält Werbung. Mein Kessel",
    "In paid partnership with @kettles",
    "This post is sponsored by a maker of kettles",
    "I was paid to write this review",
    "Collaboration commerciale avec une marque",
    "#PartenariatRémunéré ma bouilloire",
    "Mi tetera #publi",
    "Publicidad: mi tetera",
    "#publicidade minha chaleira",
    "Parceria paga com a marca",
    "Il mio bollitore #ADV",
    "[REKLAMA] Mój czajnik",
    "Mój czajnik #współpracareklamowa",
    "Çaydanlığım #işbirliği",
    "Мой чайник #реклама erid: 2VtzqvE3aBc",
    "烧水壶真好用#广告",
    "烧水壶真好用 #合作[话题]#",
    "#品牌合作# 烧水壶",
    "【广告】新的烧水壶",
    "［推广］新的烧水壶",
    "本笔记含广告，烧水壶真好用",
    "本视频为品牌合作，烧水壶真好用",
    "#恰饭 了，烧水壶",
    "新しいやかん #PR",
    "【PR】新しいやかん",
    "#タイアップ 新しいやかん",
    "本投稿にはプロモーションを含みます",
    "새 주전자 #광고",
    "[협찬] 새 주전자",
    "소정의 원고료를 받고 작성한 글입니다",
]
GIFTED = [
    "#gifted My new kettle",
    "My new kettle (gifted)",
    "Kindly gifted by @kettles",
    "I received this product for free in exchange for my honest review.",
    "I received this kettle at a discount in exchange for an unbiased, honest opinion",
    "product received free or at a discount in exchange for my review",
    "I was sent this kettle free of charge, but the thoughts are mine",
    "This item was provided to me for review",
    "The product was sent to me free of charge",
    "#prsample my new kettle",
    "PR package, thank you!",
    "Arrived as a PR sample",
    "Part of the Amazon Vine program",
    "Thanks to Influenster for the VoxBox",
    "Unbezahlte Werbung, PR-Sample",
    "Wurde mir kostenlos zur Verfügung gestellt",
    "Zum Testen erhalten",
    "Produit offert par la marque",
    "En échange d’un avis",
    "A cambio de mi opinión",
    "Prodotto fornito da un marchio",
    "Meus #recebidos da semana",
    "烧水壶 #赠品",
    "烧水壶#寄样 真好用",
    "感谢品牌方送测",
    "品牌方寄来的样品，用了一周",
    "免费试用活动收到的烧水壶",
    "收到了免费试用",
    "やかん #商品提供",
    "メーカー様よりご提供いただきました",
    "주전자 #체험단",
    "제품을 무상으로 제공받아 작성",
]
INVITED = [
    "#invited for tea",
    "I was invited to try the new kettle",
    "#hostedstay by the sea",
    "Went to a press trip",
    "Yelp Elite event last night",
    "受邀体验新的烧水壶",
    "受品牌方邀请来喝茶",
    "#新品体验官 烧水壶",
    "ご招待いただきました",
]
SILENT = [
    "",
    "A kettle.",
    "#adventure with a kettle",
    "#addicted to tea",
    "#adé and #ad_hoc and #ads4",
    "The ad said it was quiet, and the ads lied",
    "Bad kettle; glad I returned it",
    "Ad-free and quiet",
    "In 476 (AD) there were no kettles",
    "See https://example.com/kettle#ad and https://example.com/?a=#pr",
    "r#ad",
    "&#34;Great&#34; kettle",
    "my PR is 3:59 and my PR agent is happy",
    "As sponsored athletes know",
    "The kettle was sponsored",
    "This is not an #ad",
    "Not sponsored. I bought it myself.",
    "This is not a sponsored post and I wasn't paid to write this",
    "#notsponsored #notanad #unsponsored",
    "I have never been paid for this review",
    "No paid partnership here",
    "In der Werbung sah er größer aus; eine Anzeige gibt es nicht",
    "Keine bezahlte Werbung",
    "Unbezahlte Werbung",
    "#werbungunbezahlt #unbezahltewerbung",
    "La publicidad decía otra cosa",
    "Geschenk von meiner Oma",
    "A gift from my husband, gifted by my sister too",
    "Free shipping, and they sent me a new one free of charge when it broke",
    "I received this as a gift and exchanged it",
    "They offered a refund in exchange for removing it",
    "They offered 20 dollars in exchange for a positive review",
    "I was invited to a wedding and brought a kettle",
    "I want a free sample",
    "divine vineyard",
    "这不是广告，自费购买",
    "非广告 无广 没有收钱",
    "看了广告才买的，广告没有骗人",
    "合作愉快，商务合作请私信",
    "不是#广告",
    "农业#合作社 #广告创意[话题]#",
    "商家赠送了小样",
    "可以免费试用七天",
    "朋友邀请我来的",
    "広告で見て買いました",
    "광고 보고 샀어요",
    "Robert'); DROP TABLE reviews; --",
    "#" * 5_000,
    "not " * 5_000 + "a kettle",
]


TAGS = {
    "kettle ad tea": "paid",
    "#kettle #ad": "paid",
    "  广告  ": "paid",
    "茶 赠品": "gifted",
    "体验官": "invited",
    "kettle adventure 广告创意": None,
    "": None,
}


def test_markers_are_found_as_people_write_them_and_their_look_alikes_are_not(
    database: duckdb.DuckDBPyConnection,
) -> None:
    examples = {"paid": PAID, "gifted": GIFTED, "invited": INVITED, None: SILENT}
    expected = {text: origin for origin, texts in examples.items() for text in texts}
    wrong = []
    for place in ("in the text", "in the title", "on a line of its own"):
        reviews: list[ReviewTexts] = []
        for text in expected:
            title = text if place == "in the title" else "A kettle"
            inside = "It boils.\n" + text + "\nIt is loud." if place == "on a line of its own" else text
            reviews.append((None, title, None if place == "in the title" else inside))
        found = dict(zip(expected, disclosed(database, reviews), strict=True))
        wrong += [(place, text[:80], found[text], origin) for text, origin in expected.items() if found[text] != origin]
    assert wrong == []


def test_tags_are_whole(database: duckdb.DuckDBPyConnection) -> None:
    assert disclosed(database, [(tags, "A kettle", "It boils") for tags in TAGS]) == list(TAGS.values())


def test_of_several_markers_the_strongest_counts_and_what_is_denied_leaves_the_others(
    database: duckdb.DuckDBPyConnection,
) -> None:
    expected = {
        "#gifted #ad #invited": "paid",
        "#invited, and then it was #gifted": "gifted",
        "Not a sponsored post, but the kettle was #gifted": "gifted",
    }
    assert disclosed(database, [(None, None, text) for text in expected]) == list(expected.values())


def test_a_marker_does_not_reach_from_the_title_into_the_text(database: duckdb.DuckDBPyConnection) -> None:
    assert disclosed(database, [(None, "I was paid", "to write this review"), (None, None, None)]) == [None, None]


@pytest.mark.parametrize("word", ["paid", "gifted", "invited"])
@pytest.mark.parametrize("proof", [True, False, None])
def test_earned_needs_proof_and_no_marker(database: duckdb.DuckDBPyConnection, word: str, proof: bool | None) -> None:
    assert database.execute("SELECT origin_of($1, $2)", [word, proof]).fetchall() == [(word,)]
    unmarked = database.execute("SELECT origin_of(NULL, $1::BOOLEAN)", [proof]).fetchall()[0][0]
    assert unmarked == ("earned" if proof else "unknown")


def test_every_origin_can_be_stored() -> None:
    allowed = next(column.choices for column in CANONICAL["reviews"] if column.name == "origin")
    assert {*disclosure.ORIGINS, "earned", "unknown"} == set(allowed)


def test_the_words_are_lower_case_and_tags_are_one_word() -> None:
    known = tomllib.loads((assets.folder("loaders") / "origin.toml").read_text(encoding="utf-8"))
    for name in disclosure.ORIGINS:
        for kind, words in known[name].items():
            assert len(set(words)) == len(words), (name, kind)
            bare = [re.sub(r"\\.", "", word) for word in words]
            assert bare == [word.lower() for word in bare], (name, kind)
        assert all(re.fullmatch(r"\w+", tag) for tag in known[name]["tags"])
