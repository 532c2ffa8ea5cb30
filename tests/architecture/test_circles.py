"""No module imports itself by way of others, wherever in a file the import stands."""

import grimp
from grimp import ImportGraph

# The two sides of a relationship name each other: SQLAlchemy reads the annotations.
MODELS = {f"crm.models.{noun}" for noun in ("client", "contract", "event", "payment", "user")}


def circles(graph: ImportGraph) -> list[set[str]]:
    """Return the largest sets of modules in which each leads to each."""
    above = {module: graph.find_upstream_modules(module) for module in graph.modules}
    found: list[set[str]] = []
    for module, others in above.items():
        circle = {module} | {other for other in others if module in above[other]}
        if len(circle) > 1 and circle not in found:
            found.append(circle)
    return found


def test_only_the_models_import_each_other() -> None:
    assert circles(grimp.build_graph("crm")) == [MODELS]


def test_a_circle_would_be_found() -> None:
    graph = ImportGraph()
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "b"), ("c", "d"), ("e", "a")):
        for module in (importer, imported):
            graph.add_module(module)
        graph.add_import(importer=importer, imported=imported)
    assert circles(graph) == [{"b", "c"}]
