"""The colour and size of each label, as Neo4j Browser and the picture of the model show it."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["LOOKS", "Look", "find_look", "write_style"]

DARK, LIGHT = "#1F2933", "#FFFFFF"


class Look(NamedTuple):
    """How nodes of a label look: colours as #RRGGBB, the diameter in pixels."""

    fill: str
    border: str
    text: str
    diameter: int = 50


LOOKS = {
    "Consumer": Look("#A9C4DE", "#7F9DBB", DARK),
    "Person": Look("#5B8DB8", "#41709A", LIGHT),
    "Review": Look("#EBDDB8", "#CDBB8A", DARK, 65),
    "Product": Look("#C98B5E", "#A86C42", DARK),
    "Category": Look("#8A6D5B", "#6E5546", LIGHT),
    "MemberGroup": Look("#C9CED6", "#A5ACB7", DARK),
    "Niche": Look("#2C9C94", "#1F7A73", LIGHT, 65),
    "Circle": Look("#E9C46A", "#C9A03C", DARK, 65),
    "Campaign": Look("#D9536F", "#B23A55", LIGHT, 65),
    "Feedback": Look("#F2B8C0", "#D08A95", DARK, 65),
    "Event": Look("#B85C7A", "#964660", LIGHT, 40),
    "Run": Look("#6B7280", "#4B5563", LIGHT, 40),
    "Load": Look("#9CA3AF", "#6B7280", DARK, 40),
    "Decision": Look("#D1D5DB", "#9CA3AF", DARK, 40),
    "Koc": Look("#2E9E4F", "#1F7A3A", LIGHT, 65),
    "Kol": Look("#E2703A", "#B9531F", LIGHT, 65),
    "Own": Look("#7B3FA0", "#5D2C7C", LIGHT, 65),
    "Staff": Look("#BFA2D4", "#9A78B5", DARK),
}
"""Each label's look. Of a node's labels Browser takes the look of the last one here, so roles follow persons."""

OTHER = Look("#E5E7EB", "#9CA3AF", DARK)


def find_look(label: str) -> Look:
    """The look of a label; a grey one where none is declared."""
    return LOOKS.get(label, OTHER)


def write_style() -> str:
    """The style sheet for Neo4j Browser (`style.grass`): colours by label, captions by name."""
    rules = [
        _write_rule("node", {"caption": '"{name}"', "font-size": "10px", "border-width": "2px"}),
        *(
            _write_rule(
                f"node.{label}",
                {
                    "color": look.fill,
                    "border-color": look.border,
                    "text-color-internal": look.text,
                    "diameter": f"{look.diameter}px",
                    "caption": '"{name}"',
                },
            )
            for label, look in LOOKS.items()
        ),
        _write_rule(
            "relationship",
            {
                "color": "#A5ABB6",
                "shaft-width": "1px",
                "font-size": "8px",
                "padding": "3px",
                "text-color-external": DARK,
                "text-color-internal": LIGHT,
                "caption": '"<type>"',
            },
        ),
    ]
    return "\n".join(rules)


def _write_rule(selector: str, properties: dict[str, str]) -> str:
    lines = "".join(f"  {name}: {value};\n" for name, value in properties.items())
    return f"{selector} {{\n{lines}}}\n"
