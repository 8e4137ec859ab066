"""The example notebook: it runs from its first cell to its last, and it is kept without what it printed."""

from __future__ import annotations

import shutil

import nbclient
import nbformat
import pytest
from nbformat import NotebookNode
from small_example import write_small_example

from graphkoc import assets

NOTEBOOK = assets.folder("examples") / "network.ipynb"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> list[NotebookNode]:
    """The cells of code with what they gave, run beside a part of the example that has the example's name."""
    folder = tmp_path_factory.mktemp("examples")
    write_small_example(folder / "ciao", people=60)
    shutil.copy(NOTEBOOK, folder)
    notebook = nbformat.read(folder / NOTEBOOK.name, as_version=4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp("jupyter")))
        client.execute()
    assert {path.name for path in folder.iterdir()} == {"ciao", NOTEBOOK.name}, "the notebook leaves nothing behind"
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def find_result(cells: list[NotebookNode], source: str) -> str:
    """What the cell with this text gave."""
    (cell,) = (cell for cell in cells if source in cell.source)
    return next(output.data["text/plain"] for output in cell.outputs if output.output_type == "execute_result")


def test_every_cell_runs_and_prints_no_warning(done: list[NotebookNode]) -> None:
    assert [cell.execution_count for cell in done] == list(range(1, len(done) + 1))
    assert not [output for cell in done for output in cell.outputs if output.output_type == "stream"]


def test_pandas_networkx_and_igraph_have_the_network_of_the_analysis(done: list[NotebookNode]) -> None:
    people, edges = find_result(done, "len(network.source)").strip("()").split(", ")
    assert f"{people} {edges}" in find_result(done, "g.summary()")
    assert "since" in find_result(done, "edges.head()")
    ours, measured = (find_result(done, text) for text in ("core_number", "people.loc"))
    ranked = [
        [line.split()[:2] for line in table.splitlines() if line.startswith("ciao:")] for table in (ours, measured)
    ]
    assert len(ranked[0]) == 5
    assert ranked[0] == ranked[1], "PageRank by networkx is the measure of the run"


def test_the_network_is_shown_in_a_frame(done: list[NotebookNode]) -> None:
    (cell,) = (cell for cell in done if "drawn.show()" in cell.source)
    assert "<iframe sandbox" in cell.outputs[0].data["text/html"]


def test_the_notebook_is_kept_without_results() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs"), cell.source
        assert cell.get("execution_count") is None, cell.source
        assert not cell.metadata, cell.source
