"""Packages whose modules load when a name of theirs is first used.

SQLAlchemy costs half a second to import; a command that only reads never pays it.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazy_attributes(package: str, names: Mapping[str, str | None]) -> Callable[[str], Any]:
    """Return a module's ``__getattr__`` that imports what is asked for.

    ``names`` maps each public name to the submodule that defines it, or to ``None`` where the name
    is a submodule itself. Every submodule is loaded together with the first, in the order given, if
    they refer to each other by name: SQLAlchemy resolves relationships only among loaded classes.
    """

    def load(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        module = names[name]
        if module is None:
            return import_module(f"{package}.{name}")
        for other in names.values():
            import_module(f"{package}.{other}")
        return getattr(import_module(f"{package}.{module}"), name)

    return load
