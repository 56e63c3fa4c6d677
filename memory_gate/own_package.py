"""Loads the package `gate` of memory-gate, even where other packages have that name."""

from __future__ import annotations

import importlib.util
import sys
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

NAME = "gate"
HOME = Path(__file__).resolve().parent.parent
"""The folder of this package and of `gate`: a checkout, or site-packages."""


class ForeignPackageError(Exception):
    """Another `gate` is on the module search path, in front of memory-gate's own."""


def load_gate() -> None:
    """Import the `gate` beside this package. Raises ForeignPackageError.

    A `gate` in the working directory is ignored: `python -m` puts that folder first by itself.
    One on PYTHONPATH raises: its owner put it there on purpose.
    """
    if NAME in sys.modules:
        return
    foreign = _find_foreign()
    if foreign is not None:
        raise ForeignPackageError(
            f"{foreign} hides memory-gate's own package of the name {NAME}:"
            f" take {foreign.parent} out of PYTHONPATH"
        )
    spec = PathFinder.find_spec(NAME, [str(HOME)])
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"memory-gate is not whole: there is no {HOME / NAME}", name=NAME)
    module = importlib.util.module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)


def _find_foreign() -> Path | None:
    """Return the module or package that an import would find instead of memory-gate's own."""
    starts_elsewhere = not sys.flags.safe_path and Path(sys.path[0]).resolve() != HOME
    spec = PathFinder.find_spec(NAME, sys.path[1:] if starts_elsewhere else sys.path)
    path = _path_of(spec)
    return None if path is None or path.resolve() == HOME / NAME else path


def _path_of(spec: ModuleSpec | None) -> Path | None:
    """Return the spec's folder or file; None for a folder without `__init__.py`, which hides nothing."""
    if spec is None or spec.origin is None:
        return None
    origin = Path(spec.origin)
    return origin.parent if spec.submodule_search_locations else origin
