"""What ships: every declaration and the example are in the wheel, where the code looks for them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel that is built from a copy of what git knows."""
    copy = tmp_path_factory.mktemp("checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    program = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    made = subprocess.run(
        [sys.executable, "-c", program, str(copy)], cwd=copy, capture_output=True, text=True, check=True
    )
    with zipfile.ZipFile(copy / made.stdout.split()[-1]) as wheel:
        return wheel.namelist()


@pytest.mark.parametrize("folder", ["cypher", "loaders", "examples"])
def test_every_declaration_is_in_the_wheel(built: list[str], folder: str) -> None:
    expected = {
        f"graphkoc/_data/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / folder).rglob("*") if path.is_file()
    }
    assert expected
    assert expected <= set(built)


def test_the_wheel_holds_the_package_and_nothing_else(built: list[str]) -> None:
    tops = {name.split("/")[0] for name in built}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"graphkoc"}
    assert any(name.endswith("LICENSE") for name in built)
    assert {
        "graphkoc/__init__.pyi",
        "graphkoc/report/page.html.j2",
        "graphkoc/stores/browser/guide.html.j2",
        "graphkoc/report/glossary.md.j2",
        "graphkoc/capture/reading/synonyms.toml",
    } <= set(built)


def test_the_tests_of_a_file_stay_on_one_worker(request: pytest.FixtureRequest) -> None:
    """Where groups are ignored, which nothing else shows, each worker makes what a file's tests share."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        pytest.skip("there is one process")
    assert request.node.nodeid.endswith("@test_packaging.py")
