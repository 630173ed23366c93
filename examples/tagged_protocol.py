"""Cells that fire in training are tagged, for manipulations of any later phase.

engrams run tagged_protocol.py --manipulate "test: silence engram:fear" --control random-engram
"""

from dataclasses import dataclass

from networks import amygdala
from spiking_engrams import Life, ParameterSet, Protocol, engram, field_of


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of the experiment."""

    n_training: int = field_of(40, "trials with shock", low=10)


def planned(options, phases, context, seed):
    """Return the pre-training, the training and the test."""
    training = phases.perceive([context], [options.n_training], [0.9])
    return phases.online_learning(300, seed), training, phases.recall(context, n_free=0)


def schedule(options, parameters):
    """Return the labelled phases, from which the timeline is drawn and labels are checked."""
    before, training, test = planned(options, amygdala.Phases(parameters), [0.0] * 500, 1)
    return Life().born(before).then("training", training).then("test", test).life


def run(session):
    """Run one seed: the engram is known once the animal has been trained."""
    here = amygdala.random_context(session.parameters, session.rng("contexts"))
    before, training, test = planned(session.options, session.circuit.phases, here, session.seed)
    state, recording = session.run("training", training, session.pretrained(before))
    cells = engram.tagged(recording, "BA_N", "fear", threshold=20, t_start=recording.duration - 1)
    session.engram("fear", cells)
    session.metric("tagged_cells", len(cells.cells), "cells")
    session.metric("fear", amygdala.fear(session.run("test", test, state)[1]))


PROTOCOL = Protocol(
    "tagged_protocol", "Fear with tagged cells", "amygdala", run=run, schedule=schedule, options=Options(),
    controls=("random-engram",),
)  # fmt: skip
