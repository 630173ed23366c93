"""The runtime target: Brian2 in this process, Cython where a compiler exists, else NumPy.

A user's Brian2 preferences, which may change results, are set aside meanwhile, except those on code generation.
"""

from __future__ import annotations

import resource
import time
from typing import Any

import brian2
import numpy as np
from brian2 import second
from brian2.core.base import BrianObjectException
from brian2.devices.device import auto_target, get_device

from spiking_engrams.brian2_preferences import default_preferences
from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.errors import BuildError, SimulationError
from spiking_engrams.programs.process import Progress
from spiking_engrams.programs.program import Inputs, Outputs
from spiking_engrams.programs.results import by_sample
from spiking_engrams.state.variable import Variable
from spiking_engrams.targets.assemble import Assembly, assemble, describe_variable, state_variables

Types = tuple[dict[str, Variable], dict[str, str]]


def code_generator() -> str:
    """Return the code generator in use: ``"cython"`` or ``"numpy"``, which draw noise in different orders."""
    chosen = brian2.prefs["codegen.target"]
    return str(chosen) if chosen != "auto" else str(auto_target().class_name)


class RuntimeProgram:
    """A circuit assembled anew for every run, in this process.

    A run needs fresh Brian2 objects: there is no public way to empty spike queues and monitors. Code
    objects come from Cython's cache.
    """

    def __init__(self, circuit: Circuit):
        self.circuit = circuit
        self._arrays = circuit.arrays
        self._spare: Assembly | None = None
        self._known: Types | None = None

    @property
    def variables(self) -> dict[str, Variable]:
        """Type of every state variable."""
        return self._types()[0]

    @property
    def trace_units(self) -> dict[str, str]:
        """Unit of every trace."""
        return self._types()[1]

    def _types(self) -> Types:
        if self._known is None:
            self._spare = self._assemble()  # the first run uses it
            self._known = _types_of(self._spare)
        return self._known

    def _assemble(self) -> Assembly:
        if type(get_device()).__name__ != "RuntimeDevice":
            raise SimulationError(
                "Target 'runtime' needs Brian2's runtime device, but another one is active in this process; "
                "call brian2.set_device('runtime') first."
            )
        try:
            with default_preferences():
                return assemble(self.circuit.structure, self._arrays, self.circuit.constants)
        except Exception as error:  # Brian2 raises many kinds of errors, all about the circuit's description
            raise self._unusable(error) from error

    def _unusable(self, error: BaseException) -> BuildError:
        reasons = [str(error), *([str(error.__cause__)] if error.__cause__ else [])]
        lines = [
            line.strip().rstrip(".") for reason in reversed(reasons) for line in reason.splitlines() if line.strip()
        ]
        return BuildError(f"Circuit '{self.circuit.name}' could not be built for 'runtime': {' | '.join(lines[:3])}.")

    def run(self, inputs: Inputs, progress: Progress | None = None) -> Outputs:
        """Run once; a pure function of its inputs."""
        started = time.perf_counter()
        assembly, self._spare = self._spare or self._assemble(), None
        self._known = self._known or _types_of(assembly)
        self._set(assembly, inputs)
        brian2.seed(inputs.seed)
        report = None if progress is None else (lambda elapsed, completed, start, duration: progress(completed))
        looped = time.perf_counter()
        try:
            with default_preferences():
                assembly.network.run(inputs.duration * second, report=report, report_period=0.25 * second, namespace={})
        except BrianObjectException as error:
            raise self._unusable(error) from error
        loop_s = time.perf_counter() - looped
        outputs = self._collect(assembly)
        outputs.cost.update(
            loop_s=loop_s,
            wall_s=time.perf_counter() - started,
            peak_memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        )
        return outputs

    def _set(self, assembly: Assembly, inputs: Inputs) -> None:
        for name, value in inputs.constants.items():
            owner, variable = name.split(".")
            assembly.objects[owner].variables[variable].set_value(value)
        variables = state_variables(assembly)
        for name, array in inputs.state.items():
            variable = variables[name]
            variable.set_value(np.asarray(array).reshape(()) if variable.scalar else np.asarray(array))
        for kind, arrays in ((assembly.signals, inputs.signals), (assembly.banks, inputs.banks)):
            for name, array in arrays.items():
                kind[name].values[...] = array

    @staticmethod
    def _collect(assembly: Assembly) -> Outputs:
        def values(variable: Any) -> np.ndarray:
            return np.array(np.atleast_1d(variable.get_value()))

        return Outputs(
            state={name: values(variable) for name, variable in state_variables(assembly).items()},
            spikes={n: (np.asarray(m.t / second), np.array(m.i)) for n, m in assembly.spikes.items()},
            traces={n: _samples(v, assembly) for n, v in _traced(assembly).items()},
        )


def _types_of(assembly: Assembly) -> Types:
    variables = {n: Variable(**describe_variable(v)) for n, v in state_variables(assembly).items()}
    return variables, {n: describe_variable(v)["unit"] for n, v in _traced(assembly).items()}


def _samples(variable: Any, assembly: Assembly) -> np.ndarray:
    return by_sample(np.array(variable.get_value()), len(variable.owner.source))


def _traced(assembly: Assembly) -> dict[str, Any]:
    """Return the recorded variable of each trace."""
    return {
        f"{group}.{name}": monitor.variables[name]
        for group, monitor in assembly.traces.items()
        for name in monitor.record_variables
    }
