"""Parameters of the amygdala circuit.

Times that the published model (Werne, Chadwick & Series 2026, PLOS Comput Biol, doi 10.1371/journal.pcbi.1013251;
values from the authors' code) gives in steps are converted to seconds here, at 100 ms per step.
"""

from __future__ import annotations

from dataclasses import dataclass

from brian2 import Hz, Quantity, ms, second

from spiking_engrams.errors import ParameterError
from spiking_engrams.parameters.parameter_set import FITTED, ParameterSet, field_of

WERNE = "Werne 2026, code"


@dataclass(frozen=True)
class Time(ParameterSet):
    """Time grid and reference rate."""

    dt: Quantity = field_of(1 * ms, "time step of the integration", FITTED, low=0.05 * ms, high=2 * ms)
    step: Quantity = field_of(100 * ms, "one published step (trial)", FITTED, low=20 * ms)
    rate: Quantity = field_of(50 * Hz, "firing rate of an active cell", "Werne 2026 has 0/1; Fiebig 2014 50 Hz")
    tau_z: Quantity = field_of(20 * ms, "time constant of the Z traces", "chosen here, from 20 to 50 ms", low=1 * ms)
    read_start: Quantity = field_of(50 * ms, "start of the read-out of fear within a step", FITTED)
    read_stop: Quantity = field_of(70 * ms, "end of the read-out; the teaching signal begins", FITTED)
    learn_start: Quantity = field_of(83 * ms, "start of learning onto BA_P and BA_I", FITTED)
    floor: float = field_of(0.025, "lowest probability of the traces (lambda)", WERNE, low=0.0, high=0.5)

    def __post_init__(self) -> None:
        """Check the order of the events within a step, and that they lie on the time grid."""
        super().__post_init__()
        if not 0 * ms < self.read_start < self.read_stop < self.learn_start < self.step or float(self.rate) <= 0:
            raise ParameterError(
                f"Time: read_start ({self.read_start}), read_stop ({self.read_stop}), learn_start ({self.learn_start}) "
                f"and step ({self.step}) must increase in this order, and rate ({self.rate}) must be positive."
            )
        for name in ("step", "read_start", "read_stop", "learn_start"):
            steps = float(getattr(self, name) / self.dt)
            if abs(steps - round(steps)) > 1e-6:
                raise ParameterError(f"Time.{name} is {getattr(self, name)}: it must be a multiple of dt ({self.dt}).")


@dataclass(frozen=True)
class Sensory(ParameterSet):
    """Sensory cortex and entorhinal cortex."""

    n_hypercolumns: int = field_of(50, "features of a context", WERNE, low=2)
    n_values: int = field_of(10, "values of a feature", WERNE, low=2)
    rate_jitter: float = field_of(0.04, "relative SD of the afferents' rates", FITTED, low=0.0)
    relay_weight: float = field_of(
        3.0, "one-to-one weight, in units of drive: an active cell fires at the reference rate", FITTED
    )
    tau_relay: Quantity = field_of(20 * ms, "time constant of one-to-one currents", FITTED, low=0.1 * ms)
    out_threshold: float = field_of(15.643, "summed weight at which EC_out fires in sleep and recall, exp(2.75)", WERNE)
    out_width: float = field_of(1.0, "range of summed weight from silence to full rate", FITTED, low=0.01)
    tau_hip_out: Quantity = field_of(
        60 * second, "time constant of HIP -> EC_out traces, 600 steps", WERNE, low=0.1 * ms
    )


@dataclass(frozen=True)
class Hippocampus(ParameterSet):
    """Hippocampus: sparse code, fast recurrent learning, adaptation that makes it hop between memories in sleep."""

    n: int = field_of(350, "units", WERNE, low=10)
    n_active: int = field_of(14, "active units of an engram", WERNE, low=1)
    tau_input: Quantity = field_of(
        100 * ms,
        "time constant of the EC_in -> HIP current (NMDA-like)",
        "Knight 2016: NMDA 150 ms; fitted",
        low=0.1 * ms,
    )
    input_threshold: float = field_of(21.0, "summed input at which HIP fires without inhibition", FITTED)
    input_width: float = field_of(0.15, "range of summed input from silence to full rate", FITTED, low=0.001)
    basket_step: float = field_of(0.55, "threshold shift per active cell, in units of summed input", FITTED)
    crowd_step: float = field_of(
        0.53, "threshold shift per EC_in cell beyond those of a context, during a cue: 14 cells fire, not 200", FITTED
    )
    hold: float = field_of(
        0.8, "afterdepolarisation of an active cell, in units of summed input: winners stay active", FITTED
    )
    tau_basket: Quantity = field_of(100 * ms, "time constant of the pool's inhibition", FITTED, low=0.1 * ms)
    tau_trace: Quantity = field_of(35 * second, "time constant of the recurrent traces, 350 steps", WERNE, low=0.1 * ms)
    tau_adaptation: Quantity = field_of(
        120 * second, "time constant of the adaptation traces in sleep, 1200 steps", WERNE, low=0.1 * ms
    )
    adaptation: float = field_of(0.85, "strength of the adaptation, -g_A", WERNE, low=0.0)
    tau_recurrent: Quantity = field_of(30 * ms, "time constant of the recurrent current", FITTED, low=0.1 * ms)
    tau_onset: Quantity = field_of(300 * ms, "time constant of the onset of sleep", FITTED, low=1 * ms)
    sleep_base: float = field_of(3.0, "drive in sleep at unit recurrent input", FITTED)
    sleep_gain: float = field_of(2.0, "drive per e-fold of recurrent input", FITTED)
    sleep_offset: float = field_of(0.3, "summed input added before the logarithm", FITTED, low=0.0)
    sleep_step: float = field_of(0.3, "inhibition per active cell in sleep and recall", FITTED)
    tau_slow: Quantity = field_of(
        150 * ms, "time constant of the slow recurrent current in recall", "Knight 2016: NMDA", low=0.1 * ms
    )
    recall_drive: float = field_of(6.3, "saturating drive in recall, at large recurrent input", FITTED)
    recall_half: float = field_of(2.2, "recurrent input at which that drive is half", FITTED, low=0.01)
    noise: float = field_of(0.5, "SD of the noise in the drive, per 1 ms", FITTED, low=0.0)


