"""The shape of the code: two halves that meet once, one owner for each package, nothing loaded early."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import graphkoc
from graphkoc import assets, errors

PACKAGE = Path(graphkoc.__file__).parent

FLOORS = (
    {"errors", "assets", "progress", "files", "text", "arrays", "exports"},
    {"tables"},
    {"stores"},
    {"capture"},
    {"graph"},
    {"measures"},
    {"runs"},
    {"communities"},
    {"qualify"},
    {"invite"},
    {"activate"},
    {"report"},
    {"analysis"},
    {"annotations"},
    {"pipeline"},
    {"campaigns"},
    {"demo"},
    {"schedule"},
    {"cli"},
)
"""The folders and root modules, each importing only from floors below its own, or from itself."""
BELOW = FLOORS[0]
DATA = {"tables", "stores", "capture"}
ANALYSIS = {"graph", "measures", "runs", "communities", "qualify", "invite", "activate", "report", "analysis"}
TOP = {"annotations", "pipeline", "campaigns", "demo", "schedule", "cli"}
OWNERS = {
    "IPython": {"graph.drawing"},
    "PIL": {"report.pictures"},
    "anyascii": {"capture.identity"},
    "charset_normalizer": {"capture.reading"},
    "click": {"cli"},
    "duckdb": {"capture", "stores"},
    "icalendar": {"activate.phases"},
    "igraph": {"graph", "measures", "communities.circles", "qualify.authenticity"},
    "jinja2": {"report", "stores.browser"},
    "ladybug": {"stores.ladybug"},
    "lazy_loader": {"__init__"},
    "neo4j": {"stores.neo4j"},
    "networkx": {"graph", "communities.circles", "measures"},
    "phonenumbers": {"capture.contacts"},
    "pptx": {"exports"},
    "python_calamine": {"capture.reading"},
    "rjieba": {"graph.terms"},
    "sklearn": {"qualify.score", "capture.identity", "activate.probability"},
    "stopwordsiso": {"graph.terms"},
    "threadpoolctl": {"activate.probability", "campaigns.planning", "pipeline"},
    "wcwidth": {"cli"},
    "xlsxwriter": {"exports"},
}


def floor(room: str) -> int:
    """The floor of a folder or root module."""
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def is_in(module: str, folders: set[str]) -> bool:
    return any(module == folder or module.startswith(f"{folder}.") for folder in folders)


def imports(source: str) -> set[str]:
    """Every module that a source text imports, with what it takes from graphkoc itself spelled out."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "graphkoc":
            found |= {f"graphkoc.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def violations(module: str, source: str) -> list[str]:
    """What a module (such as `stores.ladybug`) imports and may not."""
    room = module.split(".")[0]
    wrong = []
    for name in sorted(imports(source)):
        package, _, rest = name.partition(".")
        other = rest.split(".")[0]
        if package == "graphkoc" and any(other in rooms for rooms in FLOORS) and other != room:
            if (room in DATA and other in ANALYSIS) or (room in ANALYSIS and other in DATA):
                wrong.append(f"{module} reaches over to {name}")
            elif room == "cli" and other not in BELOW:
                wrong.append(f"{module} goes round the library to {name}")
            elif floor(other) > floor(room) or (floor(other) == floor(room) and room not in BELOW):
                wrong.append(f"{module} imports {name}, which is above it")
        elif package in OWNERS and not is_in(module, OWNERS[package]):
            wrong.append(f"{module} imports {package}, which belongs to {', '.join(sorted(OWNERS[package]))}")
    return wrong


def modules() -> dict[str, str]:
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__") or "__init__"
        found[name] = path.read_text(encoding="utf-8")
    return found


def test_the_two_halves_meet_only_in_the_pipeline_and_packages_have_one_owner() -> None:
    assert {name.split(".")[0] for name in modules()} == {*set().union(*FLOORS), "__init__", "__main__"}
    assert [
        line
        for name, source in modules().items()
        if name not in ("__init__", "__main__")
        for line in violations(name, source)
    ] == []


@pytest.mark.parametrize(
    ("module", "line", "complaint"),
    [
        ("graph.network", "import duckdb", "graph.network imports duckdb, which belongs to capture, stores"),
        ("stores.ladybug", "from graphkoc.graph import network", "stores.ladybug reaches over to graphkoc.graph"),
        ("communities.niches", "from graphkoc import stores", "communities.niches reaches over to graphkoc.stores"),
        (
            "report.page",
            "from graphkoc.pipeline import load",
            "report.page imports graphkoc.pipeline, which is above it",
        ),
        ("stores.ladybug", "import neo4j", "stores.ladybug imports neo4j, which belongs to stores.neo4j"),
        ("errors", "from graphkoc.tables import schema", "errors imports graphkoc.tables, which is above it"),
        ("runs.run", "from graphkoc.qualify import gates", "runs.run imports graphkoc.qualify, which is above it"),
        ("cli.qualify", "from graphkoc.runs import run", "cli.qualify goes round the library to graphkoc.runs"),
    ],
)
def test_an_import_in_the_wrong_half_is_found(module: str, line: str, complaint: str) -> None:
    assert violations(module, line) == [complaint]


def test_only_the_command_line_prints_or_exits() -> None:
    for name, source in modules().items():
        if name.split(".")[0] in ("cli", "__main__"):
            continue
        called = {
            node.func.id
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"print", "exit"}, name
        assert "sys" not in imports(source), name


def works_out_roles(source: str) -> bool:
    """Whether a source compares a tier with wide, or takes a rank that is null for a role."""
    nodes = list(ast.walk(ast.parse(source)))
    wide = any(
        isinstance(side, ast.Constant) and side.value == "wide"
        for node in nodes
        if isinstance(node, ast.Compare)
        for side in [node.left, *node.comparators]
    )
    by_rank = any(
        isinstance(node, ast.Attribute)
        and node.attr in ("notna", "isna")
        and isinstance(node.value, ast.Subscript)
        and isinstance(node.value.slice, ast.Constant)
        and node.value.slice.value == "rank"
        for node in nodes
    )
    return wide or by_rank


def test_roles_are_worked_out_in_one_place() -> None:
    found = {name for name, source in modules().items() if works_out_roles(source)}
    assert found == {"qualify.gates.gates", "qualify.tiers"}, "the tiers' own sizes, and the roles made of them"


@pytest.mark.parametrize("line", ['people["tier"] == "wide"', 'people["rank"].notna()', 'people["rank"].isna()'])
def test_a_role_that_is_worked_out_elsewhere_is_found(line: str) -> None:
    assert works_out_roles(line)


def test_only_errors_defines_exceptions() -> None:
    for name, source in modules().items():
        bases = {
            base.id
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.ClassDef)
            for base in node.bases
            if isinstance(base, ast.Name)
        }
        assert name == "errors" or not {base for base in bases if base.endswith(("Error", "Exception"))}, name


