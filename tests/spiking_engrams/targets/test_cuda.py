"""The CUDA target: what it says when something is missing, what is generated, that it compiles and links."""

import importlib.util
import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from brian2 import Hz
from circuits import Parameters, brain, wake
from places import HELPERS

from spiking_engrams.errors import BuildError, SimulationError
from spiking_engrams.programs.files import seal
from spiking_engrams.programs.program import Inputs, Program
from spiking_engrams.programs.surroundings import has_compiler
from spiking_engrams.simulation.simulation import Simulation
from spiking_engrams.targets import cuda
from spiking_engrams.targets.building import Build, build
from spiking_engrams.targets.cuda_units import write_units

has_brian2cuda = importlib.util.find_spec("brian2cuda") is not None
needs_brian2cuda = pytest.mark.skipif(not has_brian2cuda, reason="brian2cuda is not installed (Python 3.12 only)")
needs_nvcc = pytest.mark.skipif(not (cuda.nvcc() and cuda.curand()), reason="no nvcc, or no cuRAND")
STAND_IN = HELPERS / "cuda_stand_in.h"
CUDA_HEADERS = ("curand.h", "curand_kernel.h", "cuda_profiler_api.h")
INPUTS = Inputs(state={}, constants={}, signals={}, banks={}, duration=1.0, seed=1)


@pytest.fixture(scope="module")
def generated():
    """Folder of the generated, not compiled program of the small brain, and its manifest."""
    folder = build(brain(), "cuda", compile_program=False).folder
    return folder, json.loads((folder / "manifest.json").read_text())


