"""What may be given for a post where: the rules of `rules.toml`, and who may be invited with a gift or for money.

The rules are data with a version, and each has a source and a date. They are no legal advice, as their notice says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.errors import DataError, UsageError
from graphkoc.files import read_toml
from graphkoc.text import is_missing

__all__ = ["INCENTIVES", "LANGUAGES", "Checked", "Rule", "Rulebook", "check_invitations", "read_rules"]

INCENTIVES = ("none", "gift", "paid")
LANGUAGES = ("en", "zh", "de")
EFFECTS = ("forbidden", "needs_field", "needs_label")
CONCERNS = {"gift": {"gift"}, "paid": {"paid"}, "both": {"gift", "paid"}}
RULES = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True)
class Rule:
    """A rule: where it holds (platforms, markets; none for everywhere), what it concerns, and its effect.

    when: a column of the people that has to be true. field: the column that has to be filled. label: by language.
    fixed: no reason sets it aside. date: when the source was read, as ISO 8601.
    """

    name: str
    platforms: tuple[str, ...]
    markets: tuple[str, ...]
    concerns: str
    when: str | None
    effect: str
    field: str | None
    label: Mapping[str, str]
    fixed: bool
    source: str
    date: str
    sentence: str

    def holds_for(self, person: Mapping[Any, Any], platforms: set[str], market: str | None) -> bool:
        """Whether it holds for a person with an incentive on these platforms; market: None where it is not known."""
        return (
            person["incentive"] in CONCERNS[self.concerns]
            and (not self.platforms or not platforms.isdisjoint(self.platforms))
            and (not self.markets or market is None or market in self.markets)
            and (self.when is None or _is_true(person.get(self.when)))
        )


@dataclass(frozen=True)
class Rulebook:
    """The rules of one version, the sentence that they are no legal advice, and the market of each platform."""

    version: str
    notice: str
    markets: Mapping[str, str]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, eq=False)
class Checked:
    """Who may be invited, and what a journal keeps of the rules that were set aside.

    people: a row for each in their order: consumer, allowed (no rule forbids it), ready (allowed, and no field is
    missing), label (what the post has to say, null for nothing; one that begins another is not said twice), fields
    (list of the fields that the post needs), missing (those of them that are not filled), rules (list of the rules that
    hold), sentence (null for none).
    overrides: for each rule that was set aside: rule, why, version, consumers (list of those it held for).
    """

    people: pd.DataFrame
    overrides: list[dict[str, Any]]
    notice: str


@cache
def read_rules(path: Path = RULES) -> Rulebook:
    """The rules of a file. Raises DataError where one of them is not complete."""
    values = read_toml(path)
    version, notice, markets = (values.pop(name, None) for name in ("version", "notice", "markets"))
    if not version or not notice:
        raise DataError(f"{path} has no version or no notice", hint="Both stand above the rules.")
    return Rulebook(version, notice, markets or {}, tuple(_read_rule(path, name, one) for name, one in values.items()))


def check_invitations(
    people: pd.DataFrame, overrides: Mapping[str, str] | None = None, language: str = "en", book: Rulebook | None = None
) -> Checked:
    """Whether each person may be invited with their incentive, what the post needs, and which label it has.

    people: consumer, platform (where the post is to appear), incentive (none, gift or paid), and perhaps checks (list
    of `graphkoc.runs.checks.CHECKS`: who is amazon_only is on Amazon whatever the platform), market (country code),
    and the columns that rules ask for: filing_number, shopping_link, depends_on_opinion. overrides: rules to set aside,
    each with the reason. Raises UsageError for an incentive, rule or language that there is none of, for an override
    without a reason, and for one of a rule that is fixed.
    """
    book = book or read_rules()
    if language not in LANGUAGES:
        raise UsageError(f"there is no label in {language!r}", hint=f"There are: {', '.join(LANGUAGES)}.")
    why = _check_overrides(book, overrides or {})
    if wrong := [one for one in people["incentive"] if one not in INCENTIVES]:
        raise UsageError(f"there is no incentive {wrong[0]!r}", hint=f"There are: {', '.join(INCENTIVES)}.")
    concerned: dict[str, list[str]] = {name: [] for name in why}
    rows = []
    for person in people.to_dict("records"):
        stated = person.get("market")
        market = book.markets.get(str(person["platform"])) if is_missing(stated) or not stated else str(stated).upper()
        platforms = _list_platforms(person)
        held = [rule for rule in book.rules if rule.holds_for(person, platforms, market)]
        for rule in held:
            if rule.name in why:
                concerned[rule.name].append(person["consumer"])
        rows.append(_apply_rules([rule for rule in held if rule.name not in why], person, language))
    columns = ["consumer", "allowed", "ready", "label", "fields", "missing", "rules", "sentence"]
    table = pd.DataFrame(rows, columns=columns).astype({"allowed": "bool", "ready": "bool"})
    table = table.astype({"consumer": "str", "label": "str", "sentence": "str"})
    records = [
        {"rule": name, "why": why[name], "version": book.version, "consumers": concerned[name]} for name in sorted(why)
    ]
    return Checked(table, records, book.notice)


def _apply_rules(rules: list[Rule], person: Mapping[Any, Any], language: str) -> dict[str, Any]:
    forbidding = [rule for rule in rules if rule.effect == "forbidden"]
    fields = list(dict.fromkeys(rule.field for rule in rules if rule.field is not None))
    missing = [field for field in fields if is_missing(person.get(field)) or not str(person[field]).strip()]
    labels = dict.fromkeys(rule.label[language] for rule in rules if rule.effect == "needs_label")
    shown = [one for one in labels if not any(other != one and other.startswith(one) for other in labels)]
    return {
        "consumer": person["consumer"],
        "allowed": not forbidding,
        "ready": not forbidding and not missing,
        "label": "; ".join(shown) or None,
        "fields": fields,
        "missing": missing,
        "rules": [rule.name for rule in rules],
        "sentence": " ".join(rule.sentence for rule in forbidding or rules) or None,
    }


def _check_overrides(book: Rulebook, overrides: Mapping[str, str]) -> dict[str, str]:
    known = {rule.name: rule for rule in book.rules}
    for name, why in overrides.items():
        if name not in known:
            raise UsageError(f"there is no rule {name!r}", hint=f"There are: {', '.join(known)}.")
        if known[name].fixed:
            raise UsageError(f"the rule {name} cannot be set aside: {known[name].sentence}", hint="Leave it in force.")
        if not why.strip():
            raise UsageError(f"the rule {name} is set aside without a reason", hint="Say why; the journal keeps it.")
    return {name: why.strip() for name, why in overrides.items()}


def _list_platforms(person: Mapping[Any, Any]) -> set[str]:
    """The platform of the post, and Amazon for a person who writes on Amazon alone."""
    checks = person.get("checks")
    only = isinstance(checks, list) and "amazon_only" in checks
    return {str(person["platform"]), *(["amazon"] if only else [])}


def _is_true(cell: object) -> bool:
    return not is_missing(cell) and bool(cell)


def _read_rule(path: Path, name: str, values: Any) -> Rule:
    needed = ("concerns", "effect", "source", "date", "sentence")
    if not isinstance(values, dict) or (missing := [key for key in needed if not values.get(key)]):
        lacks = missing[0] if isinstance(values, dict) else "effect"
        raise DataError(f"the rule {name} of {path} has no {lacks}", hint=f"A rule has {', '.join(needed)}.")
    if values["effect"] not in EFFECTS or values["concerns"] not in CONCERNS:
        raise DataError(
            f"the rule {name} of {path} has the effect {values['effect']!r} on {values['concerns']!r}",
            hint=f"Effects are {', '.join(EFFECTS)}, on {', '.join(CONCERNS)}.",
        )
    label = values.get("label", {})
    if values["effect"] == "needs_field" and not values.get("field"):
        raise DataError(f"the rule {name} of {path} names no field", hint='Add field = "filing_number", say.')
    if values["effect"] == "needs_label" and set(label) != set(LANGUAGES):
        raise DataError(f"the rule {name} of {path} has no label in each language", hint=", ".join(LANGUAGES))
    return Rule(
        name=name,
        platforms=tuple(values.get("platforms", ())),
        markets=tuple(values.get("markets", ())),
        concerns=values["concerns"],
        when=values.get("when"),
        effect=values["effect"],
        field=values.get("field"),
        label=label,
        fixed=values.get("fixed", False),
        source=values["source"],
        date=str(values["date"]),
        sentence=values["sentence"],
    )
