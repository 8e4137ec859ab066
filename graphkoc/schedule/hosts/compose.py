"""A container: the service `graphkoc` of docker-compose.yml, whose loop keeps the time itself.

What is written is an override of that file, with the timetable and the folder. A time at which the container was off is
caught up when it is on again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from graphkoc.schedule.hosts.job import ScheduledJob

__all__ = ["list_notes", "write_files"]


def write_files(job: ScheduledJob) -> dict[Path, str]:
    """The override by its name; texts are written as in JSON, which is YAML too."""
    timetable = job.timetable
    settings = {"EVERY": timetable.every, "ON": timetable.on, "AT": f"{timetable.at:%H:%M}", "TZ": timetable.zone}
    lines = "\n".join(f"      GRAPHKOC_SCHEDULE_{name}: {_quote(value)}" for name, value in settings.items())
    return {
        Path("docker-compose.override.yml"): f"""\
# Save this as docker-compose.override.yml beside the docker-compose.yml of graphkoc. Then, there:
#
#     docker compose --profile schedule up -d --build
services:
  graphkoc:
    user: {_quote(f"{os.getuid()}:{os.getgid()}")}
    environment:
{lines}
    volumes:
      - type: bind
        source: {_quote(str(job.folder))}
        target: /work
"""
    }


def list_notes(_: ScheduledJob) -> list[str]:
    """What has to be known: nothing."""
    return []


def _quote(text: str) -> str:
    # Compose puts variables in where it reads $NAME.
    return json.dumps(text, ensure_ascii=False).replace("$", "$$")
