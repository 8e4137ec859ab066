"""The container that keeps the time: its Dockerfile, its service, and the commands that both name."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command import run
from ruamel.yaml import YAML
from test_packaging import ROOT

from graphkoc.cli import cli
from graphkoc.schedule.hosts import compose
from graphkoc.schedule.hosts.job import ScheduledJob
from graphkoc.schedule.loop import ALIVE
from graphkoc.schedule.times import read_timetable

SERVICES = YAML(typ="safe").load(ROOT / "docker-compose.yml")["services"]
SERVICE = SERVICES["graphkoc"]
TEXT = (ROOT / "Dockerfile").read_text(encoding="utf-8")
LINES = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", TEXT)).splitlines()
STEPS = [tuple(line.split(" ", 1)) for line in LINES if line]
"""The instructions of the Dockerfile: the word that each begins with, and what follows it."""
SECRETS = ("PASSWORD", "KEY", "URL", "MAIL")


def copied() -> list[tuple[str, str]]:
    """What is copied from the checkout, and where to."""
    found = []
    for step, rest in STEPS:
        if step == "COPY" and not rest.startswith("--"):
            *names, target = rest.split()
            found += [(name, name if target == "./" else target) for name in names]
    return found


def copy_sources(folder: Path) -> None:
    """Copy what the first stage has: of the files that git knows, those that COPY and .dockerignore name."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *(name for name, _ in copied())],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((ROOT / name).read_bytes())


def test_what_is_copied_is_there_and_passes_the_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored, "a file of secrets, a store or a report never gets into an image"
    assert {line[1:] for line in ignored if line.startswith("!")} == {name for name, _ in copied()}
    assert all((ROOT / name).exists() and name == target for name, target in copied())


def test_what_is_copied_is_enough_for_the_wheel(tmp_path: Path) -> None:
    copy_sources(tmp_path)
    program = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    command = [sys.executable, "-c", program, str(tmp_path)]
    made = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    with zipfile.ZipFile(tmp_path / made.stdout.split()[-1]) as wheel:
        names = wheel.namelist()
    assert "graphkoc/schedule/loop.py" in names
    for folder in ("cypher", "loaders", "examples"):
        assert any(name.startswith(f"graphkoc/_data/{folder}/") for name in names)


def test_its_user_is_not_root_and_it_starts_the_loop_and_is_checked_by_it() -> None:
    steps = [step for step, _ in STEPS]
    assert dict(STEPS)["USER"] == "graphkoc"
    assert steps.index("USER") < steps.index("ENTRYPOINT")
    assert (dict(STEPS)["ENTRYPOINT"], dict(STEPS)["CMD"]) == ('["graphkoc"]', '["schedule", "run"]')
    check = re.findall(r'"([^"]+)"', dict(STEPS)["HEALTHCHECK"])
    assert check == ["graphkoc", "schedule", "status", "--check"]
    assert cli.commands["schedule"].commands["status"].make_context("status", ["--check"])  # type: ignore[attr-defined]
    assert ALIVE.total_seconds() > 60, "a loop that is at work has given a sign of life between two checks"


def test_all_that_is_downloaded_is_downloaded_when_the_image_is_made() -> None:
    runs = [rest for step, rest in STEPS if step == "RUN"]
    assert "pip wheel" in runs[0]
    assert all("--no-index" in rest for rest in runs[1:] if "pip" in rest)
    assert not re.search(r"pip|curl|wget", dict(STEPS)["CMD"] + dict(STEPS)["ENTRYPOINT"])


def test_the_service_is_behind_a_profile_and_works_in_one_folder_that_has_to_be_there() -> None:
    assert SERVICE["profiles"] == ["schedule"]
    assert SERVICE["build"] == "."
    (volume,) = SERVICE["volumes"]
    assert volume["target"] == dict(STEPS)["WORKDIR"]
    assert volume["bind"] == {"create_host_path": False}, "Docker would make it as root"
    assert SERVICE["init"] is True
    assert SERVICE["depends_on"] == {"neo4j": {"condition": "service_healthy"}}
    assert SERVICE["restart"] == "unless-stopped"
    assert "ports" not in SERVICE


def test_secrets_come_from_the_environment_alone() -> None:
    secrets = {name: value for name, value in SERVICE["environment"].items() if any(one in name for one in SECRETS)}
    assert len(secrets) >= 7
    assert set(secrets.values()) == {None}
    assert not re.search("PASSWORD|KEY|SECRET", TEXT)


def test_an_override_sets_what_the_service_takes_and_follows_the_specification(tmp_path: Path) -> None:
    job = ScheduledJob(read_timetable("month", "31", zone="UTC"), tmp_path, (), (), "UTC", datetime.now(UTC))
    ((name, text),) = compose.write_files(job).items()
    (tmp_path / name).write_text(text)
    override = YAML(typ="safe").load(text)["services"]
    assert override.keys() <= SERVICES.keys()
    assert override["graphkoc"].keys() <= SERVICE.keys()
    assert override["graphkoc"]["environment"].keys() <= SERVICE["environment"].keys()
    assert [one["target"] for one in override["graphkoc"]["volumes"]] == [one["target"] for one in SERVICE["volumes"]]
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(tmp_path / name),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_variables_of_the_service_that_are_empty_are_as_not_set(tmp_path: Path) -> None:
    env = {name: "" for name in SERVICE["environment"] if name.startswith("GRAPHKOC_SCHEDULE_")}
    done = run("schedule", "--for", "compose", cwd=tmp_path, env=env)
    assert 'GRAPHKOC_SCHEDULE_ON: "mon"' in done.stdout, done.stderr


@pytest.mark.soak
def test_the_lines_of_the_dockerfile_run_in_a_fresh_environment(tmp_path: Path) -> None:
    """Its pip lines, in a folder in the place of the image's root, with a Python that has nothing installed."""
    source, wheels = tmp_path / "src", tmp_path / "wheels"
    copy_sources(source)
    for name in ("build", "final"):
        subprocess.run([sys.executable, "-m", "venv", str(tmp_path / name)], check=True)
    first, second, user = [rest for step, rest in STEPS if step == "RUN"]
    assert user.startswith("useradd "), "needs root"
    for name, line in (("build", first), ("final", re.sub(r"--mount=\S+\s*", "", second))):
        words = [word.replace("/wheels", str(wheels)) for word in shlex.split(line)]
        subprocess.run([str(tmp_path / name / "bin" / words[0]), *words[1:]], cwd=source, check=True)
    program = tmp_path / "final" / "bin" / "graphkoc"
    done = subprocess.run([program, "schedule", "--for", "compose"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert subprocess.run([program, "schedule", "status", "--check"], cwd=tmp_path, capture_output=True).returncode == 5
