"""Parameter objects: checked, replaced, read from text, exact on disk."""

import copy
import json
import math
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, fields

import numpy as np
import pytest
from brian2 import Hz, Mohm, amp, metre, ms, mV, nS, second, uS, volt
from brian2.units.fundamentalunits import Quantity

from spiking_engrams.errors import ParameterError, UnknownNameError
from spiking_engrams.parameters.parameter_set import ParameterSet, field_of, parse_quantity


@dataclass(frozen=True)
class Hippocampus(ParameterSet):
    tau_trace: Quantity = field_of(35 * second, "time constant", source="Werne 2026", low=0 * second)
    n_cells: int = field_of(10, "cells", low=1, high=1000)
    rule: str = field_of("bcpnn", "plasticity", allowed=("bcpnn", "stdp"))
    awake: bool = field_of(True, "awake")
    gain: float = field_of(1.5, "gain of the input", source="fitted here", low=0.0, high=2.0)


@dataclass(frozen=True)
class Cortex(ParameterSet):
    hippocampus: Hippocampus = Hippocampus(tau_trace=30 * second)
    other: Hippocampus = field_of(Hippocampus(), "a second one")
    conductance: Quantity = field_of(3 * nS, "leak")
    current: Quantity = field_of(0 * amp, "background")
    drift: Quantity = field_of(0.1 * volt / second**2, "has no unit of its own")


@dataclass(frozen=True)
class Annotated(ParameterSet):
    gain: float = field_of(1, "whole default of a float")


def refused(make, *parts):
    """Check that the call raises a ParameterError whose message has all the parts."""
    with pytest.raises(ParameterError) as caught:
        make()
    for part in parts:
        assert part in str(caught.value)


# Making


def test_defaults_and_values_are_taken():
    made = Hippocampus(tau_trace=20 * ms, n_cells=3)
    assert made.tau_trace == 20 * ms
    assert (made.n_cells, made.rule, made.awake, made.gain) == (3, "bcpnn", True, 1.5)


def test_objects_are_frozen():
    with pytest.raises(FrozenInstanceError):
        Hippocampus().gain = 1.0


def test_metadata_tell_what_is_fitted():
    by_name = {each.name: each.metadata for each in fields(Hippocampus)}
    assert by_name["gain"]["fitted"] and not by_name["tau_trace"]["fitted"]
    assert by_name["tau_trace"]["source"] == "Werne 2026"


def test_wrong_unit_names_class_field_value_and_unit():
    refused(lambda: Hippocampus(tau_trace=20 * mV), "Hippocampus.tau_trace", "20 mV", "second", "for example 35 s")


@pytest.mark.parametrize("value", [20, 0.02, "20*ms", None, True, [1, 2] * second, np.array(3.0)])
def test_a_quantity_is_one_quantity(value):
    refused(lambda: Hippocampus(tau_trace=value), "Hippocampus.tau_trace", "unit second")


@pytest.mark.parametrize("value", [2.5, True, "3", 3 * ms, None, np.float64(3)])
def test_a_whole_number_is_whole(value):
    refused(lambda: Hippocampus(n_cells=value), "Hippocampus.n_cells", "a whole number, for example 10")


@pytest.mark.parametrize("value", ["1", True, 3 * ms, None, [1.0]])
def test_a_float_is_a_number_without_unit(value):
    refused(lambda: Hippocampus(gain=value), "Hippocampus.gain", "a number without a unit")


@pytest.mark.parametrize("value", [1, "true", None])
def test_a_truth_value_is_one(value):
    refused(lambda: Hippocampus(awake=value), "Hippocampus.awake", "true or false")


@pytest.mark.parametrize("value", [1, None, True])
def test_a_text_is_a_text(value):
    refused(lambda: Hippocampus(rule=value), "Hippocampus.rule", "a text")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_values_are_finite(value):
    refused(lambda: Hippocampus(gain=value), "Hippocampus.gain", "finite")
    refused(lambda: Hippocampus(tau_trace=value * second), "Hippocampus.tau_trace", "finite")


