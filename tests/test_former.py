"""Scripts of version 0.1 go on."""

import importlib
import sys

import pytest

from spiking_engrams.former import HOMES


@pytest.mark.parametrize("name", HOMES)
def test_modules_are_found_by_their_former_names(name, monkeypatch):
    monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.warns(DeprecationWarning, match=f"{name} is now {HOMES[name]}"):
        assert importlib.import_module(name) is importlib.import_module(HOMES[name])


@pytest.mark.parametrize(
    ("module", "names"),
    [
        ("circuit", "Circuit Group"), ("experiment", "Protocol Request execute"), ("neurons", "NeuronModel constant"),
        ("parameters", "ParameterSet field_of"), ("schedule", "Phase Schedule"), ("simulation", "Simulation"),
        ("state", "State"), ("targets", "build choose_target"),
    ],
)  # fmt: skip
def test_rooms_have_the_names_of_the_modules_before(module, names):
    room = importlib.import_module(f"spiking_engrams.{module}")
    assert all(hasattr(room, name) for name in names.split())
