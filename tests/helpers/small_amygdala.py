"""The amygdala circuit scaled down, which is built and run in seconds."""

from networks import amygdala

SCALED_DOWN = {  # a fifth of the features; thresholds follow the size of an engram
    "sensory.n_hypercolumns": 10,
    "hippocampus.n": 70,
    "hippocampus.n_active": 5,
    "hippocampus.input_threshold": 3.0,
    "amygdala.n_active": 10,
    "amygdala.n_fear": 50,
}


def small(**changes):
    """Return the circuit scaled down, with further changes."""
    return amygdala.build(amygdala.Parameters().replace({**SCALED_DOWN, **changes}))
