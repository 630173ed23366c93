"""The errors name what was given and what there is instead."""

import pytest

from spiking_engrams import errors
from spiking_engrams.errors import EngramError, UnknownNameError, unknown_name

CHILDREN = (
    "ParameterError CircuitError ScheduleError StateError BuildError SimulationError RunFolderError UnknownNameError"
).split()


@pytest.mark.parametrize("name", CHILDREN)
def test_every_error_is_an_engram_error(name):
    assert issubclass(getattr(errors, name), EngramError)


def test_unknown_name_offers_the_nearest():
    error = unknown_name("neuron", "LFI", ["LIF", "AdEx"])
    assert isinstance(error, UnknownNameError)
    assert str(error) == "unknown neuron 'LFI': did you mean 'LIF'? Available: LIF, AdEx."


def test_unknown_name_ignores_case():
    assert "did you mean 'AdEx'?" in str(unknown_name("neuron", "adex", ["LIF", "AdEx"]))


def test_unknown_name_without_a_near_one_lists_all():
    assert str(unknown_name("target", "xyz", ["cpp", "cuda"])) == "unknown target 'xyz'. Available: cpp, cuda."


def test_unknown_name_finds_a_name_inside_its_section():
    names = ["amygdala.tau_trace", "hippocampus.weight"]
    assert "did you mean 'hippocampus.weight'?" in str(unknown_name("parameter", "weight", names))


def test_unknown_name_offers_only_what_is_as_near_as_the_best():
    text = str(unknown_name("parameter", "hip.tua", ["hip.tau", "hip.rule"]))
    assert "did you mean 'hip.tau'?" in text


def test_unknown_name_takes_any_iterable_and_shortens_long_lists():
    text = str(unknown_name("pattern", "?", (f"p{i}" for i in range(100))))
    assert text.endswith("p39 and 60 more.")


@pytest.mark.parametrize("name", ["", "LIF"])
def test_unknown_name_with_nothing_available(name):
    assert str(unknown_name("neuron", name, [])) == f"unknown neuron {name!r}. Available: none."
