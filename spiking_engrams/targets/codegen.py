"""Generate and compile a program from a circuit's structure; runs in a process of its own.

Brian2's standalone device is a process-wide singleton, so `targets` starts this module as
``python -m spiking_engrams.targets.codegen FOLDER``. FOLDER holds ``structure.json``, ``constants.json``,
``arrays.npz`` and ``request.json`` (target, threads, flags, whether to compile); the program and its
``manifest.json`` are written beside them. The process ends, with all that it started, when its parent does.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from brian2 import ms
from brian2.devices.device import get_device

from spiking_engrams.programs.files import seal
from spiking_engrams.targets import cuda
from spiking_engrams.targets.assemble import Assembly, assemble, describe_variable, state_variables
from spiking_engrams.targets.cpp_streams import check_streams
from spiking_engrams.targets.cpp_thresholds import end_early
from spiking_engrams.targets.cpp_units import UNITS, write_units

COMPILE_FAILED = 3  # exit status
WATCH_S = 0.5  # between two checks that the parent is still there
# A program ends with the process that started it; on systems other than Linux, it runs to its end.
PARENT_CODE = """
#ifdef __linux__
prctl(PR_SET_PDEATHSIG, SIGKILL);
if (const char* parent = std::getenv("ENGRAMS_PARENT")) if (getppid() != std::atol(parent)) return 1;
#endif
"""

SEED_CODE = """
if (const char* seed_text = std::getenv("ENGRAMS_SEED")) {
    const unsigned long seed = std::strtoul(seed_text, nullptr, 10);
    for (size_t k = 0; k < brian::_random_generators.size(); k++)
        brian::_random_generators[k].seed(seed + 7919UL*k);
}
"""
RUN_CODE = """
if (const char* duration = std::getenv("ENGRAMS_DURATION"))
    network.run(std::atof(duration), report_progress, 0.25);
