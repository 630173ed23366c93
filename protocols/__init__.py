"""Runnable experiments and the engrams command."""

import os
import sys


def _leave_out_working_folder() -> None:
    """Take the folder in which ``python -m protocols.NAME`` is started off the path, unless this package lies in it.

    Files there, such as ``networks/`` or ``random.py``, would stand for modules of the same name.
    """
    started_by_m = sys.argv[:1] == ["-m"] and not sys.flags.safe_path and sys.path
    here = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    if started_by_m and os.path.realpath(sys.path[0] or os.curdir) != here:
        del sys.path[0]


_leave_out_working_folder()


def _home(name: str) -> str | None:
    """Return the module of a protocol that was ``protocols.NAME`` in version 0.1."""
    package, _, short = name.partition(".")
    if package != __name__ or "." in short:
        return None
    from spiking_engrams.experiment import registry

    return registry.module_of("protocol", short) if short in registry.names("protocol") else None


def _script(name: str) -> str:
    """Return what ``python -m protocols.NAME`` runs: ``engrams run NAME``."""
    return f"from spiking_engrams.command.former import run\nrun({name.removeprefix('protocols.')!r})\n"


def _install() -> None:
    from spiking_engrams import former

    former.install(_home, _script)


_install()