@pytest.mark.parametrize("value", [1, np.float32(1), np.int64(1), 5 * ms / (5 * ms), Quantity(1.0)])
def test_numbers_of_all_sorts_become_plain_floats(value):
    assert type(Hippocampus(gain=value).gain) is float


def test_numpy_integers_and_bare_units_become_plain():
    made = Hippocampus(n_cells=np.int32(7), tau_trace=ms)
    assert type(made.n_cells) is int
    assert type(made.tau_trace) is Quantity and made.tau_trace == 1 * ms


def test_range_includes_its_ends():
    assert Hippocampus(gain=2).gain == 2.0
    assert Hippocampus(tau_trace=0 * second, n_cells=1).n_cells == 1
    refused(lambda: Hippocampus(n_cells=0), "Hippocampus.n_cells = 0", "at least 1 and at most 1000")
    refused(lambda: Hippocampus(gain=2.01), "Hippocampus.gain = 2.01", "at most 2")
    refused(lambda: Hippocampus(tau_trace=-1 * ms), "-1 ms", "at least 0 s")


def test_allowed_values_are_listed():
    assert Hippocampus(rule="stdp").rule == "stdp"
    refused(lambda: Hippocampus(rule="hebb"), "Hippocampus.rule = 'hebb'", "one of 'bcpnn', 'stdp'")


def test_a_section_takes_only_its_class():
    refused(lambda: Cortex(hippocampus=Cortex()), "Cortex.hippocampus", "must be Hippocampus", "tau_trace")


def test_a_float_field_with_a_whole_default_takes_fractions():
    assert Annotated().gain == 1.0 and type(Annotated().gain) is float
    assert Annotated(gain=0.5).gain == 0.5


def test_declaration_errors_are_told():
    @dataclass(frozen=True)
    class Lists(ParameterSet):
        many: list = field(default_factory=list)

    @dataclass(frozen=True)
    class Required(ParameterSet):
        tau: float

    class Undecorated(Hippocampus):
        pass

    refused(Lists, "Lists.many has a list")
    refused(lambda: Required(1.0), "Required.tau has no default")
    refused(Undecorated, "@dataclass(frozen=True)")


# Equality


def test_equal_values_are_equal_and_hash_alike():
    assert Hippocampus(tau_trace=20 * ms) == Hippocampus(tau_trace=0.02 * second)
    assert len({Cortex(), Cortex(), Cortex().replace("conductance=4*nS")}) == 2
    assert Hippocampus() != Cortex() and Hippocampus() != "Hippocampus"


def test_copies_and_pickles_are_equal():
    assert copy.deepcopy(Cortex()) == pickle.loads(pickle.dumps(Cortex())) == Cortex()


def test_digest_changes_with_values_only():
    @dataclass(frozen=True)
    class Renamed(ParameterSet):
        tau_trace: Quantity = field_of(35000 * ms, "another text", source="another source")
        n_cells: int = field_of(10, "")
        rule: str = field_of("bcpnn", "")
        awake: bool = field_of(True, "")
        gain: float = field_of(1.5, "")

    assert len(Hippocampus().digest()) == 64
    assert Renamed().digest() == Hippocampus().digest()
    changed = "tau_trace=36*second n_cells=11 rule=stdp awake=false gain=1.6".split()
    assert len({Hippocampus().replace(each).digest() for each in changed} | {Hippocampus().digest()}) == 6
    assert Hippocampus(gain=-0.0).digest() == Hippocampus(gain=0.0).digest()
    assert math.copysign(1.0, Hippocampus(gain=-0.0).gain) == 1.0


# Replacing


def test_replace_reads_texts():
    changed = Hippocampus().replace(["tau_trace = 20 ms", "n_cells=3", "rule=stdp", "awake=false", "gain=2"])
    assert changed == Hippocampus(20 * ms, 3, "stdp", False, 2.0)


def test_replace_reaches_into_sections_and_leaves_the_rest():
    before = Cortex()
    after = before.replace({"hippocampus.tau_trace": 1 * second, "hippocampus.gain": "0.5", "other.n_cells": 2})
    assert after.hippocampus == Hippocampus(tau_trace=1 * second, gain=0.5)
    assert after.other == Hippocampus(n_cells=2)
    assert before == Cortex() and before.hippocampus.tau_trace == 30 * second


