"""What a build depends on, and the key under which it is cached.

The key is a digest of the circuit's structure, the sources that generate code, the versions, the flags, the compiler
and the processor, all of which are known without generating code.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
from collections.abc import Callable
from pathlib import Path

from spiking_engrams.circuit.circuit import Circuit
from spiking_engrams.programs import surroundings
from spiking_engrams.targets import assemble, codegen, cpp_streams, cpp_units, cuda, cuda_units
from spiking_engrams.targets import cpp_thresholds as thresholds

# -ffast-math against plain -O3 on the amygdala circuit (`python -m benchmarks.amygdala --flags --quick`): fear
# and spike counts are the same awake, asleep and in recall, and the time loop is 1.2 to 1.3 times as fast.
FLAGS = ("-O3", "-march=native", "-std=c++17", "-ffast-math", "-fno-finite-math-only")
NOT_IN_KEY = ("jobs", "compiler")  # parts of a request that change no result


def request(circuit: Circuit, target: str, threads: int, compile_program: bool) -> dict[str, object]:
    """Return the request for a build, as JSON-able data."""
    return {
        "target": target,
        "threads": threads,
        "compile": compile_program,
        "jobs": surroundings.n_cores(),
        "structure_digest": circuit.structure_digest,
        **SETTINGS[target](),
    }


def _cpp_settings() -> dict[str, object]:
    return {
        "flags": list(FLAGS),
        "compiler": [*surroundings.launcher(), *surroundings.compiler()],
        "compiler_version": surroundings.compiler_version(),
        "compiler_identity": surroundings.compiler_identity(),
        "processor": surroundings.processor(),  # -march=native
    }


def _runtime_settings() -> dict[str, object]:
    from spiking_engrams.targets.runtime import code_generator

    return {"code": code_generator(), "processor": surroundings.processor()}


SETTINGS: dict[str, Callable[[], dict[str, object]]] = {
    "runtime": _runtime_settings,
    "cpp": _cpp_settings,
    "cuda": cuda.settings,
}


def key(request: dict[str, object]) -> str:
    """Return the digest of everything in a request that may affect results, with versions and sources."""
    packages = ["brian2", "numpy", "sympy", *(["brian2cuda"] if request["target"] == "cuda" else [])]
    parts = {name: value for name, value in request.items() if name not in NOT_IN_KEY}
    parts["versions"] = [importlib.metadata.version(name) for name in packages] + [platform.python_version()]
    modules = [assemble, codegen, cpp_streams, cpp_units, thresholds]
    modules += [cuda, cuda_units] if request["target"] == "cuda" else []
    parts["sources"] = [hashlib.sha256(Path(str(module.__file__)).read_bytes()).hexdigest() for module in modules]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
