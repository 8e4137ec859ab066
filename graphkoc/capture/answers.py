"""What the user states of files that leave something open: on the command line, or in a file beside them.

# graphkoc-load.toml
dates = "dmy"                       # of every file: which part of 03/04/2024 is the day

["followers_1.json"]                # of one file, by the end of its name
owner = "instagram:ann_b"           # whose list it is
direction = "followers"             # or "following"
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from graphkoc.errors import DataError, UsageError
from graphkoc.files import read_toml

__all__ = ["DATES", "DIRECTIONS", "NAME", "NOTHING", "Answers", "read_answers"]

NAME = "graphkoc-load.toml"
DATES = ("dmy", "mdy", "ymd")
DIRECTIONS = ("followers", "following")


@dataclass(frozen=True)
class Answers:
    """What is stated of files.

    owner: file -> the account whose list it is. direction: file -> one of DIRECTIONS. A file is named by the end of its
    name. dates: one of DATES, "" where nothing is stated. campaign: the id of the campaign or group that all files are
    about, which only the commands that read such files state; "" where none does.
    """

    owner: Mapping[str, str] = field(default_factory=dict)
    direction: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    campaign: str = ""

    def __post_init__(self) -> None:
        if self.dates not in ("", *DATES):
            raise UsageError(f"dates are {', '.join(DATES)}, and not {self.dates!r}")
        if wrong := next((one for one in self.direction.values() if one not in DIRECTIONS), None):
            raise UsageError(f"a direction is {' or '.join(DIRECTIONS)}, and not {wrong!r}")

    def find(self, file: str) -> dict[str, str]:
        """The columns that are stated of a file: campaign, owner and direction, as far as they are."""
        found = {"campaign": self.campaign} if self.campaign else {}
        for column, files in (("owner", self.owner), ("direction", self.direction)):
            fitting = [name for name in files if file == name or file.endswith(f"/{name}")]
            if fitting:
                found[column] = files[max(fitting, key=len)]
        return found


NOTHING = Answers()
"""Of no file is anything stated."""


def read_answers(paths: Sequence[Path], given: Answers = NOTHING) -> Answers:
    """What is stated in the files NAME beside the given files and in the given folders; `given` overrides it.

    Raises DataError for a file that is not such a one.
    """
    folders = dict.fromkeys(path if path.is_dir() else path.parent for path in paths)
    owner: dict[str, str] = {}
    direction: dict[str, str] = {}
    dates = ""
    for file in (folder / NAME for folder in folders):
        if not file.is_file():
            continue
        for key, value in read_toml(file).items():
            if key == "dates" and isinstance(value, str):
                dates = value
            elif isinstance(value, dict) and set(value) <= {"owner", "direction"} and _are_texts(value):
                owner |= {key: value["owner"]} if "owner" in value else {}
                direction |= {key: value["direction"]} if "direction" in value else {}
            else:
                raise DataError(f"{file}: {key!r} is neither dates nor a file with its owner and direction")
    return replace(
        given,
        owner={**owner, **given.owner},
        direction={**direction, **given.direction},
        dates=given.dates or dates,
    )


def _are_texts(value: Mapping[str, object]) -> bool:
    return all(isinstance(text, str) for text in value.values())