def test_replace_takes_whole_sections_and_then_parts_of_them():
    wanted = {"other.gain": 0.1, "other": Hippocampus(n_cells=7)}
    assert Cortex().replace(wanted).other == Hippocampus(n_cells=7, gain=0.1)


def test_replace_with_nothing_is_equal():
    assert Cortex().replace([]) == Cortex().replace({}) == Cortex()


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("hippocampus.tau_trac", "hippocampus.tau_trace"),
        ("hipocampus.gain", "hippocampus.gain"),
        ("gain", "hippocampus.gain"),
        ("Conductance", "conductance"),
    ],
)
def test_unknown_names_get_the_nearest(name, nearest):
    with pytest.raises(UnknownNameError, match=f"did you mean '{nearest}'"):
        Cortex().replace({name: 1.0})


@pytest.mark.parametrize("name", ["conductance.x", "", "hippocampus.", "digest", "hippocampus.gain.real"])
def test_names_that_are_no_parameters_are_refused(name):
    with pytest.raises(UnknownNameError, match="Available: hippocampus.tau_trace"):
        Cortex().replace({name: 1.0})


def test_replace_errors_name_the_parameter():
    refused(lambda: Cortex().replace("hippocampus.tau_trace=20*mV"), "Hippocampus.tau_trace = 20 mV", "second")
    refused(lambda: Cortex().replace("hippocampus.tau_trace=soon"), "Hippocampus.tau_trace", "'soon'")
    refused(lambda: Cortex().replace("hippocampus=soon"), "Cortex.hippocampus", "tau_trace")
    refused(lambda: Cortex().replace("hippocampus.tau_trace"), "write section.name=value")
    refused(lambda: Cortex().replace("=3"), "write section.name=value")


def test_names_and_get():
    assert Hippocampus().dotted_names() == ["tau_trace", "n_cells", "rule", "awake", "gain"]
    assert Cortex().get("hippocampus.tau_trace") == 30 * second
    assert Cortex().get("other") == Hippocampus()
    with pytest.raises(UnknownNameError):
        Cortex().get("nothing")


# To disk and back


def test_round_trip_through_json_is_exact():
    values = np.random.default_rng(1).lognormal(0, 30, 200)
    for value in values:
        made = Cortex(Hippocampus(tau_trace=value * ms), conductance=value * nS, drift=-value * volt / second**2)
        back = Cortex.from_dict(json.loads(json.dumps(made.to_dict())))
        assert back == made
        assert float(back.conductance) == float(made.conductance)
        assert float(back.drift) == float(made.drift)


def test_to_dict_is_plain_and_readable():
    assert Hippocampus(tau_trace=20 * ms).to_dict() == {
        "tau_trace": "0.02*second",
        "n_cells": 10,
        "rule": "bcpnn",
        "awake": True,
        "gain": 1.5,
    }


def test_from_dict_fills_defaults_and_refuses_unknown_names():
    assert Cortex.from_dict({"hippocampus": {"gain": 0.5}}) == Cortex().replace("hippocampus.gain=0.5")
    with pytest.raises(UnknownNameError, match=r"hippocampus\.gian"):
        Cortex.from_dict({"hippocampus": {"gian": 0.5}})
    refused(lambda: Cortex.from_dict({"conductance": "3*volt"}), "Cortex.conductance")


def test_rows_are_texts_with_units_defaults_and_sources():
    rows = {row.name: row for row in Cortex(Hippocampus(tau_trace=20 * ms)).rows()}
    expected = ("hippocampus.tau_trace", "20", "ms", "30 s", "time constant", "Werne 2026")
    assert rows["hippocampus.tau_trace"] == expected
    assert rows["other.awake"] == ("other.awake", "true", "", "true", "awake", "")
    assert rows["current"][1:4] == ("0", "A", "0 A")
    assert all(isinstance(cell, str) for row in rows.values() for cell in row)
    assert list(rows) == Cortex().dotted_names()


