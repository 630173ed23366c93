"""``python -m protocols.NAME``, the form used before ``engrams run NAME`` existed."""

from __future__ import annotations

import sys

from spiking_engrams.command.cli import app
from spiking_engrams.command.streams import start


def run(name: str) -> None:
    """Run a protocol with the options of ``engrams run``."""
    resumes = any(text.partition("=")[0] == "--resume" for text in sys.argv[1:])
    start(app, f"python -m protocols.{name}", ["run", *([] if resumes else [name]), *sys.argv[1:]])
