"""Runs of protocols on tiny networks."""

from spiking_engrams.experiment.experiment import Request, execute, prepare


def run_as_planned(request: Request, path):
    """Run a protocol and return the folder; every label of its timeline has to be one of the run."""
    folder = execute(request, path)
    planned = set(prepare(request).labels())
    assert planned <= set(folder.seed(request.seeds[0]).labels()), "the timeline has labels that no run has"
    return folder
