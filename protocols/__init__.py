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
