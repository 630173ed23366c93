"""The CUDA target: what it needs on this machine, how Brian2CUDA is set up, how its program is compiled.

Sources are generated without a GPU and without CUDA; compiling and linking need nvcc and cuRAND, but no GPU
either. Brian2CUDA compiles for C++11, which the Thrust of CUDA 13 rejects, and each operation separately; the
makefile written here compiles for C++17, in a few units (see `cuda_units`). Measured on one core: the 294
files of the amygdala circuit take 55 CPU seconds to compile and link, compared with 6 s or more for each alone.

As in the cpp program, seed and duration come from the environment, and constants, state, signals and banks
from the command line; the program copies them to the device just before its only ``run``, and copies every
array back at the end.

No program has run on a GPU yet: its speed there, and whether threads interfere, are unknown. Instead, the generated
sources were compiled for the CPU with a stand-in for CUDA's functions that runs one thread at a time
(tests/helpers/cuda_stand_in.h): spikes, traces and state agree with the runtime target over phases in a row, with
delays, plasticity and gap junctions, and noise follows the seed. On a GPU, expect other noise for the same seed than on
other targets, as cuRAND draws it, and results that repeat up to rounding, not bit for bit, as sums over synapses are
added in any order.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

from spiking_engrams.errors import BuildError
from spiking_engrams.targets.cuda_units import write_units

ARCHITECTURE = "SPIKING_ENGRAMS_COMPUTE_CAPABILITY"  # environment variable
DEFAULT_CAPABILITY = 9.0  # H100
CUDA_FOLDERS = ("/usr/local/cuda", "/opt/cuda")
FLAGS = ("-std=c++17", "-w", "-I.")
# The host compiler's level: operations prepare their synapses on the host, the rest only passes data on.
OPERATION_FLAGS = "-Xcompiler -O1"
PROGRAM_FLAGS = "-Xcompiler -O0"
MAX_UNITS = 16

SEED_CODE = """
if (const char* seed_text = std::getenv("ENGRAMS_SEED"))
    brian::random_number_buffer.set_seed(std::strtoull(seed_text, nullptr, 10));
"""
# Where the run of the duration given in the environment starts: later, the random buffers would belong to no run.
RUN_SLOT = "after_network_run"


def check(compile_program: bool = True) -> None:
    """Raise BuildError if this machine lacks what the target needs."""
    if importlib.util.find_spec("brian2cuda") is None:
        raise BuildError(
            "Target 'cuda' needs the package brian2cuda: install it with `pip install "
            "'spiking-engrams[cuda]'`, which requires Python 3.12."
        )
    if not compile_program:
        return
    if not nvcc():
        raise BuildError(
            f"Target 'cuda' needs the compiler nvcc, which is neither in $CUDA_PATH nor on PATH nor in "
            f"{CUDA_FOLDERS[0]}; install the CUDA toolkit, or write the sources only, with "
            "`engrams build NETWORK --target cuda --no-compile`."
        )
    if curand() is None:
        raise BuildError(
            f"Target 'cuda' needs cuRAND and its headers, which are neither in the CUDA toolkit of {nvcc()} "
            "nor in a wheel; install them with `pip install nvidia-curand`."
        )
    if not shutil.which("make"):
        raise BuildError("Target 'cuda' needs make, which is not on PATH; install it.")


def settings() -> dict[str, Any]:
    """Return what a CUDA program depends on besides its sources, as entries of a build's request."""
    return {
        "threads": 1,  # of one simulation on the host
        "flags": [*FLAGS, OPERATION_FLAGS, PROGRAM_FLAGS],
        "compiler": nvcc(),
        "compiler_version": _said(nvcc(), "--version").strip().rpartition("\n")[2],
        "processor": "",  # nothing is compiled for this processor
        "compute_capability": compute_capability(),
    }


def nvcc() -> str:
    """Return the path of nvcc (in $CUDA_PATH, on PATH, or in a usual folder), or an empty string."""
    home = os.environ.get("CUDA_PATH")
    usual = os.pathsep.join(f"{folder}/bin" for folder in CUDA_FOLDERS)
    chosen = shutil.which("nvcc", path=f"{home}/bin") if home else None
    return chosen or shutil.which("nvcc") or shutil.which("nvcc", path=usual) or ""


