"""Shared by all tests: one cache folder per session, and one run of the toy protocol."""

import os
import signal
import tempfile

import pytest
from places import HELPERS


def pytest_configure(config):
    """Keep tests away from the user's cache, but share one between test modules; a set variable wins."""
    # background jobs of a shell ignore SIGINT, and those of nohup SIGHUP, which tests of interrupts would inherit
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    if "SPIKING_ENGRAMS_CACHE" not in os.environ:
        folder = tempfile.TemporaryDirectory(prefix="engrams_tests_", ignore_cleanup_errors=True)
        config.add_cleanup(folder.cleanup)
        os.environ["SPIKING_ENGRAMS_CACHE"] = folder.name
        config.add_cleanup(lambda: os.environ.pop("SPIKING_ENGRAMS_CACHE", None))
    os.environ.setdefault("MPLBACKEND", "Agg")


def _use_numpy(patch):
    """Let the runtime target generate NumPy code, which needs no compiler and starts at once."""
    from brian2 import prefs

    patch.setitem(prefs, "codegen.target", "numpy")


@pytest.fixture
def numpy_runtime(monkeypatch):
    """The runtime target without Cython."""
    _use_numpy(monkeypatch)


@pytest.fixture(scope="session")
def needs_compiler():
    """Skip where C++ programs cannot be built."""
    from spiking_engrams.errors import BuildError
    from spiking_engrams.targets.building import choose_target

    try:
        choose_target("cpp")
    except BuildError as error:
        pytest.skip(str(error))


@pytest.fixture(params=["runtime", pytest.param("cpp", marks=pytest.mark.cpp)])
def target(request, numpy_runtime):
    """Every target that tests run on; one that this machine lacks is skipped with its reason."""
    if request.param == "cpp":
        request.getfixturevalue("needs_compiler")
    return request.param


@pytest.fixture(scope="session")
def toy_path():
    """Path of the toy protocol."""
    return HELPERS / "toy.py"


@pytest.fixture(scope="session")
def toy(toy_path):
    """The toy protocol's module, as the library loads it."""
    from spiking_engrams.files.loading import load_module

    return load_module(str(toy_path))


@pytest.fixture(scope="session")
def toy_request(toy_path):
    """A request for two seeds of the toy protocol on the runtime target."""
    from spiking_engrams.experiment.experiment import Request

    return Request(protocol=str(toy_path), network=str(toy_path), seeds=(1, 2), target="runtime")


@pytest.fixture(scope="session")
def toy_run(toy_request, tmp_path_factory):
    """A complete run of the toy protocol; do not change it."""
    from spiking_engrams.experiment.experiment import execute

    with pytest.MonkeyPatch.context() as patch:
        _use_numpy(patch)
        return execute(toy_request, tmp_path_factory.mktemp("toy") / "run")
