"""Generate and compile a program from a circuit's structure; runs in a process of its own.

Brian2's standalone device is a process-wide singleton, so `targets` starts this module as
``python -m spiking_engrams.codegen FOLDER``. FOLDER holds ``structure.json``, ``constants.json``,
``arrays.npz`` and ``request.json`` (target, threads, flags, whether to compile); the program and its
``manifest.json`` are written beside them.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import brian2
import numpy as np
from brian2 import ms
from brian2.devices.device import get_device

from spiking_engrams import cuda
from spiking_engrams.assemble import Assembly, assemble, describe_variable, state_variables
from spiking_engrams.cuda_units import UNITS
from spiking_engrams.thresholds import end_early

MANIFEST_VERSION = 1
COMPILE_FAILED = 3  # exit status

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
# What every run begins with, once for each pathway: functions of templates, which files of either kind may hold.
START_UP = """
#include "synapses_classes.h"
template class std::vector<int>;
template void CSpikeQueue::prepare<double>(double *, int, int32_t *, int, double);
template void SynapticPathway::prepare<double>(int, int, double *, int, int *, int, double);
"""
REPORT_CODE = 'if (duration > 0) std::cout << "PROGRESS " << completed << std::endl << std::flush;'


def main(folder: Path) -> None:
    """Generate (and compile, if asked) the program described in `folder`."""
    request = json.loads((folder / "request.json").read_text())
    started = time.perf_counter()
    assembly = _generate(folder, request)
    seconds = {"generate_s": time.perf_counter() - started}
    contents = _manifest(assembly, folder / "code")
    if request["target"] == "cpp":
        _write_less(folder / "code" / "objects.cpp", contents)
    if request["compile"]:
        started = time.perf_counter()
        COMPILE[request["target"]](folder, request)
        seconds["compile_s"] = time.perf_counter() - started
    manifest = {"manifest_version": MANIFEST_VERSION, **request, **seconds, **contents}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1))


def _generate(folder: Path, request: dict[str, Any]) -> Assembly:
    device_name = {"cpp": "cpp_standalone", "cuda": "cuda_standalone"}[request["target"]]
    if request["target"] == "cuda":
        cuda.prepare(request)
    brian2.set_device(device_name, directory=str(folder / "code"), build_on_run=False)
    flags = request["flags"]
    brian2.prefs.devices.cpp_standalone.openmp_threads = request["threads"] if request["threads"] > 1 else 0
    brian2.prefs.codegen.cpp.extra_compile_args_gcc = flags
    structure = json.loads((folder / "structure.json").read_text())
    constants = json.loads((folder / "constants.json").read_text())
    with np.load(folder / "arrays.npz") as stored:
        arrays = {name: stored[name] for name in stored.files}
    assembly = assemble(structure, arrays, constants)
    device = get_device()
    if request["target"] == "cpp":
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


def _manifest(assembly: Assembly, code: Path) -> dict[str, Any]:
    device = get_device()
    known = "".join(path.read_text() for path in code.glob("objects.c*"))

    def entry(variable: Any) -> dict[str, Any]:
        return {"file": device.get_array_filename(variable), **describe_variable(variable)}

    def used(arrays: dict[str, Any]) -> dict[str, str]:
        """Return the arrays that occur in equations; the program does not know the others."""
        return {name: array.name for name, array in arrays.items() if f'"{array.name}.values"' in known}

    return {
        "state": {name: entry(v) for name, v in state_variables(assembly).items()},
        "signals": used(assembly.signals),
        "banks": used(assembly.banks),
        "spikes": {
            name: {key: entry(monitor.variables[key]) for key in ("i", "t")}
            for name, monitor in assembly.spikes.items()
        },
        "traces": {
            f"{group}.{variable}": {**entry(monitor.variables[variable]), "size": len(assembly.objects[group])}
            for group, monitor in assembly.traces.items()
            for variable in monitor.record_variables
        },
    }


def _write_less(path: Path, contents: dict[str, Any]) -> None:
    """Let the program write only arrays that are read after a run; indices of synapses, say, never change."""
    entries = [*contents["state"].values(), *contents["traces"].values()]
    entries += [entry for monitor in contents["spikes"].values() for entry in monitor.values()]
    read = {Path(entry["file"]).name for entry in entries}
    text = WRITES.sub(lambda found: found[0] if found["file"] in read else "", path.read_text())
    path.write_text(text)


def _compile_cpp(folder: Path, request: dict[str, Any]) -> None:
    """Compile with precompiled headers, and optimise only what runs in the time loop.

    Parsing the same headers in every file, and optimising the functions that read and write arrays once per
    run, would be nine tenths of the work.
    """
    code = folder / "code"
    if request["threads"] == 1:
        end_early(code)
    (code / "precompiled.h").write_text("".join(f'#include "{name}"\n' for name in PRECOMPILED))
    (code / "start_up.cpp").write_text(START_UP)
    sources = sorted(str(path.relative_to(code)) for path in code.glob("**/*.cpp"))
    (code / "engrams.mk").write_text(_makefile(sources, request))
    _call(["make", "-f", "engrams.mk", f"-j{request['jobs']}"], code, folder / "compile.log")
    for path in [*code.glob("**/*.o"), *code.glob("**/*.gch")]:
        path.unlink()


def _makefile(sources: list[str], request: dict[str, Any]) -> str:
    """Return a makefile with one rule for each of the two levels of optimisation."""
    openmp = " -fopenmp" if request["threads"] > 1 else ""
    hot = f"{shlex.join(request['flags'])}{openmp} -w -I."
    lines = ["all: main", f"CXX = {request['compiler']}"]
    objects = {"hot": [], "cold": []}  # type: dict[str, list[str]]
    for source in sources:
        objects["cold" if COLD.search(source) else "hot"].append(source.removesuffix(".cpp") + ".o")
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
    # Of an inline function that several files hold the linker keeps the first: hot files come first. -ffast-math
    # when linking also makes the processor flush denormal numbers to zero.
    linked = " ".join(objects["hot"] + objects["cold"])
    lines += [f"main: {everything}", f"\t$(CXX) {hot} {linked} -o main"]
    return "\n".join(lines) + "\n"


# Code that writes an array after a run.
WRITES = re.compile(
    r'^ *ofstream (?P<stream>outfile_\w+);\n *(?P=stream)\.open\(results_dir \+ "(?P<file>\w+)".*?'
    r'"Error writing output file for .*?\n *\}\n',
    re.DOTALL | re.MULTILINE,
)
# Sources that run once per run, not in the time loop.
COLD = re.compile(r"(^|/)(objects|main|run|before_run_\w*|after_run_\w*|\w*_synapses_create_array_codeobject)\.cpp$")
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
)


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
        status = subprocess.run(command, cwd=folder, stdout=stream, stderr=subprocess.STDOUT).returncode
    if status:
        sys.exit(COMPILE_FAILED)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
