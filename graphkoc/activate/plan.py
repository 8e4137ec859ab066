"""A plan as one document: whom to invite for what money, whom they reach, what is expected, what else could be done.

It is made of a run, of what was learned of its data (`graphkoc.activate.probability`) and of a request. The same three
give the same document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc.activate.audience import Audience, make_exposure, read_audience
from graphkoc.activate.calibration import Calibration, calibrate
from graphkoc.activate.choice import Choice, alternatives, choose, choose_each, choose_mixes
from graphkoc.activate.costs import describe_costs
from graphkoc.activate.goals import apply_goals
from graphkoc.activate.greedy import Problem, measure_value
from graphkoc.activate.money import add_up_money
from graphkoc.activate.phases import ORDER, Phase, Schedule, plan_phases, read_phases
from graphkoc.activate.preparation import Prepared, find_niches, list_limits, weigh_followers
from graphkoc.activate.probability import Learned
from graphkoc.activate.proposal import Outlook, propose
from graphkoc.activate.reach import (
    MINIMUM,
    count_niches,
    count_people,
    count_reach,
    draw_curve,
    explain_independence,
    list_overlaps,
    sum_columns,
)
from graphkoc.activate.request import PlanRequest
from graphkoc.activate.roster import Roster, list_people, make_roster, order_reserves
from graphkoc.arrays import Indices, Values
from graphkoc.errors import AnalysisError
from graphkoc.runs.horizon import describe_horizons
from graphkoc.runs.run import Run
from graphkoc.text import number_or_none, person_name, whole_or_none

__all__ = ["make_plan"]

WHITE_SPACE = ("only_koc", "nobody")
"""Parts of the people whom no KOL reaches."""
STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.25, 1.5, 1.75, 2.0)
"""The budgets at which the mixes are compared, as parts of the plan's own."""


@dataclass(frozen=True, eq=False)
class _Material:
    """What a plan is made of.

    niches: the ids asked for, with weights. rows: (k,) positions of the prepared people among the run's. exposure:
    (k, n) csr, what each follow is worth. weight: (n,) what each follower counts. white: (n,) whom no KOL reaches.
    problem: what is optimised: exposure and weight with the goals, and the limits.
    """

    run: Run
    request: PlanRequest
    prepared: Prepared
    niches: dict[str, float]
    audience: Audience
    rows: Indices
    exposure: csr_array
    weight: Values
    white: NDArray[np.bool_]
    problem: Problem

    @property
    def counted(self) -> Values:
        """(n,) 1 for a follower who counts, else 0: a prediction is of people, and a weight makes nobody two."""
        return (self.weight > 0).astype(float)

    @property
    def listeners(self) -> int:
        """How many people follow anybody."""
        return len(np.unique(self.audience.follower))


