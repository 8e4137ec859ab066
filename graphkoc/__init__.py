"""graphkoc finds key opinion consumers on the graph of who follows whom and who reviews what.

    import graphkoc

    store = graphkoc.open_store("ladybug:./graphkoc.lbug")
    graphkoc.load(store, "ciao", [Path("examples/ciao")])
    run = graphkoc.analyse(store)
    graphkoc.list_kocs(run, niche="Beauty", limit=5)
    graphkoc.write_report(run, Path("report.html"))

Every command of the shell is one call of a public name. `__init__.pyi` lists the public names. Each is imported when
it is first used, so that `graphkoc --help` does not wait for numpy.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
