"""Thresholds end early where terms that all neurons share say that nothing fires."""

import pytest

from spiking_engrams.targets.cpp_thresholds import _needed, end_early

GENERATED = """
    const char _lio_1 = signal_x(t) > 0.5;
    long _count = 0;
    for(size_t _idx=0; _idx<N; _idx++)
    {
        const char _cond = CONDITION;
        if(_cond) {
            _ptr_array_A__spikespace[_count++] = _idx;
        }
    }
    _ptr_array_A__spikespace[N] = _count;
"""


@pytest.mark.parametrize(
    ("condition", "needed"),
    [
        ("v > v_th", ""),
        ("_lio_1 && (v > v_th)", "(_lio_1)"),
        ("_lio_1 && ((v > 1) && _lio_2)", "(_lio_1) && ((_lio_2))"),
        ("(_lio_1 && (v > 1)) || (_lio_2 && (u > 1))", "((_lio_1)) || ((_lio_2))"),
        ("(_lio_1 && (v > 1)) || (u > 1)", ""),
        ("! (_lio_1 && (v > 1))", ""),
        ("(_lio_1 && (v > 1)) == ((v > 1) && _lio_2)", ""),
        ("(v > _lio_1) && (u > 1)", ""),
        ("_lio_1", "_lio_1"),
    ],
)
def test_what_all_neurons_share_is_needed(condition, needed):
    assert _needed(condition) == needed


def test_a_loop_ends_before_it_begins(tmp_path):
    folder = tmp_path / "code_objects"
    folder.mkdir()
    shared, own = folder / "A_spike_thresholder_codeobject.cpp", folder / "B_spike_thresholder_codeobject.cpp"
    shared.write_text(GENERATED.replace("CONDITION", "_lio_1 && (v > 1)"))
    own.write_text(GENERATED.replace("CONDITION", "v > 1"))
    end_early(tmp_path)
    before, _, after = shared.read_text().partition("    long _count")
    assert before.endswith("    if (!((_lio_1))) { _ptr_array_A__spikespace[N] = 0; return; }\n")
    assert after in GENERATED.replace("CONDITION", "_lio_1 && (v > 1)")
    assert own.read_text() == GENERATED.replace("CONDITION", "v > 1")