def compute_capability() -> float:
    """Return the compute capability to compile for: the environment's, the first GPU's, or 9.0 (H100).

    Raises
    ------
    BuildError
        If the environment variable SPIKING_ENGRAMS_COMPUTE_CAPABILITY is not a number like 8.6.
    """
    wanted = os.environ.get(ARCHITECTURE)
    if wanted:
        if not re.fullmatch(r"\d{1,2}\.\d", wanted):
            raise BuildError(f"{ARCHITECTURE} is '{wanted}'; it takes a number such as 8.6 or 9.0.")
        return float(wanted)
    said = _said("nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader").split()
    return float(said[0]) if said and re.fullmatch(r"\d{1,2}\.\d", said[0]) else DEFAULT_CAPABILITY


def curand() -> tuple[Path, Path] | None:
    """Return the folder of cuRAND's headers and its library, from the toolkit or a wheel; None if missing."""
    homes = [Path(nvcc()).resolve().parents[1]] if nvcc() else []
    homes += [Path(folder) for folder in (os.environ.get("CUDA_PATH"), *CUDA_FOLDERS) if folder]
    places = [(home / "include", home / folder) for home in homes for folder in ("lib64", "lib")]
    spec = importlib.util.find_spec("nvidia")
    for root in (spec.submodule_search_locations or ()) if spec else ():
        # the folder is cu13 for CUDA 13, curand for CUDA 12
        headers = sorted(Path(root).glob("*/include/curand_kernel.h"))
        places += [(header.parent, header.parents[1] / "lib") for header in headers]
    for include, folder in places:
        libraries = sorted(folder.glob("libcurand.so*"))
        if libraries and (include / "curand_kernel.h").exists():
            return include, libraries[0]
    return None


def prepare(request: dict[str, Any]) -> None:
    """Register Brian2CUDA's device and set its GPU, which it would otherwise search for."""
    import brian2
    import brian2cuda  # noqa: F401

    backend = brian2.prefs.devices.cuda_standalone.cuda_backend
    backend.detect_gpus = False
    backend.gpu_id = 0
    backend.compute_capability = request["compute_capability"]
    # irrelevant here, but if not set, Brian2CUDA asks nvcc, which may be missing
    backend.detect_cuda = False
    backend.cuda_runtime_version = 13.0
    backend.cuda_path = str(Path(request["compiler"]).parents[1]) if request["compiler"] else CUDA_FOLDERS[0]


def compile_command(code: Path, request: dict[str, Any]) -> list[str]:
    """Group the generated sources, write a makefile beside them and return the command to run there.

    Parameters
    ----------
    code
        Folder of the generated program.
    request
        The build's request: compiler, compute capability and number of parallel compilers.
    """
    located = curand()
    if located is None:
        raise BuildError("cuRAND was there when the build started, but is missing now; build again.")
    units = write_units(code, min(request["jobs"], MAX_UNITS))
    compiler = f"{shlex.quote(request['compiler'])} -arch=sm_{request['compute_capability'] * 10:.0f}"
    (code / "engrams.mk").write_text(_makefile(units, compiler, *located))
    return ["make", "-f", "engrams.mk", f"-j{request['jobs']}"]


def _makefile(units: list[str], compiler: str, include: Path, library: Path) -> str:
    lines = ["all: main"]
    objects = [unit.removesuffix(".cu") + ".o" for unit in units]
    for unit, made in zip(units, objects, strict=True):
        level = OPERATION_FLAGS if "operations" in unit else PROGRAM_FLAGS
        flags = f"{shlex.join(FLAGS)} -I{shlex.quote(str(include))} {level}"
        lines += [f"{made}: {unit}", f"\t{compiler} {flags} -dc $< -o $@"]
    folder = shlex.quote(str(library.parent))
    link = f"-L{folder} -l:{library.name} -Xlinker -rpath -Xlinker {folder}"
    lines += [f"main: {' '.join(objects)}", f"\t{compiler} $^ -o main {link}"]
    return "\n".join(lines) + "\n"


def _said(*command: str) -> str:
    """Return what a command printed, or an empty string if it could not run."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