@dataclass(frozen=True)
class Cortex(ParameterSet):
    """Sensory association cortex: 50 hypercolumns, slow learning."""

    tau_trace: Quantity = field_of(
        3200 * second, "time constant of the recurrent traces in wakefulness, 32000 steps", WERNE, low=0.1 * ms
    )
    sleep_speed: float = field_of(32 / 26, "kappa in sleep: 26000 steps", WERNE, low=0.0)
    tau_hip: Quantity = field_of(20 * second, "time constant of HIP -> CTX traces, 200 steps", WERNE, low=0.1 * ms)
    tau_current: Quantity = field_of(30 * ms, "time constant of the input currents", FITTED, low=0.1 * ms)
    offset: float = field_of(0.3, "summed input added before the logarithm", FITTED, low=0.0)
    gain: float = field_of(1.0, "drive per e-fold of input", FITTED)
    recall_gain: float = field_of(5.0, "drive per mean log weight of the recurrent input in recall", FITTED)
    inhibition: float = field_of(3.2, "inhibition by one basket cell at full rate in sleep", FITTED)
    recall_inhibition: float = field_of(
        5.0, "the same in recall: the stronger, the fewer units are active in a hypercolumn", FITTED
    )


@dataclass(frozen=True)
class Amygdala(ParameterSet):
    """Basal nucleus (BA_N, BA_P, BA_I) and central nucleus (CeM)."""

    n_active: int = field_of(50, "active BA_N units of an engram", WERNE, low=1)
    n_fear: int = field_of(250, "cells of BA_P and of BA_I", WERNE, low=4)
    n_output: int = field_of(100, "cells of CeM", FITTED, low=10)
    tau_trace: Quantity = field_of(
        100 * second, "time constant of BA_N recurrent traces after a surprise, 1000 steps", WERNE, low=0.1 * ms
    )
    slow_trace: float = field_of(1 / 40, "kappa of BA_N recurrent traces without surprise: 40000 steps", WERNE)
    tau_hip: Quantity = field_of(
        20 * second, "time constant of HIP -> BA_N traces after a surprise, 200 steps", WERNE, low=0.1 * ms
    )
    slow_hip: float = field_of(1 / 200, "kappa of HIP -> BA_N without surprise: 40000 steps", WERNE)
    tau_ctx: Quantity = field_of(
        100 * second, "time constant of CTX -> BA_N traces after a surprise, 1000 steps", WERNE, low=0.1 * ms
    )
    sleep_ctx: float = field_of(1 / 30, "kappa of CTX -> BA_N in sleep without surprise", WERNE)
    surprise: float = field_of(0.3, "absolute prediction error above which learning is fast", WERNE, low=0.0)
    tau_fear: Quantity = field_of(
        100 * second, "time constant of BA_N -> BA_P traces, 1000 steps divided by the error", WERNE, low=0.1 * ms
    )
    tau_safety: Quantity = field_of(
        250 * second, "time constant of BA_N -> BA_I traces, 2500 steps divided by the error", WERNE, low=0.1 * ms
    )
    least_error: float = field_of(0.05, "prediction error above which synapses onto BA_P and BA_I learn", WERNE)
    threshold_fear: float = field_of(21.115, "summed weight at which BA_P fires, exp(3.05)", WERNE)
    threshold_safety: float = field_of(77.478, "summed weight at which BA_I fires, exp(4.35)", WERNE)
    width: float = field_of(0.03, "range from silence to full rate, relative to the threshold", FITTED, low=0.001)
    teach_fear: float = field_of(3.0, "teaching signal to BA_P, in log units per unit of error", WERNE)
    teach_safety: float = field_of(4.25, "teaching signal to BA_I, in log units per unit of error", WERNE)
    tau_current: Quantity = field_of(25 * ms, "time constant of BA_N -> BA_P and BA_I currents", FITTED, low=0.1 * ms)
    tau_output: Quantity = field_of(
        25 * ms,
        "time constant of the currents onto CeM, which are held while the teaching signal lasts",
        FITTED,
        low=0.1 * ms,
    )
    output_gain: float = field_of(
        1.12, "weight onto CeM, so that n cells at their actual rates give the published sigmoid of n", FITTED
    )
    output_midpoint: float = field_of(8.0, "net active cells at which half of CeM fires", WERNE)
    output_slope: float = field_of(0.3, "slope of CeM's sigmoid per active cell", WERNE)
    output_width: float = field_of(0.5, "range of active cells from silence to full rate of one CeM cell", FITTED)
    gain: float = field_of(1.0, "BA_N drive per e-fold of input in sleep", FITTED)
    offset: float = field_of(0.3, "summed input added before the logarithm", FITTED)
    recurrent_gain: float = field_of(
        0.15, "weight of the recurrent input in recall, g_L", "Werne 2026, first version of the code; later 0.05"
    )
    basket_step: float = field_of(0.06, "inhibition per active BA_N cell in sleep", FITTED)
    recall_gain: float = field_of(
        6.0, "BA_N drive per e-fold of input in recall: engram cells fire at full rate", FITTED
    )
    recall_step: float = field_of(0.2, "inhibition per active BA_N cell in recall", FITTED)
    recall_noise: float = field_of(
        0.5, "SD of the noise in the ceiling of the BA_N drive in recall, per 1 ms", FITTED, low=0.0
    )
    noise: float = field_of(0.2, "SD of the noise in the BA_N drive, per 1 ms", FITTED)
    recruit_on: float = field_of(0.062832, "phase advance of a recruitable P cell per step, pi/50", WERNE)
    recruit_off: float = field_of(
        0.251327, "phase advance of a non-recruitable P cell (every 16th step), 4 pi/50", WERNE
    )
    recruit_noise: float = field_of(0.25, "SD of the recruitability noise of P cells", WERNE)
    safety_on: float = field_of(0.015708, "phase advance of a recruitable I cell per step, pi/200", WERNE)
    safety_off: float = field_of(0.062832, "phase advance of a non-recruitable I cell, pi/50", WERNE)
    safety_noise: float = field_of(0.2, "SD of the recruitability noise of I cells", WERNE)
    on_fraction: float = field_of(0.05, "fraction of cells that start recruitable", WERNE, low=0.0, high=1.0)


