"""One run into one folder, new or resumed, with its progress; used for runs, reproductions and controls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from spiking_engrams.command import command
from spiking_engrams.command.guard import ignore_signals


def run_into(path: Path, request: Any | None, jobs: int, trust: bool) -> Any:
    """Run a request into a new folder, or continue the run in the folder if there is no request; show progress.

    Python code from outside this installation runs only if `trust` is true.
    """
    from spiking_engrams.experiment.experiment import Request, execute, resume
    from spiking_engrams.experiment.progress import shown
    from spiking_engrams.experiment.trust import resume_command
    from spiking_engrams.runs.run_folder import RunFolder

    command.check_counts(command.RunOptions(jobs=jobs))
    begun = Request.from_info(RunFolder(path).info) if request is None else request
    try:
        with shown(len(begun.seeds)) as listener:
            if request is None:
                return resume(path, jobs=jobs, listener=listener, trust=trust)
            return execute(request, path, jobs=jobs, listener=listener, trust=trust)
    except KeyboardInterrupt:
        if (path / "run.json").exists():
            ignore_signals()
            command.complain(f"engrams: interrupted; continue with `{resume_command(path, begun)}`.")
            raise typer.Exit(command.INTERRUPTED) from None
        raise
