"""Is fear reacquired, after extinction and sleep, in fewer trials than it took at first?"""

from dataclasses import dataclass

from networks import amygdala
from spiking_engrams import Life, ParameterSet, Protocol, field_of


@dataclass(frozen=True)
class Options(ParameterSet):
    """Options of reacquisition."""

    n_acquisition: int = field_of(20, "trials with shock", low=1)
    n_extinction: int = field_of(60, "trials without shock", low=1)
    n_again: int = field_of(5, "trials with shock, after the night or for the first time", low=1)


def life(options, circuit, draw):
    """Return the life of the animal, and a test of the naive animal as a control."""
    phases, found = circuit.phases, Life()
    here = amygdala.random_context(circuit.parameters, draw.rng("contexts"))
    shocks = phases.perceive([here], [options.n_again], [0.9], "shocks")
    naive = found.born(phases.online_learning(1000, draw.seed))
    afraid = naive.then("acquisition", phases.perceive([here], [options.n_acquisition], [0.9]))
    safe = afraid.then("extinction", phases.perceive([here], [options.n_extinction], [0.0]))
    safe.then("night", phases.sleep()).ask("again", shocks)
    naive.ask("at_first", shocks)
    return found


def measure(session, lived):
    """Record fear in the last trial of each test."""
    for label in ("again", "at_first"):
        session.metric("fear", amygdala.trials(lived.phase(label), lived[label])[-1], test=label)


PROTOCOL = Protocol("reacquisition", __doc__, "amygdala", life=life, measure=measure, options=Options())
