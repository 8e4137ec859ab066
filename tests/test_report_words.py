"""The words of the report: both catalogues are whole, every string is used, and none says more than the data show."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

import graphkoc
from graphkoc.qualify.gates.words import GATES
from graphkoc.report import make_document, render
from graphkoc.report.catalogue import LANGUAGES, Catalogue, read_catalogue
from graphkoc.report.glossary import read_glossary

REPORT = Path(graphkoc.__file__).parent / "report"
CODE = [path for suffix in ("*.py", "*.j2") for path in sorted(REPORT.rglob(suffix))]
KEY = r"[a-z]+\.[^\W\d]\w*"

CAUSAL = {
    "en": r"\b(brings?|brought|drives?|drove|driven|generates?d?|generating|causes?d?|leads? to|led to|results? in|"
    r"triggers?|triggered|converts?|converted|thanks to)\b",
    "zh": "带动|带来|转化|促成|导致|引起|引发|驱动|拉动|催生",
}
NO_CAUSE = {"en": r"does not show that anyone caused|\b(no|no proof of|not) cause\b", "zh": "不说明任何人促成"}
DIALECT = (
    r"\b((?<!cannot be )told|(?<!What they )said|says|she|hers?|he|his|him|by lot|dealt|stands? out|at odds|mind:)\b"
)

NAMES = {"KOC", "KOL", "CPE", "CPM", "MCN", "One", "ID", "graphkoc", "PageRank", "Neo4j"}
NAMES |= {"Instagram", "TikTok", "YouTube", "Vine", "xlsx"}
"""Latin words of the trade, and names, which Chinese keeps."""
LATIN = r"[A-Za-z][A-Za-z0-9’'-]*"
COMMAND = r"graphkoc( [a-z-]+)+"


def strings(language: str) -> dict[str, str]:
    """Every string by key; the forms of a noun and the months under keys of their own."""
    found: dict[str, str] = {}
    for key, value in read_catalogue(language).items():
        found |= {key: value} if isinstance(value, str) else {f"{key}.{i}": one for i, one in enumerate(value)}
    return found


def placeholders(value: Any) -> set[str]:
    forms = [value] if isinstance(value, str) else value
    return {name for form in forms for name in re.findall(r"\{(\w+)\}", form)}


def used_keys() -> tuple[set[str], set[str]]:
    """The keys that stand in the code, and the beginnings of those that it puts together."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in CODE)
    whole = set(re.findall(rf"""["']({KEY})["']""", text))
    begun = set(re.findall(r"""["']([a-z]+\.\w*)\{""", text)) | set(re.findall(r"""["']([a-z]+\.\w*)["'] ~""", text))
    begun |= set(re.findall(r"""["']([a-z]+\.\w*)["'] \+""", text))
    ends = set(re.findall(r"""~ ["'](\.\w+)["']""", text))
    nouns = {f"nouns.{noun}" for line in text.splitlines() if "count(" in line for noun in re.findall(r'"(\w+)"', line)}
    lists = {f"nouns.{noun}" for pair in re.findall(r"\(\"\w+\", \"(\w+)\"\)", text) for noun in [pair]}
    return whole | nouns | lists | {f"{table}{end}" for end in ends for table in tables()}, begun


def tables() -> set[str]:
    return {key.partition(".")[0] for key in read_catalogue("en")}


def test_both_catalogues_have_the_same_keys_with_the_same_placeholders() -> None:
    en, zh = (read_catalogue(language) for language in LANGUAGES)
    assert sorted(en) == sorted(zh)
    assert {key: placeholders(en[key]) for key in en} == {key: placeholders(zh[key]) for key in en}


def test_every_string_is_used_and_every_string_that_is_used_exists() -> None:
    catalogue, (whole, begun) = read_catalogue("en"), used_keys()
    unused = [key for key in catalogue if key not in whole and not any(key.startswith(start) for start in begun)]
    assert unused == []
    calls = "\n".join(path.read_text(encoding="utf-8") for path in CODE)
    asked = set(re.findall(rf"""\b(?:say|self|words|_words)\(\s*["']({KEY})["']\s*[,)]""", calls))
    assert sorted(asked - set(catalogue)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_string_says_that_anyone_causes_what_others_do(language: str) -> None:
    for key, text in strings(language).items():
        found = re.search(CAUSAL[language], re.sub(NO_CAUSE[language], "", text), re.IGNORECASE)
        assert not found, f"{key}: {found[0]}"


def test_english_is_plain() -> None:
    for key, text in strings("en").items():
        found = re.search(DIALECT, text, re.IGNORECASE)
        assert not found, f"{key}: {found[0]}"


def test_chinese_strings_have_no_english() -> None:
    for key, text in strings("zh").items():
        words = set(re.findall(LATIN, re.sub(rf"\{{\w+\}}|{COMMAND}", "", text)))
        assert key == "page.language" or words <= NAMES, f"{key}: {words - NAMES}"


def test_the_chinese_glossary_has_the_terms_of_the_english_one_and_no_english() -> None:
    en, zh = read_glossary("en"), read_glossary("zh")
    assert len(en) == len(zh)
    assert all(meaning.endswith("。") for meaning in zh.values())
    assert set(re.findall(LATIN, " ".join([*zh, *zh.values()]))) <= NAMES


def test_every_check_has_words_in_both_languages() -> None:
    for language in LANGUAGES:
        say = Catalogue(language)
        for gate in GATES:
            assert say.has(f"details.check_{gate.name}")
            assert say.has(f"details.passes_{gate.name}")


@pytest.mark.parametrize("fixture", ["small_run", "ciao_run"])
def test_a_chinese_page_has_no_english_but_data(fixture: str, request: pytest.FixtureRequest) -> None:
    run: graphkoc.Run = request.getfixturevalue(fixture)
    page = render(make_document(run, "zh"))
    body = re.sub(r"<(head|script|code|q)\b.*?</\1>|<[^>]+>", " ", re.sub("</?b>", "", page), flags=re.DOTALL)
    words = set(re.findall(LATIN, re.sub(COMMAND, "", html.unescape(body))))
    assert sorted(words - NAMES - data_words(run)) == []


def data_words(run: graphkoc.Run) -> set[str]:
    """The Latin words of what the data name: people, platforms, product types, niches and circles, brands, files."""
    texts = [run.name, str(run.info["settings"]), *(load["source"] for load in run.info["loads"])]
    columns = {
        "people": ("consumer", "name", "handle", "platform", "main_type", "audience_subject", "niche", "circle"),
        "accounts": ("account", "name", "handle", "platform"),
        "niches": ("niche", "name", "category"),
        "circles": ("circle", "name", "niches"),
        "posts": ("title", "type", "brand", "platform", "quote"),
    }
    for table, names in columns.items():
        for row in run.rows(table, list(names)):
            texts += [str(value) for value in row.values() if value is not None]
    words = {word for text in texts for word in re.findall(LATIN, text)}
    return words | {f"{word[0].upper()}{word[1:]}" for word in words}
