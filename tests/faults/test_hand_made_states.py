"""States that were made or changed by hand: one sentence names the variable, or the run is what it should be."""

from dataclasses import replace

import numpy as np
import pytest
from brian2 import mV
from cells import PUSH, SIZE, ring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from spiking_engrams.errors import CircuitError, EngramError, ScheduleError, StateError
from spiking_engrams.schedule.schedule import Phase
from spiking_engrams.simulation.simulation import Simulation


@pytest.fixture(scope="module")
def simulation():
    """The ring in this process."""
    from brian2 import prefs

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(prefs, "codegen.target", "numpy")
        yield Simulation(ring(), "runtime", seed=1)


def changed(state, **values):
    """Return a state with other values; ``C__v`` is C.v."""
    named = {name.replace("__", "."): value for name, value in values.items()}
    return replace(state, values={**state.values, **named})


WRONG = {
    "longer": ("C__v", np.zeros(40), r"'C.v' .* shape \(40,\); its shape in the circuit is \(20,\)"),
    "shorter": ("C__v", np.zeros(3), r"shape \(3,\)"),
    "one number": ("C__v", np.float64(1), r"shape \(\)"),
    "two-dimensional": ("C__v", np.zeros((SIZE, 1)), r"shape \(20, 1\)"),
    "empty": ("C__v", np.zeros(0), r"shape \(0,\)"),
    "complex": ("C__v", np.zeros(SIZE, complex), "'C.v' .* type complex128"),
    "not a number": ("C__v", np.full(SIZE, np.nan), "'C.v' .* not finite"),
    "infinite": ("C__v", np.full(SIZE, np.inf), "'C.v' .* not finite"),
    "fractions of a count": ("C__count", np.full(SIZE, 0.5), "'C.count' .* int32 cannot hold"),
    "counts that are too large": ("C__count", np.full(SIZE, 2**40), "'C.count' .* int32 cannot hold"),
    "unknown": ("C__nothing", np.zeros(4), "has 'C.nothing', which the circuit does not have"),
}


@pytest.mark.parametrize("name", WRONG)
def test_values_that_do_not_fit_are_refused_by_name(simulation, name):
    variable, values, message = WRONG[name]
    with pytest.raises(StateError, match=message):
        simulation.run(PUSH, changed(simulation.initial_state(), **{variable: values}))


def test_missing_variables_are_named(simulation):
    state = simulation.initial_state()
    with pytest.raises(StateError, match=r"lacks 'C.count', 'C.heat'"):
        simulation.run(PUSH, replace(state, values={}, units={}))
    fewer = {name: value for name, value in state.values.items() if name != "C.heat"}
    units = {name: unit for name, unit in state.units.items() if name != "C.heat"}
    with pytest.raises(StateError, match=r"lacks 'C.heat'; a state has a value of every variable"):
        simulation.run(PUSH, replace(state, values=fewer, units=units))


def test_another_unit_is_refused(simulation):
    state = simulation.initial_state()
    with pytest.raises(StateError, match=r"'C.v' of the state is in volt, the circuit's in 1"):
        simulation.run(PUSH, replace(state, units={**state.units, "C.v": "volt"}))


@pytest.mark.parametrize("dtype", [np.float32, np.int64, bool])
def test_values_of_another_type_that_are_exact_are_taken(simulation, dtype):
    state = simulation.initial_state()
    expected, _ = simulation.run(PUSH, changed(state, C__v=np.ones(SIZE)))
    found, _ = simulation.run(PUSH, changed(state, C__v=np.ones(SIZE, dtype)))
    assert found.equals(expected)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_array_is_taken_for_another(simulation, data):
    """Whatever is put into a state is refused by name, or it is in the state that a run starts from."""
    dtypes = st.sampled_from(["f8", "f4", "i4", "u8", "?", "c16"])
    shapes = st.sampled_from([(SIZE,), (), (1,), (SIZE + 1,), (2, SIZE // 2)])
    values = data.draw(hnp.arrays(data.draw(dtypes), data.draw(shapes)))
    name = data.draw(st.sampled_from(["C.v", "C.count", "C.heat"]))
    state = simulation.initial_state()
    state = replace(state, values={**state.values, name: values})
    try:
        checked = simulation._checked(state)
    except StateError as error:
        assert name in str(error)
    else:
        wanted = simulation.build().runnable.variables[name].dtype
        assert np.array_equal(checked[name].astype(wanted), values) or wanted == "float64"
        assert checked[name].shape == (SIZE,)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((None,), ScheduleError),
        (([PUSH],), ScheduleError),
        (("push",), ScheduleError),
        ((PUSH, {"C.v": np.zeros(SIZE)}), StateError),
        ((PUSH, "state.h5"), StateError),
        ((PUSH, None, -1), EngramError),
        ((PUSH, None, 1.5), EngramError),
    ],
)
def test_other_things_than_phases_and_states_are_refused(simulation, arguments, error):
    with pytest.raises(error):
        simulation.run(*arguments)


@pytest.mark.parametrize("circuit", [None, "ring", ring])
def test_other_things_than_circuits_are_refused(circuit):
    with pytest.raises(CircuitError, match="A simulation needs a Circuit"):
        Simulation(circuit)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1", 2**70])
def test_seeds_are_whole_numbers(simulation, seed):
    state = simulation.initial_state()
    if seed == 2**70:
        simulation.run(PUSH, state, seed)  # any size
        return
    with pytest.raises(EngramError, match=r"seed is .*; it must be a whole number >= 0"):
        simulation.run(PUSH, state, seed)


@pytest.mark.parametrize(
    "change",
    [
        {"values": {"C.v": np.ones(SIZE) * 5 * mV}},
        {"values": {"C.v": [1 * mV] * SIZE}},
        {"values": {"C.v": np.ma.masked_array(np.zeros(SIZE), True)}},
        {"values": None},
        {"seed": 1.7},
        {"seed": "x"},
        {"seed": -1},
        {"time": 5 * mV},
        {"time": np.nan},
        {"history": "abc"},
        {"history": (1, 2)},
        {"parameters": {"a": object()}},
    ],
    ids=lambda change: "_".join(f"{name}_{type(value).__name__}" for name, value in change.items()),
)
def test_states_are_made_of_plain_values(simulation, change):
    """A unit or a mask would be lost without a word, and a file with such a state could not be read again."""
    with pytest.raises(StateError):
        replace(simulation.initial_state(), **{"units": {}, **change})


def test_a_stored_state_of_another_animal_is_not_taken(simulation, tmp_path, monkeypatch):
    monkeypatch.setenv("SPIKING_ENGRAMS_CACHE", str(tmp_path))
    first, _ = simulation.reuse([PUSH], 1)
    mine = next((tmp_path / "states").iterdir())
    content = mine.read_bytes()
    simulation.reuse([PUSH], 2)
    (other,) = (path for path in (tmp_path / "states").iterdir() if path != mine)
    mine.write_bytes(other.read_bytes())
    again, reused = simulation.reuse([PUSH], 1)
    assert not reused and again.equals(first)
    mine.write_bytes(content)
    assert simulation.reuse([PUSH], 1)[1]


def test_a_phase_keeps_its_signals_whatever_happens_to_the_arrays(simulation):
    push, given = np.full(20, 1.5), {}
    given["push"] = push
    phase = Phase("push", 20, given)
    before = phase.digest()
    push[:], given["push"] = 0, "x"
    assert phase.signal("push").max() == 1.5 and Phase("push", 20, {"push": 1.5}).digest() == before