"""
# what the kernel reports to a parent includes the parent's own memory before exec
MEMORY_CODE = """
{
    std::ifstream status("/proc/self/status");
    std::ofstream peak(brian::results_dir + "peak_memory.txt");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("VmHWM:", 0) == 0) peak << line.substr(6);
}
"""
# Template functions with which every run begins, once for each pathway; files of either kind may hold them.
START_UP = """
#include "synapses_classes.h"
template class std::vector<int>;
template void CSpikeQueue::prepare<double>(double *, int, int32_t *, int, double);
template void SynapticPathway::prepare<double>(int, int, double *, int, int *, int, double);
"""
REPORT_CODE = 'if (duration > 0) std::cout << "PROGRESS " << completed << std::endl << std::flush;'


def main(folder: Path) -> None:
    """Generate (and compile, if requested) the program described in `folder`."""
    request = json.loads((folder / "request.json").read_text())
    started = time.perf_counter()
    with np.load(folder / "arrays.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    structure = json.loads((folder / "structure.json").read_text())
    constants = json.loads((folder / "constants.json").read_text())
    assembly = _generate(folder, request, structure, arrays, constants)
    seconds = {"generate_s": time.perf_counter() - started}
    contents = _manifest(assembly, folder / "code", _sizes(structure, arrays))
    if request["target"] == "cpp":
        check_streams(folder / "code" / "objects.cpp", contents)
    if request["compile"]:
        started = time.perf_counter()
        COMPILE[request["target"]](folder, request)
        seconds["compile_s"] = time.perf_counter() - started
    seal(folder, {**request, **seconds, **contents})


def end_with_parent() -> None:
    """End this process and all that it started (its process group) when its parent is gone."""
    parent = int(os.environ["ENGRAMS_PARENT"])

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(WATCH_S)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _generate(
    folder: Path,
    request: dict[str, Any],
    structure: dict[str, Any],
    arrays: dict[str, np.ndarray],
    constants: dict[str, float],
) -> Assembly:
    device_name = {"cpp": "cpp_standalone", "cuda": "cuda_standalone"}[request["target"]]
    if request["target"] == "cuda":
        cuda.prepare(request)
    brian2.set_device(device_name, directory=str(folder / "code"), build_on_run=False)
    flags = request["flags"]
    brian2.prefs.devices.cpp_standalone.openmp_threads = request["threads"] if request["threads"] > 1 else 0
    brian2.prefs.codegen.cpp.extra_compile_args_gcc = flags
    assembly = assemble(structure, arrays, constants)
    device = get_device()
    if request["target"] == "cpp":
        device.insert_code("before_start", PARENT_CODE)
        device.insert_code("after_start", SEED_CODE)
        device.insert_code("after_end", MEMORY_CODE)
    else:
        device.insert_code("after_start", cuda.SEED_CODE)
        device.insert_code(cuda.RUN_SLOT, RUN_CODE)
    assembly.network.run(0 * ms, report=REPORT_CODE)
    if request["target"] == "cpp":
        device.insert_code("main", RUN_CODE)
    device.build(directory=str(folder / "code"), compile=False, run=False, debug=False)
    return assembly


def _sizes(structure: dict[str, Any], arrays: dict[str, np.ndarray]) -> dict[str, int]:
    """Return the number of neurons of each group and of synapses of each connection."""
    sizes = {data["name"]: int(data["size"]) for data in structure["groups"]}
    return sizes | {data["name"]: len(arrays[f"{data['name']}.i"]) for data in structure["connections"]}


def _manifest(assembly: Assembly, code: Path, sizes: dict[str, int]) -> dict[str, Any]:
    device = get_device()
    known = "".join(path.read_text() for path in code.glob("objects.c*"))

    def entry(variable: Any) -> dict[str, Any]:
        return {"file": Path(device.get_array_filename(variable)).name, **describe_variable(variable)}

    def used(arrays: dict[str, Any]) -> dict[str, str]:
        """Return the arrays that occur in equations; the program does not know the others."""
        return {name: array.name for name, array in arrays.items() if f'"{array.name}.values"' in known}

    return {
        "state": {
            name: {**entry(v), "size": 1 if v.scalar else sizes[name.partition(".")[0]]}
            for name, v in state_variables(assembly).items()
        },
        "signals": used(assembly.signals),
        "banks": used(assembly.banks),
        "spikes": {
            name: {key: entry(monitor.variables[key]) for key in ("i", "t", "N")}
            for name, monitor in assembly.spikes.items()
        },
        "traces": {
            f"{group}.{variable}": {
                **entry(monitor.variables[variable]),
                "size": sizes[group],
                "N": entry(monitor.variables["N"]),
            }  # fmt: skip
            for group, monitor in assembly.traces.items()
            for variable in monitor.record_variables
        },
    }


def _compile_cpp(folder: Path, request: dict[str, Any]) -> None:
    """Compile a few units with precompiled headers, and optimise only what runs in the time loop.

    Parsing the same headers in every file, and optimising the functions that read and write arrays once per
    run, would be more than nine tenths of the work.
    """
    code = folder / "code"
    if request["threads"] == 1:
        end_early(code)
    (code / "precompiled.h").write_text("".join(f'#include "{name}"\n' for name in PRECOMPILED) + LINUX_ONLY)
    (code / "start_up.cpp").write_text(START_UP)
    sources = sorted(str(path.relative_to(code)) for path in code.glob("**/*.cpp"))
    (code / "engrams.mk").write_text(_makefile(write_units(code, sources), request))
    _call(["make", "-f", "engrams.mk", f"-j{request['jobs']}"], code, folder / "compile.log")
    for path in [*code.glob("**/*.o"), *code.glob("**/*.gch")]:
        path.unlink()


def _makefile(sources: dict[str, list[str]], request: dict[str, Any]) -> str:
    """Return a makefile with one rule for each of the two levels of optimisation."""
    openmp = " -fopenmp" if request["threads"] > 1 else ""
    hot = f"{shlex.join(request['flags'])}{openmp} -w -I."
    lines = ["all: main", f"CXX = {shlex.join(request['compiler']).replace('$', '$$')}"]
    objects = {kind: [f"{source.removesuffix('.cpp')}.o" for source in names] for kind, names in sources.items()}
    for kind, flags in (("cold", f"{hot} -O0"), ("hot", hot)):
        lines += [
            f"{kind}.gch: precompiled.h",
            f"\tmkdir -p precompiled.h.{kind} && cp precompiled.h precompiled.h.{kind}/all.h",
            f"\t$(CXX) -x c++-header {flags} precompiled.h.{kind}/all.h -o precompiled.h.{kind}/all.h.gch",
            f"\ttouch {kind}.gch",
            f"{' '.join(objects[kind])}: %.o: %.cpp {kind}.gch",
            f"\t$(CXX) -c -include precompiled.h.{kind}/all.h {flags} $< -o $@",
        ]
    everything = " ".join(["objects.o", *(o for o in objects["cold"] + objects["hot"] if o != "objects.o")])
    # The linker keeps the first copy of an inline function that several files hold, so hot files come first.
    # -ffast-math when linking also makes the processor flush denormal numbers to zero.
    linked = " ".join(objects["hot"] + objects["cold"])
    lines += [f"main: {everything}", f"\t$(CXX) {hot} {linked} -o main"]
    return "\n".join(lines) + "\n"


PRECOMPILED = (
    "objects.h",
    "brianlib/common_math.h",
    "brianlib/stdint_compat.h",
    "cmath",
    "ctime",
    "iostream",
    "fstream",
    "climits",
    "chrono",
    "csignal",
)
LINUX_ONLY = "#ifdef __linux__\n#include <sys/prctl.h>\n#include <unistd.h>\n#endif\n"


def _compile_cuda(folder: Path, request: dict[str, Any]) -> None:
    code = folder / "code"
    _call(cuda.compile_command(code, request), code, folder / "compile.log")
    for path in code.glob(f"{UNITS}/*.o"):
        path.unlink()


COMPILE = {"cpp": _compile_cpp, "cuda": _compile_cuda}


def _call(command: list[str], folder: Path, log: Path) -> None:
    with log.open("a") as stream:
        stream.write(f"$ {shlex.join(command)}\n")
        stream.flush()
        home = {"HOME": os.environ.get("ENGRAMS_HOME", "")}  # the user's, whose Brian2 preferences do not apply here
        environment = {name: value for name, value in {**os.environ, **home}.items() if value or name != "HOME"}
        status = subprocess.run(
            command, cwd=folder, stdout=stream, stderr=subprocess.STDOUT, env=environment
        ).returncode
        if status == 0 and not (folder / "main").exists():
            stream.write("error: the compiler ended well and made no program\n")
            status = COMPILE_FAILED
    if status:
        sys.exit(COMPILE_FAILED)


if __name__ == "__main__":
    end_with_parent()
    main(Path(sys.argv[1]).resolve())
