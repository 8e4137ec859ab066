"""graphkoc finds key opinion consumers on the graph of who follows whom and who reviews what.

    import graphkoc

    store = graphkoc.open_store("ladybug:./graphkoc.lbug")
    graphkoc.load(store, "ciao", [Path("examples/ciao")])
    run = graphkoc.analyse(store)
    graphkoc.list_kocs(run, niche="Beauty", limit=5)
    graphkoc.write_report(run, Path("report.html"))

Every command of the shell is a thin call into these names. They are imported when they are first
used, so that `graphkoc --help` does not wait for numpy.
"""

from importlib import import_module
from importlib.metadata import version as _version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphkoc.analysis import Settings
    from graphkoc.capture.contacts import new_key
    from graphkoc.capture.identity import link as link_accounts
    from graphkoc.capture.identity import link_file
    from graphkoc.capture.identity import report as identity_report
    from graphkoc.capture.identity import suggest as suggest_links
    from graphkoc.capture.identity import unlink as unlink_accounts
    from graphkoc.capture.load import Loaded
    from graphkoc.capture.sources import Source, find_source
    from graphkoc.capture.sources import discover as sources
    from graphkoc.demo import demo, demo_brand
    from graphkoc.errors import AnalysisError, DataError, GraphkocError, QueryError, StoreError, UsageError
    from graphkoc.graph.action_log import Log
    from graphkoc.graph.network import Network
    from graphkoc.graph.projection import Projection
    from graphkoc.measures import MEASURES
    from graphkoc.pipeline import (
        analyse,
        doctor,
        load,
        lookalikes,
        project,
        run_backtest,
        run_query,
        status,
    )
    from graphkoc.qualify.backtest import Backtest
    from graphkoc.qualify.brand import Brand
    from graphkoc.qualify.explain import explain_consumer
    from graphkoc.qualify.lists import list_circles, list_kocs, list_members, list_moved, list_niches, list_tiers
    from graphkoc.qualify.tiers import check_tiers
    from graphkoc.report import write as write_report
    from graphkoc.runs.edited import find_run
    from graphkoc.runs.edits import merge as merge_groups
    from graphkoc.runs.edits import rename as rename_group
    from graphkoc.runs.edits import undo as undo_decision
    from graphkoc.runs.run import Run
    from graphkoc.stores import Store, open_store
    from graphkoc.stores.queries import Query
    from graphkoc.stores.queries import catalogue as queries
    from graphkoc.tables.schema import TABLES

_HOMES = {
    "graphkoc.analysis": ["Settings"],
    "graphkoc.qualify.backtest": ["Backtest"],
    "graphkoc.capture.contacts": ["new_key"],
    "graphkoc.stores.queries": ["Query", "catalogue=queries"],
    "graphkoc.runs.edited": ["find_run"],
    "graphkoc.errors": ["AnalysisError", "DataError", "GraphkocError", "QueryError", "StoreError", "UsageError"],
    "graphkoc.qualify.brand": ["Brand"],
    "graphkoc.qualify.explain": ["explain_consumer"],
    "graphkoc.capture.identity": [
        "link=link_accounts",
        "link_file",
        "report=identity_report",
        "suggest=suggest_links",
        "unlink=unlink_accounts",
    ],
    "graphkoc.runs.edits": ["merge=merge_groups", "rename=rename_group", "undo=undo_decision"],
    "graphkoc.qualify.lists": ["list_circles", "list_kocs", "list_members", "list_moved", "list_niches", "list_tiers"],
    "graphkoc.capture.load": ["Loaded"],
    "graphkoc.capture.sources": ["Source", "discover=sources", "find_source"],
    "graphkoc.graph.action_log": ["Log"],
    "graphkoc.measures": ["MEASURES"],
    "graphkoc.graph.network": ["Network"],
    "graphkoc.demo": ["demo", "demo_brand"],
    "graphkoc.pipeline": [
        "analyse",
        "doctor",
        "load",
        "lookalikes",
        "project",
        "run_backtest",
        "run_query",
        "status",
    ],
    "graphkoc.graph.projection": ["Projection"],
    "graphkoc.report": ["write=write_report"],
    "graphkoc.runs.run": ["Run"],
    "graphkoc.stores": ["Store", "open_store"],
    "graphkoc.tables.schema": ["TABLES"],
    "graphkoc.qualify.tiers": ["check_tiers"],
}
_WHERE = {name.split("=")[-1]: (module, name.split("=")[0]) for module, names in _HOMES.items() for name in names}

__version__ = _version("graphkoc")

__all__ = [
    "MEASURES",
    "TABLES",
    "AnalysisError",
    "Backtest",
    "Brand",
    "DataError",
    "GraphkocError",
    "Loaded",
    "Log",
    "Network",
    "Projection",
    "Query",
    "QueryError",
    "Run",
    "Settings",
    "Source",
    "Store",
    "StoreError",
    "UsageError",
    "analyse",
    "check_tiers",
    "demo",
    "demo_brand",
    "doctor",
    "explain_consumer",
    "find_run",
    "find_source",
    "identity_report",
    "link_accounts",
    "link_file",
    "list_circles",
    "list_kocs",
    "list_members",
    "list_moved",
    "list_niches",
    "list_tiers",
    "load",
    "lookalikes",
    "merge_groups",
    "new_key",
    "open_store",
    "project",
    "queries",
    "rename_group",
    "run_backtest",
    "run_query",
    "sources",
    "status",
    "suggest_links",
    "undo_decision",
    "unlink_accounts",
    "write_report",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _WHERE[name]
    # The import binds the package's `demo` to the module, in place of the function.
    globals()[name] = value = getattr(import_module(module), attribute)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
