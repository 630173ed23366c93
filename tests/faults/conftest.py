"""What the tests of faults share: a program that is built once, and copies of it to damage."""

import os
import shutil
from pathlib import Path

import pytest
from cells import ring, run


@pytest.fixture(scope="session")
def reference(needs_compiler):
    """State and recording of the ring as it should be; its program is in the cache of the session."""
    return run()


@pytest.fixture
def own_cache(reference, monkeypatch, tmp_path):
    """A cache of this test's own that holds the program of the ring."""
    from spiking_engrams.targets.building import build

    source = build(ring(), "cpp").folder
    folder = tmp_path / "cache"
    shutil.copytree(source, folder / "programs" / source.name)
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(folder))
    return folder


@pytest.fixture
def program(own_cache):
    """The folder of that program."""
    (folder,) = (path for path in (own_cache / "programs").iterdir() if path.is_dir())
    return Path(folder)


@pytest.fixture
def as_root():
    """Skip where file systems cannot be mounted."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("mounting a file system needs root")
