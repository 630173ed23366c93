"""Model description tables."""

import dataclasses

import numpy as np
import pytest

from spiking_engrams.circuit.tables import describe, pattern_of


@pytest.fixture
def circuit(toy):
    return toy.build()


def table(circuit, letter):
    return next(each for each in describe(circuit) if each.title.startswith(letter))


def test_all_tables_are_there_and_rectangular(circuit):
    tables = describe(circuit)
    letters = [each.title.split(".")[0] for each in tables]
    assert letters == ["A", "B", "C", "D1", "D2", "E", "F", "G"]
    for each in tables:
        assert {len(row) for row in each.rows} <= {len(each.columns)}
        assert all(isinstance(cell, str) for row in each.rows for cell in row)


def test_what_the_circuit_is(circuit):
    assert ("Size", "10 neurons, 10 synapses") in table(circuit, "A").rows
    assert table(circuit, "B").rows == (("E", "LIF-based neurons", "10", "everything", ""),)
    assert table(circuit, "C").rows == (("ring", "E", "E", "ring", "10", "none", ""),)
    (neurons,) = table(circuit, "D1").rows
    assert "dv/dt" in neurons[1] and "spike: v > 1 and alive(t) > 0.5\nreset: v = 0; trace += 1" in neurons[2]
    assert table(circuit, "D2").rows[0][:2] == ("ring", "jump of v")
    assert ("input", "drive", "the same for all cells") in table(circuit, "F").rows


def test_groups_with_the_same_model_share_a_row(circuit):
    twin = dataclasses.replace(circuit.groups[0], name="F")
    both = dataclasses.replace(circuit, groups=(*circuit.groups, twin))
    assert [row[0] for row in table(both, "D1").rows] == ["E, F"]


@pytest.mark.parametrize(
    ("i", "j", "text"),
    [
        (np.repeat(np.arange(10), 10), np.tile(np.arange(10), 10), "all to all"),
        (np.arange(10), np.arange(10), "one to one"),
        (np.arange(10), np.roll(np.arange(10), 1), "fixed in-degree 1"),
        (np.array([0, 1]), np.array([3, 3]), "explicit, 2.0% of all pairs"),
    ],
)
def test_patterns_are_counted_where_the_circuit_does_not_name_them(circuit, i, j, text):
    changed = dataclasses.replace(circuit.connections[0], i=i, j=j, about={})
    assert pattern_of(circuit, changed) == text


def test_all_to_all_without_autapses(circuit):
    i, j = np.nonzero(~np.eye(10, dtype=bool))
    changed = dataclasses.replace(circuit.connections[0], i=i, j=j, about={})
    assert pattern_of(circuit, changed) == "all to all, without autapses"
