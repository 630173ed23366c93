"""Runs of protocols on tiny networks."""

from spiking_engrams.experiment.experiment import Request, execute, prepare
from spiking_engrams.experiment.protocol import load_protocol


def run_as_planned(request: Request, path):
    """Run a protocol and return the folder.

    Every label of its timeline has to be one of the run, and every metric must have a meaning.
    """
    folder = execute(request, path)
    planned = set(prepare(request).labels())
    assert planned <= set(folder.seed(request.seeds[0]).labels()), "the timeline has labels that no run has"
    assert {each.name for each in folder.measured} <= set(load_protocol(request.protocol).meanings)
    return folder
