"""Where nobody passes every check: how many fail each of them, and who misses one alone."""

from __future__ import annotations

from typing import Any

from graphkoc.report.view import View

__all__ = ["describe_nobody"]

NEAREST = 5


def describe_nobody(view: View) -> dict[str, Any]:
    """The required checks and the nearest people: {checks, nearest, others}.

    checks: [{check, failed, unknown}]. nearest: [{who, missing}], those of the NEAREST by score with one failed check
    who may be named. others: a sentence on those of them who may not, None without any.
    """
    gates = [gate for gate in view.run.info["gates"] if gate["required"]]
    names = [gate["gate"] for gate in gates]
    failed = view.run.people.set_index("consumer")[[f"gate_{name}" for name in names]] == "failed"
    score = view.run.people.set_index("consumer")["score"]
    once = score[failed.sum(axis=1) == 1].sort_values(ascending=False, kind="stable").index[:NEAREST]
    missing = {str(who): names[int(failed.loc[who].to_numpy().argmax())] for who in once}
    others = sum(who not in view.people for who in missing)
    return {
        "checks": [
            {
                "check": view.say(f"people.gate_{gate['gate']}"),
                "failed": gate["failed"],
                "unknown": gate["unknown"],
            }
            for gate in gates
        ],
        "nearest": [
            {"who": view.who(who), "missing": view.say(f"people.gate_{name}")}
            for who, name in missing.items()
            if who in view.people
        ],
        "others": view.say("people.nearest_others", people=view.say.count(others, "people")) if others else None,
    }