@pytest.fixture
def complete(monkeypatch):
    """A machine that seems to have all that the target needs."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(cuda, "nvcc", lambda: "nvcc")
    monkeypatch.setattr(cuda, "curand", lambda: (Path(), Path()))
    monkeypatch.setattr(shutil, "which", lambda name: name)


def test_complete_machine(complete):
    """Nothing is missing."""
    cuda.check()


@pytest.mark.parametrize(
    ("module", "name", "missing", "advice"),
    [
        (importlib.util, "find_spec", None, "pip install 'spiking-engrams[cuda]'"),
        (cuda, "nvcc", "", "--no-compile"),
        (cuda, "curand", None, "pip install nvidia-curand"),
        (shutil, "which", None, "install it"),
    ],
)
def test_each_missing_thing_has_its_sentence(complete, monkeypatch, module, name, missing, advice):
    """One sentence says what is missing and what to do; sources need only brian2cuda."""
    monkeypatch.setattr(module, name, lambda *arguments: missing)
    with pytest.raises(BuildError, match="Target 'cuda' needs") as caught:
        cuda.check()
    assert advice in str(caught.value)
    if name != "find_spec":
        cuda.check(compile_program=False)


def test_compute_capability(monkeypatch):
    """The environment decides; without it a GPU that nvidia-smi names; else an H100."""
    monkeypatch.setattr(cuda, "_said", lambda *command: "8.6\n8.0\n")
    monkeypatch.delenv(cuda.ARCHITECTURE, raising=False)
    assert cuda.compute_capability() == 8.6
    monkeypatch.setattr(cuda, "_said", lambda *command: "")
    assert cuda.compute_capability() == cuda.DEFAULT_CAPABILITY
    monkeypatch.setenv(cuda.ARCHITECTURE, "12.0")
    assert cuda.compute_capability() == 12.0
    monkeypatch.setenv(cuda.ARCHITECTURE, "sm_90")
    with pytest.raises(BuildError, match="sm_90"):
        cuda.compute_capability()


@pytest.mark.cuda
@needs_brian2cuda
def test_one_run_seeded_and_timed_by_the_environment(generated):
    """Operations exist once; the seed comes before the run, the duration before its random numbers end."""
    main = (generated[0] / "code" / "main.cu").read_text()
    order = [
        "brian_start();",
        "ENGRAMS_SEED",
        "set_from_command_line(args);",
        "network.run(0.0,",
        "ENGRAMS_DURATION",
    ]
    order += ["random_number_buffer.run_finished();", "brian_end();"]
    places = [main.rindex(text) for text in order]
    assert places == sorted(places)
    assert main.count("network.clear();") == main.count("random_number_buffer.run_finished();") == 1


@pytest.mark.cuda
@needs_brian2cuda
def test_everything_is_set_on_the_device_and_read_back(generated):
    """Constants, state, signals and banks are copied to the device by name, and results back."""
    folder, manifest = generated
    text = (folder / "code" / "objects.cu").read_text()
    setting = dict(re.findall(r'if \(name == "([^"]+)"\) \{(.*?)return;', text, re.DOTALL))
    names = [*manifest["state"], *json.loads((folder / "constants.json").read_text())]
    names += [f"{array}.values" for kind in ("signals", "banks") for array in manifest[kind].values()]
    assert "A.lastspike" in names
    assert "A_B.q" in names
    assert [name for name in names if "cudaMemcpyHostToDevice" not in setting.get(name, "")] == []
    writing = text[text.index("void _write_arrays()") :]
    for entry in [
        *manifest["state"].values(),
        *(monitor[key] for monitor in manifest["spikes"].values() for key in ("i", "t")),  # its count is not kept
    ]:
        file = Path(entry["file"]).name
        array = re.sub(r"_\d+$", "", file)
        before = writing[: writing.index(f'"{file}"')].rpartition("ofstream")[0][-300:]
        assert f"cudaMemcpy({array}, dev{array}," in before or f"{array} = dev{array};" in before
    for entry in manifest["traces"].values():
        assert f'"{Path(entry["file"]).name}"' in writing


@pytest.mark.cuda
@needs_brian2cuda
@pytest.mark.parametrize("n_units", [1, 3])
def test_units_hold_every_function_once(generated, tmp_path, n_units):
    """What a header of an operation declares is defined once, in some unit; known faults are mended."""
    code = shutil.copytree(generated[0] / "code", tmp_path / "code")
    units = write_units(code, n_units)
    texts = [(code / unit).read_text() for unit in units]
    assert len(units) == n_units + 2
    declared = [
        name
        for header in (code / "code_objects").glob("*.h")
        for name in re.findall(r"^void (\w+)\(\);$", header.read_text(), re.MULTILINE)
    ]
    everything = "\n".join(texts)
    for name in declared:
        assert len(re.findall(rf"^void {name}\(\) {{ \w+::{name}\(\); }}$", everything, re.MULTILINE)) == 1
    assert "tolower" not in everything
    assert "defaultclock.timestep" not in everything


@pytest.mark.cuda
@needs_brian2cuda
def test_units_refuse_unknown_sources(generated, tmp_path):
    """Another version of brian2cuda is an error, not a program with something left out."""
    code = shutil.copytree(generated[0] / "code", tmp_path / "code")
    (code / "more.cu").touch()
    with pytest.raises(BuildError, match=r"more\.cu"):
        write_units(code, 1)
    (code / "more.cu").unlink()
    next((code / "code_objects").glob("*.h")).write_text("int other(double);\n")
    with pytest.raises(BuildError, match="int other"):
        write_units(code, 1)


def fake(folder, says, status=0):
    """Return a program whose binary only says something."""
    (folder / "code").mkdir()
    seal(folder, {"target": "cuda", "state": {}, "spikes": {}, "traces": {}, "signals": {}, "banks": {}})
    main = folder / "code" / "main"
    main.write_text(f"#!/bin/sh\necho '0.5 1' > \"$2last_run_info.txt\"\ncat << END\n{says}\nEND\nexit {status}\n")
    main.chmod(0o755)
    return Program(folder)


def test_descriptions_of_kernels_are_no_errors(tmp_path):
    """Brian2CUDA's programs describe what they do; progress is found among it."""
    seen = []
    said = "INFO _run_kernel_error_regular\n\t1 blocks\nPROGRESS 0.500\n  memory usage: TOTAL: 1 MB"
    assert fake(tmp_path, said).run(INPUTS, seen.append).cost["loop_s"] == 0.5
    assert seen == [0.5]


@pytest.mark.parametrize(
    ("says", "status", "expected"),
    [
        ("ERROR: cudaSetDevice(0) failed at main.cu:9 : no driver", 255, r"no CUDA device \(no driver\)"),
        ("INFO x\nERROR: CUDA_CHECK_ERROR() failed at x.cu:1 : no kernel image", 255, "no kernel image"),
        ("Error reading 'x': file size 8 does not match expected size 16", 0, "file size 8"),
        ("INFO x", 1, "status 1"),
    ],
)
def test_errors_of_a_program(tmp_path, says, status, expected):
    """No device, a failing kernel and a wrong array are each one sentence."""
    with pytest.raises(SimulationError, match=expected):
        fake(tmp_path, says, status).run(INPUTS)


@pytest.fixture(scope="module")
def compiled():
    """A simulation of the small brain on the compiled program, and its result or its error."""
    simulation = Simulation(brain(), "cuda")
    try:
        return simulation, simulation.run(wake()), None
    except SimulationError as error:
        return simulation, None, str(error)


