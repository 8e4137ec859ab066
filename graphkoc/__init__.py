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
    from graphkoc.backtest import Backtest
    from graphkoc.brand import Brand
    from graphkoc.contacts import new_key
    from graphkoc.cypher import Query
    from graphkoc.cypher import catalogue as queries
    from graphkoc.decided import find_run
    from graphkoc.errors import AnalysisError, DataError, GraphkocError, QueryError, StoreError, UsageError
    from graphkoc.explain import explain_consumer
    from graphkoc.identity import link as link_accounts
    from graphkoc.identity import link_file
    from graphkoc.identity import report as identity_report
    from graphkoc.identity import suggest as suggest_links
    from graphkoc.identity import unlink as unlink_accounts
    from graphkoc.journal import merge as merge_groups
    from graphkoc.journal import rename as rename_group
    from graphkoc.journal import undo as undo_decision
    from graphkoc.listing import list_circles, list_kocs, list_members, list_moved, list_niches, list_tiers
    from graphkoc.loaders import Loaded, Source, find_source
    from graphkoc.loaders import discover as sources
    from graphkoc.log import Log
    from graphkoc.measures import MEASURES
    from graphkoc.network import Network
    from graphkoc.pipeline import (
        analyse,
        demo,
        demo_brand,
        doctor,
        load,
        lookalikes,
        project,
        run_backtest,
        run_query,
        status,
    )
    from graphkoc.projection import Projection
    from graphkoc.report import write as write_report
    from graphkoc.runs import Run
    from graphkoc.stores import Store, open_store
    from graphkoc.tables import TABLES
    from graphkoc.tiers import check_tiers

_HOMES = {
    "graphkoc.backtest": ["Backtest"],
    "graphkoc.contacts": ["new_key"],
    "graphkoc.cypher": ["Query", "catalogue=queries"],
    "graphkoc.decided": ["find_run"],
    "graphkoc.errors": ["AnalysisError", "DataError", "GraphkocError", "QueryError", "StoreError", "UsageError"],
    "graphkoc.brand": ["Brand"],
    "graphkoc.explain": ["explain_consumer"],
    "graphkoc.identity": [
        "link=link_accounts",
        "link_file",
        "report=identity_report",
        "suggest=suggest_links",
        "unlink=unlink_accounts",
    ],
    "graphkoc.journal": ["merge=merge_groups", "rename=rename_group", "undo=undo_decision"],
    "graphkoc.listing": ["list_circles", "list_kocs", "list_members", "list_moved", "list_niches", "list_tiers"],
    "graphkoc.loaders": ["Loaded", "Source", "discover=sources", "find_source"],
    "graphkoc.log": ["Log"],
    "graphkoc.measures": ["MEASURES"],
    "graphkoc.network": ["Network"],
    "graphkoc.pipeline": [
        "analyse",
        "demo",
        "demo_brand",
        "doctor",
        "load",
        "lookalikes",
        "project",
        "run_backtest",
        "run_query",
        "status",
    ],
    "graphkoc.projection": ["Projection"],
    "graphkoc.report": ["write=write_report"],
    "graphkoc.runs": ["Run"],
    "graphkoc.stores": ["Store", "open_store"],
    "graphkoc.tables": ["TABLES"],
    "graphkoc.tiers": ["check_tiers"],
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
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