def make_plan(
    run: Run,
    request: PlanRequest,
    prepared: Prepared,
    learned: Learned | None,
    why: str = "",
    *,
    phases: Sequence[Phase] | None = None,
    codes: Sequence[str] | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    """The plan of a run under a request, as a document for JSON.

    prepared: who can be in it, see `graphkoc.activate.preparation.prepare`. learned, why: what was learned of the run's
    data or, where nothing was, why. phases, codes: by default graphkoc's phases, and no codes. today: what the calendar
    should have begun before is noted. Raises UsageError for an unknown niche or person and where the limits cannot be
    kept, and AnalysisError where nobody can be planned with.
    """
    material = _gather(run, request, prepared, read_audience(run, learned, why))
    plans = choose_each(material.problem, request.budget)
    choice = plans[max(plans)] if plans else None
    people = material.prepared.people
    if choice is None or not len(choice.chosen):
        raise AnalysisError(
            "nobody whom the budget can pay has a follower who counts", hint="Name other niches, or another goal."
        )
    others = order_reserves(people, material.problem, choice.chosen)
    roster = make_roster(people, choice.chosen, others, material.exposure, request, codes)
    calibration = _calibrate(material, choice)
    posts = roster.posts
    chosen = people.iloc[choice.chosen]
    schedule = _schedule(request, roster, phases, today)
    mixes = alternatives(material.problem, request.budget, choice)
    document = {
        "kind": "plan",
        "run": run.name,
        "settings": request.to_dict(),
        **{name: getattr(request, name) for name in ("budget", "currency", "product", "client")},
        "cost": choice.cost,
        "planned": len(choice.chosen),
        "posts": posts,
        "invite": {row["group"]: row["invite"] for row in roster.invitations.groups.to_dict("records")},
        "invitations": list(roster.invitations.sentences),
        "reach": _count_reach(material, choice.chosen),
        "money": add_up_money(chosen, posts),
        **_predict(material, choice, calibration),
        "bound": choice.bound,
        "value": choice.value,
        "costs": describe_costs(request.costs),
        "people": list_people(people, roster, _count_people(material, roster)),
        "curve": _draw_curve(material, plans, calibration),
        "curves": _draw_curves(material, mixes, calibration),
        "by_niche": _count_by_niche(material, choice.chosen),
        "overlaps": _list_overlaps(material, choice.chosen),
        "alternatives": [_describe_mix(material, name, one, calibration) for name, one in mixes.items()],
        "calendar": [] if schedule is None else _list_tasks(schedule),
        "waves": None if roster.waves is None else _describe_waves(roster),
        "left_out": material.prepared.left_out,
        "left_out_people": material.prepared.left_out_people,
        "overrides": material.prepared.overrides,
        "notice": material.prepared.notice,
        "ties": sorted(set(people["ties"])),
    }
    document["exposed"] = document["reach"]["once"]
    outlooks = {
        row["mix"]: Outlook(*(np.nan if row[end] is None else row[end] for end in ("responders", "low", "high")))
        for row in document["alternatives"]
        if row["responders"] is not None and not row["unmet"]
    }
    white = {row["mix"]: row["white_space"] for row in document["alternatives"]}
    proposal = propose(outlooks, white) if outlooks else None
    document["proposed"] = None if proposal is None else proposal.name
    document["comparison"] = None if proposal is None else proposal.why
    if proposal is not None and proposal.level and any(white.values()):
        document["comparison"] += f"; {proposal.name} reaches most of those whom no KOL reaches"
    document["notes"] = _list_notes(material, roster, schedule)
    return document


def _gather(run: Run, request: PlanRequest, prepared: Prepared, audience: Audience) -> _Material:
    niches = find_niches(run, request)
    everybody = pd.Index(run.people["consumer"])
    rows = everybody.get_indexer(pd.Index(prepared.people["consumer"])).astype(np.int64)
    booked = everybody.get_indexer(pd.Index([str(run.person(one)["consumer"]) for one in request.booked]))
    heard = np.zeros(len(everybody), dtype=bool)
    heard[audience.follower[np.isin(audience.followee, booked)]] = True
    exposure = audience.exposure(rows, len(everybody))
    weight = weigh_followers(run, request, niches, heard)
    white = run.people["part"].isin(WHITE_SPACE).to_numpy(dtype=bool)
    names = {niche: run.group_name("niche", niche) or niche for niche in niches}
    problem = _pose(prepared, request, exposure, weight, white, list_limits(prepared.people, request, niches, names))
    return _Material(run, request, prepared, niches, audience, rows, exposure, weight, white, problem)


def _pose(
    prepared: Prepared, request: PlanRequest, exposure: csr_array, weight: Values, white: NDArray[np.bool_], limits: Any
) -> Problem:
    """The problem of choosing under the goals of a request."""
    is_kol = (prepared.people["role"] == "kol").to_numpy(dtype=bool)
    goals = {"kol": request.kol_goal, "koc": request.koc_goal}
    posts = prepared.people["expected"].fillna(1.0).to_numpy(dtype=float)
    aimed, weights = apply_goals(exposure, weight, is_kol, **goals, white_space=white, posts=posts)
    return Problem(aimed, weights, prepared.people["spent"].to_numpy(dtype=float), is_kol, *limits)


def _calibrate(material: _Material, choice: Choice) -> Calibration | None:
    """What the plan's prediction is worth: the same request planned at earlier days, and what followed; None where no
    probabilities are known."""
    learned = material.audience.learned
    if learned is None:
        return None
    problem, request = material.problem, material.request
    limits = problem.caps, problem.quotas, problem.shares
    n = len(material.weight)

    def plan_then(probability: NDArray[np.float32]) -> Indices:
        exposure = make_exposure(learned.followee, learned.follower, probability, material.rows, n)
        then = _pose(material.prepared, request, exposure, material.weight, material.white, limits)
        return material.rows[choose(then, request.budget).chosen]

    return calibrate(learned, plan_then, material.counted)


def _measure(material: _Material, chosen: Indices) -> float:
    """The followers expected to follow on by the probabilities alone, whatever the plan was chosen for."""
    return measure_value(material.exposure, material.counted, chosen.tolist())


def _predict(material: _Material, choice: Choice, calibration: Calibration | None) -> dict[str, Any]:
    """How many followers are expected to review the same products, with the interval."""
    learned = material.audience.learned
    if calibration is None or learned is None:
        return {
            "responders": None,
            "low": None,
            "high": None,
            "calibrated": False,
            "window": None,
            "horizon": None,
            "within": {},
            "calibration": None,
            "why_not_predicted": f"No reviews by followers are predicted: {material.audience.why}. People are chosen"
            " for the followers whom they reach, each counted by their reviews in the last year.",
        }
    value, low, high = calibration.predict(_measure(material, choice.chosen))
    return {
        "responders": value,
        "low": low,
        "high": high,
        "calibrated": calibration.calibrated,
        "window": describe_horizons([learned.horizon]),
        "horizon": learned.horizon,
        "within": {f"{days:.0f}": share * value for days, share in (calibration.within or {}).items()},
        "calibration": calibration.why,
        "why_not_predicted": None,
    }


def _count_reach(material: _Material, chosen: Indices) -> dict[str, Any]:
    """People reached, counted and estimated, which are never added."""
    reach = count_reach(material.exposure, chosen, material.listeners)
    each = count_people(material.exposure, material.prepared.people, chosen, np.ones(len(material.rows)))
    columns = sum_columns(material.exposure, each, chosen)
    shown = [people if people == 0 or people >= MINIMUM else None for people in reach.counted]
    return {
        **dict(zip(("once", "twice", "thrice"), shown, strict=True)),
        "of": reach.listeners,
        "independent": reach.independent[0],
        "independence": explain_independence(reach),
        "estimated": columns["estimated"],
        "estimated_of": columns["estimated_of"],
        "fewest": MINIMUM,
    }


def _count_people(material: _Material, roster: Roster) -> dict[int, dict[str, Any]]:
    """What each listed person reaches: exposed and exposed_only_here among those invited, their own responders."""
    people, posts = material.prepared.people, np.ones(len(material.rows))
    invited = roster.rows[: roster.place.count("roster")]
    alone = np.asarray(material.exposure @ material.counted)
    among = count_people(material.exposure, people, invited, posts)
    apart = count_people(material.exposure, people, roster.rows[len(invited) :], posts)
    apart["only_here"] = pd.array([None] * len(apart), dtype="Int64")
    counted = pd.concat([among, apart], ignore_index=True)
    return {
        row: {
            "exposed": whole_or_none(figures["counted"]),
            "exposed_only_here": whole_or_none(figures["only_here"]),
            "capture": number_or_none(figures["capture"]),
            "estimated": number_or_none(figures["estimated"]),
            "responders": float(alone[row]) if material.audience.learned is not None else None,
            "niche_names": [material.run.group_name("niche", one) or one for one in people["niches"].iloc[row]],
        }
        for row, (_, figures) in zip(roster.rows.tolist(), counted.iterrows(), strict=True)
    }


def _draw_curve(
    material: _Material, plans: dict[float, Choice], calibration: Calibration | None
) -> list[dict[str, Any]]:
    """The reach curve: what each fixed budget up to the plan's reaches."""
    curve = draw_curve(material.exposure, plans, material.exposure, material.counted, material.listeners)
    return [
        {
            **{name: row[name] for name in ("budget", "cost", "people", "independent")},
            **{word: whole_or_none(row[f"reached_{n}"]) for n, word in enumerate(("once", "twice", "thrice"), 1)},
            "responders": None if calibration is None else calibration.predict(row["expected"])[0],
        }
        for row in curve.to_dict("records")
    ]


def _draw_curves(
    material: _Material, mixes: Mapping[str, Choice], calibration: Calibration | None
) -> list[dict[str, Any]]:
    """What the plan, KOCs alone and KOLs alone reach for parts of its budget and for more than it: a row a mix.

    points has a row for each budget: budget, and what `_measure_mix` gives. A mix has none for a budget that cannot pay
    whom the quotas ask for; for the plan's own budget it has its alternative.
    """
    budget = material.request.budget
    found = choose_mixes(material.problem, [round(budget * step, 2) for step in STEPS])
    return [
        {
            "mix": mix,
            "points": [
                {"budget": step, **_measure_mix(material, chosen, calibration)}
                for step, chosen in (found[mix] | {budget: choice.chosen}).items()
            ],
        }
        for mix, choice in mixes.items()
    ]


def _measure_mix(material: _Material, chosen: Indices, calibration: Calibration | None) -> dict[str, Any]:
    """What some people cost, reach and are expected to come to."""
    value, low, high = _expect(material, chosen, calibration)
    people = material.prepared.people
    return {
        "people": len(chosen),
        "kols": int((people["role"].iloc[chosen] == "kol").sum()),
        "cost": float(people["spent"].iloc[chosen].sum()),
        "exposed": _count_reach(material, chosen)["once"],
        "responders": value,
        "low": low,
        "high": high,
        "white_space": int(material.white[np.unique(material.exposure[chosen].indices)].sum()),
    }


def _describe_mix(material: _Material, name: str, choice: Choice, calibration: Calibration | None) -> dict[str, Any]:
    figures = _measure_mix(material, choice.chosen, calibration) | {"cost": choice.cost}
    return {"mix": name, **figures, "value": choice.value, "unmet": list(choice.unmet)}


def _expect(
    material: _Material, chosen: Indices, calibration: Calibration | None
) -> tuple[float | None, float | None, float | None]:
    if calibration is None:
        return None, None, None
    return calibration.predict(_measure(material, chosen))


def _count_by_niche(material: _Material, chosen: Indices) -> list[dict[str, Any]]:
    """The niches asked for or, without any, every niche with somebody reached."""
    run = material.run
    members = run.members_of("niche")
    if material.niches:
        members = members[members["niche"].isin(material.niches)]
    ids = run.people["consumer"].to_numpy(dtype=str)
    table = count_niches(material.exposure, chosen, ids, members, material.white)
    rows = [
        {"niche": row["niche"], "name": run.group_name("niche", row["niche"]) or row["niche"]}
        | {name: whole_or_none(row[name]) for name in table.columns[1:]}
        for row in table.to_dict("records")
    ]
    return [row for row in rows if material.niches or row["exposed"]]


def _list_overlaps(material: _Material, chosen: Indices) -> list[dict[str, Any]]:
    people = material.prepared.people
    names = {person["consumer"]: person_name(person) for person in people.iloc[chosen].to_dict("records")}
    return [
        {"consumers": [row["a"], row["b"]], "names": [names[row["a"]], names[row["b"]]]}
        | {name: row[name] for name in ("both", "smaller", "share")}
        for row in list_overlaps(material.exposure, people["consumer"].to_numpy(), chosen).to_dict("records")
    ]


def _schedule(
    request: PlanRequest, roster: Roster, phases: Sequence[Phase] | None, today: date | None
) -> Schedule | None:
    """The calendar, back from the launch; None without one."""
    if request.launch is None:
        return None
    groups = roster.invitations.groups
    return plan_phases(
        read_phases() if phases is None else phases,
        request.launch,
        dict(zip(groups["group"], groups["wanted"].astype(int), strict=True)),
        invited=dict(zip(groups["group"], groups["invite"].astype(int), strict=True)),
        blackouts=request.blackouts,
        posts_a_day=request.posts_a_day,
        today=today,
    )


def _list_tasks(schedule: Schedule) -> list[dict[str, Any]]:
    days = {name: schedule.tasks[name].dt.strftime("%Y-%m-%d") for name in ("starts", "ends")}
    rows = schedule.tasks.assign(**days).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def _describe_waves(roster: Roster) -> dict[str, Any]:
    waves = roster.waves
    assert waves is not None
    return {
        "by": waves.by,
        "reached": waves.reached,
        "both": waves.both,
        "leak": number_or_none(waves.leak),
        "sentence": waves.sentence,
        # By the draw the effect of wave 1 is tested later, see `graphkoc.activate.lift.waves`.
        "people": waves.people.to_dict("records"),
    }


def _list_notes(material: _Material, roster: Roster, schedule: Schedule | None) -> list[str]:
    """What has to be known before the plan is used."""
    notes = [] if roster.waves is None else [roster.waves.sentence]
    if schedule is not None:
        notes += [*schedule.notes, ORDER]
    if "engagements" in set(material.prepared.people["ties"]):
        notes.append("On platforms without known follows, people are counted who engaged with somebody's posts.")
    needing = sorted({field for fields in material.prepared.people["missing"].iloc[roster.rows] for field in fields})
    if needing:
        notes.append(f"Some posts need {', '.join(needing)} before they may appear.")
    return notes