@pytest.mark.slow
@pytest.mark.cuda
@needs_brian2cuda
@needs_nvcc
def test_compiles_and_links(compiled):
    """The program of every mechanism compiles and links; without a GPU, running it says so."""
    simulation, _, error = compiled
    assert (simulation.build().folder / "code" / "main").exists()
    assert error is None or "no CUDA device" in error


@pytest.mark.slow
@pytest.mark.cuda
@needs_brian2cuda
@needs_nvcc
def test_agrees_with_runtime(compiled):
    """On a GPU a network without noise spikes as it does in Brian2's runtime."""
    _, result, error = compiled
    if error is not None:
        pytest.skip("no CUDA device to run on")
    agrees(result, Simulation(brain(), "runtime").run(wake()))


def agrees(result, expected):
    """Assert that two runs without noise have the same spikes, traces and state."""
    for name, (steps, index) in expected[1].spikes.items():
        np.testing.assert_array_equal(result[1].spikes[name][0], steps, err_msg=name)
        np.testing.assert_array_equal(result[1].spikes[name][1], index, err_msg=name)
    for name, values in expected[1].traces.items():
        np.testing.assert_allclose(result[1].traces[name], values, rtol=1e-9, err_msg=name)
    for name, values in expected[0].values.items():
        if not name.endswith(".kick"):  # the last noise, which has no effect
            np.testing.assert_allclose(result[0].values[name], values, rtol=1e-6, atol=1e-9, err_msg=name)


@pytest.fixture(scope="module")
def stand_in(generated, tmp_path_factory):
    """The generated program as plain C++, one thread at a time, with a stand-in for CUDA's functions."""
    if not has_compiler():
        pytest.skip("no C++ compiler")
    folder = shutil.copytree(generated[0], tmp_path_factory.mktemp("stand_in") / "program")
    code = folder / "code"
    everything = "".join(path.read_text() for path in code.rglob("*.[ch]*") if path.is_file())
    for name in {*re.findall(r"#include <(thrust/\S+)>", everything), *CUDA_HEADERS}:
        (code / name).parent.mkdir(exist_ok=True)
        (code / name).touch()
    units = write_units(code, 1)
    for path in (*code.glob("*.cu"), *(code / unit for unit in units)):
        text = re.sub(r"(\w+)<<<([^<>;]*)>>>\(", r"Launch(\2).run(\1, ", path.read_text()).replace(", )", ")")
        if "operations" in path.name:  # which have host and device variants of some lines
            text = text.replace("namespace operation_", "#define __CUDA_ARCH__ 900\nnamespace operation_", 1)
        path.write_text(text)
    flags = ["-x", "c++", "-std=c++17", "-O0", "-w", "-fpermissive", "-I.", "-include", str(STAND_IN)]
    subprocess.run(["g++", *flags, *units, "-o", "main"], cwd=code, check=True)
    return Program(folder)


def simulation_on(program, parameters=None):
    """Return a simulation that runs on a given program."""
    result = Simulation(brain(parameters) if parameters else brain(), "cuda")
    result._build = Build(program, "cuda", 0.0, True, "stand-in")
    return result


@pytest.mark.cuda
@needs_brian2cuda
def test_agrees_with_runtime_through_a_stand_in(stand_in, numpy_runtime):
    """Two phases in a row: same spikes, traces and state as the runtime target."""
    simulation, reference = simulation_on(stand_in), Simulation(brain(), "runtime")
    result, expected = simulation.run(wake()), reference.run(wake())
    assert sum(len(steps) for steps, _ in expected[1].spikes.values()) > 300
    agrees(result, expected)
    night = wake("night", 9, 3, sleep=np.ones(9))
    agrees(simulation.run(night, result[0]), reference.run(night, expected[0]))


@pytest.mark.cuda
@needs_brian2cuda
def test_noise_follows_the_seed_through_a_stand_in(stand_in):
    """The same seed draws the same noise, another seed other noise."""
    parameters = Parameters(noise=0.3, rate=50 * Hz)
    first, again, other = (simulation_on(stand_in, parameters).run(wake(), seed=seed)[1] for seed in (1, 1, 2))
    assert all(np.array_equal(first.spikes[name][0], again.spikes[name][0]) for name in first.spikes)
    assert not all(np.array_equal(first.spikes[name][0], other.spikes[name][0]) for name in first.spikes)
    assert len(first.spikes["S"][0]) > 20
