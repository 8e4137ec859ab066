"""The brief of one person as Markdown, in English or Chinese: what is asked of them, and what is free.

It asks for an opinion, whatever it is. What became of earlier findings is in it so that people try it, not so that they
praise it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from graphkoc.errors import UsageError
from graphkoc.files import read_toml
from graphkoc.invite.listening.finding_states import CLOSED, FINDING_LANGUAGES
from graphkoc.invite.listening.markdown import escape_markdown
from graphkoc.invite.listening.points import name_point
from graphkoc.text import display_name, is_missing

__all__ = ["write_brief"]

WORDING = Path(__file__).with_name("brief.toml")
WEB, UNSAFE = re.compile(r"https?://", re.IGNORECASE), re.compile(r"[\s<>]")
LONGEST = 600
"""Characters of a note."""


def write_brief(
    campaign: Mapping[str, Any],
    person: Mapping[str, Any],
    language: str,
    *,
    label: str | None = None,
    needs_filing: bool = False,
    terms: Sequence[str] = (),
    findings: Iterable[Mapping[str, Any]] = (),
) -> str:
    """The brief of a person.

    campaign: name, product, client and ends (a day, or null). person: name, platform and, as far as they are known,
    variant, code, link, filing, starts and ends (of posting, in place of the campaign's end), rights_until,
    exclusive_until.
    label: what the post has to say; None for nothing. terms: search terms. findings: words, people, critical,
    status and note of each; those that are open stay out. Raises UsageError for a language that there is no brief in.
    """
    if language not in FINDING_LANGUAGES:
        raise UsageError(f"there is no brief in {language!r}", hint=f"There are: {', '.join(FINDING_LANGUAGES)}.")
    words = _read_wording()[language]
    shown = {
        "product": _show(campaign.get("product")) or words["to_fill"],
        "name": _show(person.get("name")) or words["to_fill"],
        "platform": _show(words["platforms"].get(person.get("platform"), person.get("platform"))) or words["to_fill"],
        "campaign": _show(campaign["name"]),
        "client": _fill(words["of_client"], "client", campaign.get("client")),
        "variant": _fill(words["variant"], "variant", person.get("variant")),
    }
    lines = [f"# {words['title'].format(**shown)}", "", words["for_whom"].format(**shown), ""]
    lines += [words["product"], "", words["product_line"].format(**shown), ""]
    lines += [words["asked"], "", *(f"- {line.format(**shown)}" for line in words["asked_lines"]), ""]
    lines += [words["do"], "", *(f"- {line}" for line in words["do_lines"]), ""]
    lines += [words["avoid"], "", *(f"- {line}" for line in words["avoid_lines"]), ""]
    if closed := [_describe_finding(finding, words, language) for finding in findings if finding["status"] in CLOSED]:
        lines += [words["findings"], "", *(f"- {line}" for line in closed), "", words["findings_line"], ""]
    lines += [words["terms"], ""]
    lines += (
        [words["terms_line"], "", *(f"- {_show(term)}" for term in terms), ""] if terms else [words["no_terms"], ""]
    )
    lines += [words["label"], "", *_write_label(label, needs_filing, person, words), ""]
    lines += [words["dates"], "", *_write_dates(campaign, person, words), ""]
    lines += [words["code"], "", *_write_codes(person, words), ""]
    return "\n".join([*lines, words["notice"]]) + "\n"


def _describe_finding(finding: Mapping[str, Any], words: Mapping[str, Any], language: str) -> str:
    note = _fill(words["with_note"], "note", (finding["note"] or "").rstrip(".。"))
    theme = escape_markdown(name_point(finding["words"], language))
    return str(words[finding["status"]].format(theme=theme, people=finding["critical"] or finding["people"], note=note))


def _write_label(
    label: str | None, needs_filing: bool, person: Mapping[str, Any], words: Mapping[str, Any]
) -> list[str]:
    lines = [words["label_line"].format(label=_show(label)) if label else words["no_label"]]
    if needs_filing:
        lines += ["", words["filing"].format(filing=_show(person.get("filing")) or words["to_fill"])]
    return lines


def _write_dates(campaign: Mapping[str, Any], person: Mapping[str, Any], words: Mapping[str, Any]) -> list[str]:
    """When to post, and until when rights and exclusivity hold."""
    days = {"starts": _show(person.get("starts"))[:10], "ends": _show(person.get("ends") or campaign.get("ends"))[:10]}
    known = [end for end in days if days[end]]
    key = {2: "post_between", 0: "no_dates"}.get(len(known), "post_from" if known == ["starts"] else "post_until")
    lines = [words[key].format(**days)]
    for key, name in (("rights", "rights_until"), ("exclusive", "exclusive_until")):
        if until := _show(person.get(name))[:10]:
            lines.append(words[key].format(until=until))
    return [f"- {line}" for line in lines]


def _write_codes(person: Mapping[str, Any], words: Mapping[str, Any]) -> list[str]:
    lines = [_fill(words["code_line"], "code", person.get("code"))]
    if address := UNSAFE.sub("", str(person.get("link") or "")):
        lines.append(words["link_line"].format(link=f"<{address}>" if WEB.match(address) else _show(address)))
    return [f"- {line}" for line in lines if line] or [words["no_code"]]


def _fill(text: str, name: str, value: Any) -> str:
    """A text with a value; empty where there is none."""
    shown = _show(value)
    return text.format(**{name: shown}) if shown else ""


def _show(value: Any) -> str:
    return "" if is_missing(value) else escape_markdown(display_name(str(value), LONGEST))


@cache
def _read_wording() -> dict[str, Any]:
    return read_toml(WORDING, UsageError)
