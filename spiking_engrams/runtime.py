"""The runtime target: Brian2 in this process, Cython where a compiler exists, else NumPy."""

from __future__ import annotations

import resource
import time
from functools import cached_property
from typing import Any

import brian2
import numpy as np
from brian2 import second
from brian2.devices.device import get_device

from spiking_engrams.assemble import Assembly, assemble, state_variables
from spiking_engrams.circuit import Circuit, unit_name
from spiking_engrams.errors import SimulationError
from spiking_engrams.program import Inputs, Outputs, Progress


class RuntimeProgram:
    """A circuit assembled anew for every run, in this process.

    A run needs fresh Brian2 objects: spike queues and monitors have no public way to be emptied. Assembling
    takes about a second for the full amygdala circuit; code objects come from Cython's cache.
    """

    def __init__(self, circuit: Circuit):
        self.circuit = circuit
        self._arrays = {f"{c.name}.{end}": getattr(c, end) for c in circuit.connections for end in ("i", "j")}

    @cached_property
    def units(self) -> dict[str, str]:
        """Unit of every state variable."""
        variables = state_variables(self._assemble())
        return {
            name: unit_name(brian2.Quantity(1, dim=v.dim)) if v.dim.dim else "1" for name, v in variables.items()
        }

    def _assemble(self) -> Assembly:
        if type(get_device()).__name__ != "RuntimeDevice":
            raise SimulationError(
                "Target 'runtime' needs Brian2's runtime device, but another one is active in this process; "
                "call brian2.set_device('runtime') first."
            )
        return assemble(self.circuit.structure, self._arrays, self.circuit.constants)

    def run(self, inputs: Inputs, progress: Progress | None = None) -> Outputs:
        """Run once; a pure function of its inputs."""
        started = time.perf_counter()
        assembly = self._assemble()
        self._set(assembly, inputs)
        brian2.seed(inputs.seed)
        report = None if progress is None else (lambda elapsed, completed, start, duration: progress(completed))
        looped = time.perf_counter()
        assembly.network.run(
            inputs.duration * second, report=report, report_period=0.25 * second, namespace={}
        )
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
            traces={
                f"{group}.{variable}": np.array(monitor.variables[variable].get_value()).reshape(-1)
                for group, monitor in assembly.traces.items()
                for variable in monitor.record_variables
            },
        )
