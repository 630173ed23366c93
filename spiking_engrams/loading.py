"""Modules by name or by path, so that a user's own file can be a protocol or a network."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

from spiking_engrams.errors import EngramError


def load_module(reference: str) -> ModuleType:
    """Return the module of a dotted name or of a path that ends in ``.py``.

    Raises
    ------
    EngramError
        When there is no such file, or running it fails.
    """
    if not reference.endswith(".py"):
        try:
            return importlib.import_module(reference)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{reference}.".startswith(f"{error.name}."):
                raise
            raise EngramError(
                f"There is no module '{reference}'; was it renamed, or another version installed?"
            ) from error
    path = Path(reference).resolve()
    name = f"_engrams_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise EngramError(f"There is no Python file '{reference}' (looked in {Path.cwd()}); check the path.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, EngramError) or not isinstance(error, Exception | SystemExit):
            raise
        raise EngramError(f"The file '{reference}' fails with {type(error).__name__}: {error}.") from error
    return module