def test_every_kind_of_error_has_its_own_exit_code_and_a_special_case_that_of_its_kind() -> None:
    named = [getattr(errors, name) for name in errors.__all__]
    kinds = [kind for kind in named if kind.__base__ in (Exception, errors.GraphkocError)]
    assert sorted(kind.exit_code for kind in kinds) == [1, 2, 3, 4, 5, 6]
    assert all("exit_code" not in vars(case) for case in set(named) - set(kinds))


def test_the_folders_of_declarations_hold_no_python() -> None:
    assert not [path for name in ("cypher", "loaders") for path in assets.folder(name).rglob("*.py")]


def test_the_public_names_are_sorted_documented_and_there() -> None:
    assert graphkoc.__all__ == sorted(graphkoc.__all__)
    for name in graphkoc.__all__:
        assert getattr(graphkoc, name).__doc__, name
    with pytest.raises(AttributeError, match="attribute nonsense"):
        _ = graphkoc.nonsense


def test_every_module_lists_its_public_names() -> None:
    for name, source in modules().items():
        if name in ("__init__", "__main__"):
            continue
        listed = [
            node.value
            for node in ast.parse(source).body
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__"
        ]
        assert listed, name
        names = ast.literal_eval(listed[0])
        assert names == sorted(names, key=lambda n: (not n.isupper(), not n[0].isupper(), n)), name


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    heavy = ["numpy", "pandas", "igraph", "duckdb", "neo4j", "ladybug", "pyarrow", "scipy", "networkx", "jinja2"]
    heavy += ["charset_normalizer", "python_calamine", "sklearn", "stopwordsiso"]
    program = (
        "import sys\nfrom graphkoc.__main__ import main\n"
        f"sys.argv = ['graphkoc', {option!r}]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_reading_a_run_loads_nothing_that_only_an_analysis_needs() -> None:
    names = "list_kocs, list_niches, explain_consumer, find_run, write_report"
    program = (
        f"import sys\nfrom graphkoc import {names}\n"
        "print([name for name in ['sklearn', 'scipy.stats'] if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_one_place_reads_toml() -> None:
    package = Path(__file__).resolve().parent.parent / "graphkoc"
    readers = {path.name for path in package.rglob("*.py") if "import tomllib" in path.read_text(encoding="utf-8")}
    assert readers == {"files.py"}