@dataclass(frozen=True)
class Sleep(ParameterSet):
    """Homeostasis of the fear synapses in sleep and its dependence on stress."""

    rate: float = field_of(0.005, "r of the Allee map, per step of an active cell", WERNE, low=0.0)
    limit: float = field_of(0.1, "largest change per step", WERNE, low=0.0)
    capacity_fear: float = field_of(0.45, "K of BA_N -> BA_P", WERNE)
    capacity_safety: float = field_of(2.0, "K of BA_N -> BA_I", WERNE)
    threshold_fear: float = field_of(0.20, "T of BA_N -> BA_P", WERNE)
    threshold_safety: float = field_of(1.5, "T of BA_N -> BA_I", WERNE)
    stress_threshold: float = field_of(0.10, "T of BA_N -> BA_P after extreme stress", WERNE)
    stress_norm: float = field_of(1.75, "recruitability norm after extreme stress (2 otherwise)", WERNE)
    stress_limit: float = field_of(0.9, "stress above which threshold and norm change", WERNE)


@dataclass(frozen=True)
class Parameters(ParameterSet):
    """All parameters of the amygdala circuit.

    Examples
    --------
    >>> from brian2 import ms
    >>> smaller = Parameters().replace({"hippocampus.n": 70, "time.tau_z": "25*ms"})
    >>> smaller.hippocampus.n, round(smaller.time.tau_z / ms)
    (70, 25)
    """

    time: Time = field_of(Time(), "time grid")
    sensory: Sensory = field_of(Sensory(), "sensory and entorhinal cortex")
    hippocampus: Hippocampus = field_of(Hippocampus(), "hippocampus")
    cortex: Cortex = field_of(Cortex(), "association cortex")
    amygdala: Amygdala = field_of(Amygdala(), "basal and central amygdala")
    sleep: Sleep = field_of(Sleep(), "homeostasis and stress")
    cells_per_unit: int = field_of(1, "neurons that share the role of one published unit", FITTED, low=1, high=20)
    connectivity_seed: int = field_of(1, "seed of the wiring", FITTED, low=0)
    trace_form: str = field_of("event", "form of the BCPNN traces", FITTED, allowed=("event", "clock"))

    def __post_init__(self) -> None:
        """Check that engrams fit into their populations."""
        super().__post_init__()
        n_sensory = self.sensory.n_hypercolumns * self.sensory.n_values
        for name, n_active, n in (
            ("hippocampus", self.hippocampus.n_active, self.hippocampus.n),
            ("amygdala", self.amygdala.n_active, n_sensory),
        ):
            if n_active > n:
                raise ParameterError(
                    f"Parameters.{name}.n_active is {n_active}: an engram cannot have more units "
                    f"than the {n} of its module."
                )
