"""The moderator's guide of a focus group, as Markdown in English or Chinese.

It asks openly: what came up in the reviews is to come up unprompted first, no question says what the answer should be,
and nobody is asked to post anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from graphkoc.errors import UsageError
from graphkoc.files import read_toml
from graphkoc.graph.terms import HAN
from graphkoc.invite.listening.markdown import escape_markdown
from graphkoc.invite.opinions import find_spoken, measure_texts
from graphkoc.invite.themes import Theme, find_themes
from graphkoc.invite.topics import Subjects, Topic, list_elsewhere
from graphkoc.runs.run import Run

__all__ = ["read_themes", "write_guide"]

CHINESE = 0.2
"""Share of Chinese characters in all of a text from which on it is Chinese."""


def read_themes(subjects: Subjects, topic: Topic, run: Run, group: Mapping[str, Any]) -> tuple[list[Theme], int, int]:
    """The themes of free opinions in the group's language, and of how many texts by how many people they are."""
    texts = measure_texts(topic, run)
    spoken = find_spoken(texts, run)
    language = group["language"]
    own = texts[texts["free"] & texts["own"]]
    if language is not None:
        own = own[own["consumer"].map(spoken) == language]
        # Some write in two languages.
        chinese = own["text"].fillna("").str.count(f"[{HAN}]") >= CHINESE * own["text"].fillna("").str.len()
        own = own[chinese == (language == "zh")]
    others = list_elsewhere(subjects, topic)
    others = others[others.index.isin(own["consumer"])]
    names = [topic.name, topic.kind_name or "", topic.han or ""]
    known = [*names, *(name.removesuffix("s") for name in names)]
    seats = [row["consumer"] for row in group["people"]]
    return find_themes(own, others, known, subjects.products, seats), len(own), own["consumer"].nunique()


def write_guide(
    group: Mapping[str, Any], topic: Topic, themes: list[Theme], texts: int, writers: int, date: str
) -> str:
    """The guide as Markdown, in Chinese for a group in Chinese, else in English; quotes stay in their language.

    group: as `graphkoc.choose_focus_group` returns it. themes, texts, writers: as `read_themes` returns them. date: of
    the newest data.
    """
    words = _read_words("zh" if group["language"] == "zh" else "en")
    language = words["languages"].get(group["language"], group["language"]) or words["unknown_language"]
    name = topic.han if group["language"] == "zh" and topic.han else topic.name
    facts = words["facts"].format(
        name=escape_markdown(group["name"]),
        people=len(group["people"]),
        reserves=len(group["reserves"]),
        language=language,
        run=escape_markdown(group["run"]),
        date=date,
    )
    lines = [f"# {words['title'].format(topic=escape_markdown(name))}", "", facts, ""]
    lines += [words["before"], "", *_list(words["checklist"], "- [ ] "), ""]
    lines += [words["opening"], "", *_list(words["opening_lines"]), ""]
    lines += [words["unprompted"], "", *_list(words["unprompted_lines"]), ""]
    if themes:
        lines += [words["tick"], "", *_list((_name(theme) for theme in themes), "- [ ] "), ""]
        lines += [words["themes"], "", words["themes_lines"], ""]
        for number, theme in enumerate(themes, start=1):
            lines += [*_write_theme(number, theme, words), ""]
    else:
        lines += [words["themes"], "", words["no_themes"], ""]
    lines += [words["new"], "", *_list(words["new_lines"]), ""]
    lines += [words["closing"], "", *_list(words["closing_lines"]), ""]
    lines += [words["avoid"], "", *_list(words["avoid_lines"]), ""]
    lines += [words["seats"], "", *_draw_seats(group, words), ""]
    lines += [words["note"].format(texts=f"{texts:,}", writers=f"{writers:,}")]
    return "\n".join(lines) + "\n"


def _read_words(language: str) -> dict[str, Any]:
    found: dict[str, Any] = read_toml(Path(__file__).parent / "guide.toml", UsageError)[language]
    return found


def _list(lines: Iterable[str], mark: str = "- ") -> list[str]:
    return [f"{mark}{line}" for line in lines]


def _name(theme: Theme) -> str:
    """The first word of a theme, and those beside it."""
    first, *others = map(escape_markdown, theme.words)
    return f"{first} ({', '.join(others)})" if others else first


def _write_theme(number: int, theme: Theme, words: Mapping[str, Any]) -> list[str]:
    """A theme: how many bring it up, what to ask, and quotes by the ids of their reviews."""
    rated = theme.low or theme.high
    ratings = words["ratings"].format(low=theme.low, high=theme.high) if rated else words["no_ratings"]
    evidence = words["evidence"].format(people=f"{theme.people:,}", sentences=f"{theme.sentences:,}", ratings=ratings)
    if theme.critical:
        evidence += f" ({words['critical']})"
    questions = [question.format(theme=escape_markdown(theme.words[0])) for question in words["questions"]]
    quotes = [f"> {escape_markdown(sentence)} (`{review}`)" for review, _, sentence in theme.quotes]
    return [
        f"### 3.{number} {_name(theme)}",
        "",
        evidence,
        "",
        *_list(questions),
        "",
        *"\n>\n".join(quotes).split("\n"),
    ]


def _draw_seats(group: Mapping[str, Any], words: Mapping[str, Any]) -> list[str]:
    rows = [words["seats_head"], ["---"] * len(words["seats_head"])]
    for row in [*group["people"], *group["reserves"]]:
        opinions = row["opinions"]
        place = f"P{row['seat']}" if row["place"] == "roster" else f"R{row['seat']}"
        sign = words["signs"][opinions["sign"]]
        cells = [row["name"], opinions["texts"], opinions["constructive"], sign, row["circle"] or "–"]
        rows.append([place, *(escape_markdown(str(cell)) for cell in cells)])
    return [f"| {' | '.join(cells)} |" for cells in rows]
