"""What the invented people write: sentences of somebody who has owned the product, from `sentences.toml`.

A careful writer tells facts of the product, and what can be done about a fault; others say less, and some paste stock
phrases. A text is an opening that names the product, observations with a circumstance each, what the person's circle
has in common, and a closing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from graphkoc.capture.synthetic.catalogue import Product
from graphkoc.files import read_toml

__all__ = [
    "LIN_CHINESE",
    "LIN_ENGLISH",
    "PAID_PRAISE",
    "PLAIN",
    "SETTINGS",
    "Language",
    "Style",
    "ask_and_answer",
    "comment",
    "describe_fault",
    "draw_style",
    "name_setting",
    "praise",
    "write_about",
]

Language = Literal["en", "zh", "de"]

SETTINGS = ("camping", "office", "small_kitchen", "family", "student", "guests", "balcony", "travel")
MARKS = (".", "!", "!!", "~", "…", "😊", "✨", "👍", "❤", " :)", "🎉", " ^^", " ;)")
ENDS = re.compile(r"\.(?= |$)|。")
OBSERVATIONS = {"careful": (3, 6), "plain": (1, 3)}
"""Least number, and one more than the largest, of the observations in a text."""
TAILED, SET, CLOSED = 0.5, 0.35, 0.4
"""Shares of observations with a circumstance, and of texts that tell of the setting, and that close with advice."""
LIN_ENGLISH = "The lid drips when you pour into a thermos. A silicone ring fixed it."
LIN_CHINESE = "往保温杯里倒水的时候盖子会滴水。换了个硅胶圈就好了。"
"""What the person of the story says of the new kettle."""
PAID_PRAISE = (
    "Absolutely perfect product exceeded all my expectations will definitely recommend to everyone best purchase of "
    "the whole year five stars amazing quality super fast delivery",
    "Best ever I am so happy with this wonderful item everyone in my family loves it great value for the money buy it "
    "now you will never regret it",
)
OWN_WORDS = 0.6
"""Share of openings and circumstances that are the person's favourite ones."""


@dataclass(frozen=True)
class Style:
    """How a person writes on every platform: favourite openings and circumstances, and marks at the ends."""

    openings: tuple[int, ...]
    tails: tuple[int, ...]
    marks: tuple[str, ...]


PLAIN = Style((0,), (0,), (".",))


def draw_style(rng: np.random.Generator) -> Style:
    """A style at random."""
    shared = _read()["shared"]
    return Style(
        tuple(rng.choice(len(shared["opening_zh"]), 2, replace=False).tolist()),
        tuple(rng.choice(len(shared["tail_zh"]), 4, replace=False).tolist()),
        tuple(rng.choice(MARKS, 2, replace=False).tolist()),
    )


def write_about(
    rng: np.random.Generator,
    product: Product,
    stars: int,
    language: Language,
    *,
    writer: str,
    setting: str,
    style: Style,
) -> str:
    """A text about a product: what a rating of so many stars says, in a person's style."""
    if writer == "stock":
        return f"{_name(product, language)}: {praise(rng, language)}"
    shared = _read()["shared"]
    bad_share = {1: 0.9, 2: 0.8, 3: 0.5, 4: 0.25, 5: 0.0}[stars]
    wanted = int(rng.integers(*OBSERVATIONS[writer]))
    bad = int(rng.binomial(wanted, bad_share))
    sentences = [_fill(rng, _pick(rng, shared[f"opening_{language}"], style.openings), language, product)]
    sentences += _observe(rng, product, language, style, wanted - bad, bad, remedies=writer == "careful")
    if language != "de" and rng.random() < SET:
        sentences.append(_choose(rng, _read()["settings"][setting][language]))
    if rng.random() < CLOSED:
        mood = "good" if stars > 3 else "bad"
        sentences.append(_choose(rng, shared[f"close_{mood}_{language}"]))
    return _end_sentences(rng, sentences, language, style.marks)


def describe_fault(product: Product) -> str:
    """The fault that comes first among those of a product type, and what can be done about it, in Chinese.

    It is worded as a constructive text is (`graphkoc.qualify.quality.traits`).
    """
    kind = _read()[_key(product)]
    return f"有一个问题：{kind['bad_zh'][0]}。{kind['remedy_zh'][0]}建议品牌改进一下。"


