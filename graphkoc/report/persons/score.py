"""What makes a person's score: from a typical key opinion consumer to this one, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

from graphkoc.report.view import Person, View

__all__ = ["Typical"]

GROUPS = {
    "own": ("own_activity", "activity", "content"),
    "followers": ("audience_activity", "reach"),
    "others": ("relevance", "influence", "tightness"),
}
"""The steps, and the parts of the three kinds of score in each: what a person wrote, what followers wrote, the rest."""


class Typical:
    """The middle of all key opinion consumers, with whom one of them is compared."""

    def __init__(self, view: View) -> None:
        self._view = view
        names = {part["name"] for part in view.run.info["score"]["parts"]}
        self._groups = {
            group: [f"{part}_points" for part in parts if part in names]
            for group, parts in GROUPS.items()
            if names.intersection(parts)
        }
        self._points = {
            group: _find_median([_add_up(person, columns) for person in view.kocs])
            for group, columns in self._groups.items()
        }
        self._reviews, self._audience_reviews = (
            round(_find_median([person[column] for person in view.kocs]))
            for column in ("reviews_365", "audience_reviews_365")
        )

    def compare(self, consumer: str) -> dict[str, Any]:
        """The score of a person in steps: low and high (of the scale), steps, sentence (None without dates).

        steps: [{kind, label, start, end, points}]: what a typical one has, how far this person differs in each group of
        parts, and the score. start, end and points are in points to one decimal, and as such they add up.
        """
        person, say = self._view.people[consumer], self._view.say
        ends = [round(sum(self._points.values()), 1)]
        exact = sum(self._points.values())
        for group, columns in self._groups.items():
            exact += _add_up(person, columns) - self._points[group]
            ends.append(round(exact, 1))
        steps = [
            _make_step("typical", say("persons.typical"), 0.0, ends[0]),
            *(
                _make_step("up" if end >= start else "down", say(f"persons.step_{group}"), start, end)
                for group, (start, end) in zip(self._groups, pairwise(ends), strict=True)
            ),
            _make_step("score", self._view.name(consumer), 0.0, ends[-1]),
        ]
        return {"low": min(0.0, *ends), "high": max(0.0, *ends), "steps": steps, "sentence": self._explain(person)}

    def _explain(self, person: Person) -> str | None:
        if not self._view.dated:
            return None
        say = self._view.say
        return say(
            f"persons.waterfall_{person['ties'] if person['audience'] else 'none'}",
            reviews=say.count(round(person["reviews_365"]), "reviews"),
            typical=self._reviews,
            written=round(person["audience_reviews_365"]),
            audience=self._audience_reviews,
        )


def _make_step(kind: str, label: str, start: float, end: float) -> dict[str, Any]:
    return {"kind": kind, "label": label, "start": start, "end": end, "points": round(end - start, 1)}


def _add_up(person: Mapping[str, Any], columns: Sequence[str]) -> float:
    return float(sum(person[column] for column in columns))


def _find_median(values: Sequence[float]) -> float:
    return float(median(values)) if values else 0.0
