"""Build the amygdala circuit: hippocampus, cortex and amygdala as spiking modules.

Modules and sizes follow Werne, Chadwick & Series (2026). Each of their modules is a vector of activities updated in
steps of 100 ms; here each is a group of spiking neurons whose active cells fire at 50 Hz. See parameters.py for the
constants.

Time step
---------
The time step is 1 ms. In a comparison of `fear_conditioning` at 1, 0.5 and 0.1 ms (10, 3 and 3 seeds, mean and SD)
every checked phenomenon holds at each. The plateau of fear is 0.89 (0.04), 0.93 (0.01), 0.91 (0.02); fear at trial 60
of extinction 0.04 (0.02), 0.04 (0.01), 0.05 (0.00); fear in A after the night 0.77 (0.13), 0.89 (0.05), 0.67 (0.17).
Only speed differs by more than its spread: fear is acquired in trial 5.4 (0.5), 5.0 (0.0), 6.3 (0.6), and extinguished
in trial 34.0 (1.6), 32.3 (0.6), 38.0 (1.0).

Where the published code is ambiguous
-------------------------------------
- EC_out fires in perception (a relay of EC_in), so HIP -> EC_out learns; its threshold in sleep and recall is
  exp(2.75), as published.
- BA_N learns fast if the size of the error is > 0.3, as in the last version of the code; R3 needs US >= 0.4.
- Nothing learns in recall: every kappa is 0, so a test leaves the animal unchanged.
- With US = 0, BA_N -> BA_I stays weakly plastic in wakefulness, as published.
- A phase change resets nothing; kappa follows the prediction error alone.
"""

from __future__ import annotations

import numpy as np

from networks.amygdala.builder import Builder
from networks.amygdala.controls import CONTROLS
from networks.amygdala.parameters import Parameters, Time
from networks.amygdala.phases import SIGNALS, Phases
from networks.amygdala.populations import add_populations
from networks.amygdala.projections import add_fixed, add_plastic
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.errors import ParameterError
from spiking_engrams.neurons.calibration import calibrate, calibrated
from spiking_engrams.neurons.model import NeuronModel
from spiking_engrams.neurons.models import require_ports, resolve_neuron

MAX_PATTERNS = 512
LARGEST_TRACE = 4.0  # limit of `taught_trace`: a taught cell must be active for much of the learning window
TRACES = ("fear", "us_seen", "error", "stress", "validity", "route_hip", "fear_watershed", "recruit_norm")


def build(parameters: Parameters | None = None, neuron: str | NeuronModel = "LIF") -> Circuit:
    """Return the amygdala circuit.

    Parameters
    ----------
    parameters
        All constants; the defaults are the published values where these exist.
    neuron
        Model of every spiking cell: a name, ``"file.py:Class"`` or an instance with the ports ``excite``,
        ``inhibit`` and ``bias``. The time step is lowered to the largest one that the model allows.

    Raises
    ------
    ParameterError, UnknownNameError
        If the model lacks a port, cannot be calibrated, or responds too late to be taught within a step.

    Examples
    --------
    >>> from networks.amygdala import Parameters
    >>> circuit = build(Parameters().replace({"hippocampus.n": 70, "amygdala.n_fear": 50}))
    >>> circuit.name, circuit.group("HIP").size, circuit.group("BA_P").size
    ('amygdala', 70, 50)
    """
    parameters = parameters or Parameters()
    model = resolve_neuron(neuron)
    require_ports(model, ("excite", "inhibit", "bias"))
    if parameters.time.dt > model.max_dt:  # AdEx and Izhikevich need 0.5 ms
        parameters = parameters.replace({"time.dt": model.max_dt})
    taught = taught_trace(calibrate(model, parameters.time.dt).onset, parameters.time, model.name)
    builder = Builder(parameters, calibrated(model, parameters.time.dt), taught)
    add_populations(builder)
    add_fixed(builder)
    add_plastic(builder)
    return _circuit(builder)


def taught_trace(onset: np.ndarray, time: Time, name: str) -> float:
    """Return the value to which a spike sets the Z traces of BA_P and BA_I, so that Z of a taught cell averages 1.

    A published cell that is active in a step counts as 1, whether the teaching signal or BA_N made it fire. A spiking
    cell starts to fire only at `onset` (s) after the teaching signal begins, and Z lags behind; how much depends on the
    neuron model, so it is computed from the measured response to a step of the drive. The trace saturates, because
    otherwise a cell that fires by itself would learn faster than a taught one, by a factor of 1.7 with LIF cells and
    2.2 with AdEx cells. With saturation the factor is 1.06 (LIF), 1.40 (AdEx, whose first spike comes late) and 0.86
    (Izhikevich, whose first spike comes early).

    Raises
    ------
    ParameterError
        If the model `name` responds too late to be taught within a step.
    """
    tau = float(time.tau_z)
    sampled = np.arange(float(time.learn_start - time.read_stop), float(time.step - time.read_stop), float(time.dt))
    taught = _mean_trace(sampled, onset, tau)
    if taught * LARGEST_TRACE < 1:
        latest_onset = _latest_onset(sampled, tau)
        first = f"{1e3 * onset[0]:.3g} ms" if len(onset) else "more than 300 ms"
        raise ParameterError(
            f"Cells of neuron model {name} first fire {first} after a step of the drive, too late to learn "
            f"from the teaching signal, which lasts from {time.read_stop} to {time.step} in each step: they must fire "
            f"within {1e3 * latest_onset:.0f} ms of it. Use a model with a shorter latency, for example a smaller "
            "capacitance."
        )
    return 1 / taught


def _mean_trace(sampled: np.ndarray, onset: np.ndarray, tau: float) -> float:
    """Return the mean over sampled times of a trace that each spike sets to 1 and that decays."""
    age = sampled[:, None] - onset[None, :]
    return float(np.where(age >= 0, np.exp(-np.abs(age) / tau), 0.0).max(axis=1, initial=0.0).mean())


def _latest_onset(sampled: np.ndarray, tau: float) -> float:
    """Return the latest first spike (s) after which a taught cell can still learn within a step."""
    later = (t for t in sampled if _mean_trace(sampled, np.array([t]), tau) * LARGEST_TRACE >= 1)
    return float(max(later, default=0.0))


def _circuit(b: Builder) -> Circuit:
    p = b.p
    features = p.sensory.n_hypercolumns * p.sensory.n_values
    return Circuit(
        name="amygdala",
        neuron=b.model.name,
        parameters=p,
        dt=p.time.dt,
        step=p.time.step,
        groups=tuple(b.groups.values()),
        connections=tuple(b.connections),
        signals=SIGNALS,
        banks={"contexts": (MAX_PATTERNS, features)},
        traces=tuple(f"modulator.{name}" for name in TRACES),
        inputs=(
            (
                "context",
                f"{p.sensory.n_hypercolumns} of {features} afferents fire at about {p.time.rate}",
            ),
            ("US", "fraction of US cells that fire = intensity"),
        ),
        measurements=(
            ("spikes", "of every population"),
            (
                "fear",
                "CeM spikes in the read-out window of each step, 1 if all cells fire at the reference rate",
            ),
        ),
        phases=Phases(p),
        controls=CONTROLS,
    )