# Reading text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("20*ms", 20 * ms),
        ("20 ms", 20 * ms),
        ("20ms", 20 * ms),
        (" 20. * msecond ", 20 * ms),
        ("3e-3*second", 3e-3 * second),
        ("3e-3 s", 3e-3 * second),
        ("2.5E-3s", 2.5e-3 * second),
        (".5 s", 0.5 * second),
        ("35 Hz", 35 * Hz),
        ("35. s^-1", 35 * Hz),
        ("-70 mV", -70 * mV),
        ("+5*mV", 5 * mV),
        ("5 nS/ms", 5 * nS / ms),
        ("2 S s^-1 V", 2e6 * uS / second * volt),
        ("1/(3*ms)", 1 / (3 * ms)),
        ("100 Mohm", 100 * Mohm),
        ("4 metre**0.5", 4 * metre**0.5),
        ("ms", 1 * ms),
    ],
)
def test_quantities_are_read(text, value):
    read = parse_quantity(text)
    assert type(read) is Quantity
    assert read.dim is value.dim
    assert float(read) == pytest.approx(float(value), rel=1e-15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5),
        ("3", 3),
        ("-3", -3),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("20*ms/ms", 20.0),
    ],
)
def test_numbers_and_truth_values_are_read(text, value):
    assert parse_quantity(text) == value
    assert type(parse_quantity(text)) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "exit()",
        "().__class__",
        "ms.dim",
        "[1, 2]",
        "lambda: 1",
        "1 if 2 else 3",
        "(x := 3)",
        "'text'",
        "f'{1}'",
        "1 + 1",
        "1 < 2",
        "1; 2",
        "1j",
        "None",
        "nan",
        "inf",
        "1e999",
        "1/0",
        "9**9**9**9",
        "2**ms",
        "(-1)**0.5",
        "",
        " ",
        "*ms",
        "20 *",
        "\0",
        "1\n2",
        "(" * 150,
        "-" * 5000 + "1",
        "9" * 190 + "**9",
    ],
)
def test_everything_else_is_refused_with_an_example(text):
    refused(lambda: parse_quantity(text), "cannot read", "20*ms")


def test_unknown_units_get_the_nearest():
    refused(lambda: parse_quantity("2 seconds"), "unknown unit 'seconds'", "did you mean 'second'?")


@dataclass(frozen=True)
class Gains(ParameterSet):
    """Tuples of numbers."""

    gains: tuple[float, ...] = field_of((0.1, 1, 0.25), "of each layer", low=0.0, high=10.0)
    none: tuple[float, ...] = field_of((), "of none")


def test_tuples_of_numbers_are_given_as_such_or_as_text():
    usual = Gains()
    assert usual.gains == (0.1, 1.0, 0.25) and usual.none == ()
    assert usual.to_dict() == {"gains": "0.1 1 0.25", "none": ""} and Gains.from_dict(usual.to_dict()) == usual
    for given in ((1, 2.5), [1, 2.5], np.array([1, 2.5]), "1 2.5", " 1.0  2.50 "):
        assert Gains(gains=given) == usual.replace({"gains": given}) == usual.replace("gains=1 2.5")
    third = 1 / 3
    assert Gains.from_dict(Gains(gains=(third, 1e-20)).to_dict()).gains == (third, 1e-20)
    rows = usual.replace("gains=2").rows()
    assert (rows[0].value, rows[0].default, rows[1].value) == ("2", "0.1 1 0.25", "")


@pytest.mark.parametrize(
    ("given", "says"),
    [("1 a", "write numbers separated by spaces"), ((1, "a"), "holds 'a': expected numbers"), (3.0, "must be numbers"),
     ((1, float("nan")), "finite"), ((1, 11), "must be at least 0 and at most 10"),
     ((1, 2 * second), "expected numbers"),
     ((True,), "expected numbers"), (np.ones((2, 2)), "must be numbers"), (None, "must be numbers")],
)  # fmt: skip
def test_what_is_no_tuple_of_numbers_is_refused(given, says):
    with pytest.raises(ParameterError, match=f"Gains.gains.*{says}"):
        Gains(gains=given)