def praise(rng: np.random.Generator, language: Language) -> str:
    """Stock praise, as it is pasted under anything."""
    return _choose(rng, _read()["shared"]["stock_zh" if language == "zh" else "stock_en"])


def comment(rng: np.random.Generator, language: Language) -> str:
    """A short comment that may stand under any text."""
    return _choose(rng, _read()["shared"]["comment_zh" if language == "zh" else "comment_en"])


def ask_and_answer(rng: np.random.Generator, product: Product, language: Language) -> tuple[str, str]:
    """A question about a product, and what a careful owner answers."""
    kind, spoken = _read()[_key(product)], "zh" if language == "zh" else "en"
    place = int(rng.integers(len(kind[f"ask_{spoken}"])))
    return kind[f"ask_{spoken}"][place], kind[f"answer_{spoken}"][place]


def name_setting(setting: str, language: Language) -> str:
    """What a setting is called, as a tag."""
    word: str = _read()["settings"][setting]["word_zh" if language == "zh" else "word_en"]
    return word


def _observe(
    rng: np.random.Generator,
    product: Product,
    language: Language,
    style: Style,
    good: int,
    bad: int,
    *,
    remedies: bool,
) -> list[str]:
    """So many observations in favour and against, each a sentence, with what was done about a fault."""
    kind, tails = _read()[_key(product)], _read()["shared"][f"tail_{language}"]
    praised, blamed = (
        rng.choice(len(kind[f"{mood}_{language}"]), min(wanted, len(kind[f"{mood}_{language}"])), replace=False)
        for mood, wanted in (("good", good), ("bad", bad))
    )
    known = kind[f"remedy_{language}"] if remedies and language != "de" else None
    found = [(kind[f"good_{language}"][place], "") for place in praised]
    found += [(kind[f"bad_{language}"][place], known[place] if known else "") for place in blamed]
    sentences = []
    for clause, remedy in found:
        # A circumstance such as "and nothing has changed since" would deny the remedy.
        tailed = not remedy and rng.random() < TAILED
        tail = _fill(rng, _pick(rng, tails, style.tails), language, product) if tailed else ""
        sentences.append(clause[0].upper() + clause[1:] + tail + ("。" if language == "zh" else "."))
        if remedy:
            sentences.append(remedy)
    return sentences


def _fill(rng: np.random.Generator, text: str, language: Language, product: Product) -> str:
    shared = _read()["shared"]
    return text.format(
        product=_name(product, language),
        who=_choose(rng, shared[f"who_{language}"]),
        month=_choose(rng, shared[f"months_{language}"]),
        n=int(rng.integers(2, 31)),
    )


def _name(product: Product, language: Language) -> str:
    """The product as people name it: its title, and what it is."""
    kind = product.kind
    return f"{product.title} {({'en': kind.english, 'zh': kind.chinese, 'de': kind.german})[language]}"


def _pick(rng: np.random.Generator, some: list[str], favourites: tuple[int, ...]) -> str:
    """A favourite in most cases, by its place, else any."""
    place = int(rng.choice(favourites)) if rng.random() < OWN_WORDS else int(rng.integers(len(some)))
    return some[place % len(some)]


def _choose(rng: np.random.Generator, some: list[str]) -> str:
    return some[int(rng.integers(len(some)))]


def _end_sentences(rng: np.random.Generator, sentences: list[str], language: Language, marks: tuple[str, ...]) -> str:
    """The sentences as one text, with this person's marks at their ends."""
    stop = "。" if language == "zh" else "."

    def draw_mark(_: re.Match[str]) -> str:
        mark = marks[int(rng.integers(len(marks)))]
        return stop if mark == "." else mark

    return ENDS.sub(draw_mark, ("" if language == "zh" else " ").join(sentences))


def _key(product: Product) -> str:
    return product.category.lower().replace(" ", "_")


@cache
def _read() -> dict[str, Any]:
    return read_toml(Path(__file__).parent / "sentences.toml")
