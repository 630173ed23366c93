"""Protocols about sleep and what follows run on a scaled-down circuit; what they show is judged at full size only."""

from types import SimpleNamespace

import numpy as np
import pytest
from small_amygdala import small

from networks.amygdala.phases import random_context, similar_context
from protocols.amygdala.claims import contexts as later_claims
from protocols.amygdala.claims import sleep_loss as sleep_loss_claims
from protocols.amygdala.claims import stress as stress_claims
from protocols.amygdala.claims.homeostasis import HOMEOSTASIS
from protocols.amygdala.claims.replay import events_followed
from protocols.amygdala.drawing import fear as drawing
from spiking_engrams.experiment.experiment import Request, execute
from spiking_engrams.runs.phenomena import evaluate

TINY = {
    "sleep_replay": {"night": 10, "n_shuffles": 10},
    "homeostasis": {"n_steps": 5},
    "sleep_loss": {"n_days": 1, "n_contexts": 1, "n_steps": 2, "n_trials": 1},
    "stress": {"n_before": 1, "n_after": 1, "n_contexts": 1, "n_steps": 5, "n_reverse": 5, "n_free": 5},
    "extinction_contexts": {"n_acquisition": 2, "n_each": 1, "n_renewal": 1, "n_long": 2, "n_extinction": 2,
                            "n_rest": 1, "n_retention": 1},
    "engram_overlap": {"n_steps": 5, "n_home": 1, "n_home_later": 1},
    "fear_aging": {"n_steps": 5, "n_days": 2, "n_free": 5},
    "consolidation": {"n_days": 2, "n_contexts": 1, "day": 40, "flipped": 5, "n_free": 10},
}  # fmt: skip


@pytest.mark.parametrize("name", TINY)
def test_protocols_run_and_are_drawn_again(name, needs_compiler, tmp_path):
    request = Request(
        name, "amygdala", parameters=small().parameters.to_dict(),
        options={"pretraining": 0, **TINY[name]},
    )  # fmt: skip
    folder = execute(request, tmp_path / "run")
    assert folder.summary["metrics"] and sorted((folder.path / "figures").glob("*.png"))
    rows = folder.summary["phenomena"]
    assert rows and not [row["value"] for row in rows if "raised" in row["value"]]
    total = folder.metrics.get("total_before"), folder.metrics.get("total_blocked")
    if total[1] is not None:
        assert total[1] == pytest.approx(total[0], rel=1e-9)  # nothing moves the synapses that are blocked


def test_conditions_that_were_not_run_are_not_drawn():
    folder = SimpleNamespace(metric=lambda name: np.ones(2))
    figure, _ = drawing.conditions(folder, {"ABC": "one design"}, "fear", {"ABC": 0.4, "ABA": 0.8})
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["one design"]


def verdicts(phenomena, **metrics):
    """Return whether each claim holds, by its id."""
    return {row.id: row.passed for row in evaluate(phenomena, {k: np.asarray(v, float) for k, v in metrics.items()})}


def test_claims_of_homeostasis_can_fail():
    names = ("below_watershed", "largest_B", "weak_A")
    held = {f"{name}_{w}": [x, x] for name in names for w, x in (("before", 2.0), ("after", 1.5))}
    held |= {f"fear_{c}_{w}": [0.9, 0.9] for c in "AB" for w in ("before", "after")}
    held |= {"recruited_A_before": [15, 16], "recruited_A_after": [15, 15], "kept_A": [1.0, 0.95]}
    held |= {"total_before": [100, 100], "total_after": [94, 95], "total_blocked": [100, 100]}
    assert all(verdicts(HOMEOSTASIS, **held).values())
    for name, value, failing in (
        ("recruited_A_after", [10, 15], "R8.cells"), ("kept_A", [0.5, 0.9], "R8.cells"),
        ("below_watershed_after", [1.5, 2.1], "R8.weak"), ("largest_B_after", [1.5, 2.1], "R8.B"),
        ("weak_A_after", [1.9, 2.2], "R8.between"),
        ("total_after", [99, 99], "R8.total"), ("fear_A_after", [0.5, 0.9], "R8.fear"),
        ("total_blocked", [94, 95], "R8.control"),
    ):  # fmt: skip
        found = verdicts(HOMEOSTASIS, **{**held, name: value})
        assert [k for k, passed in found.items() if passed is False] == [failing]


def test_claims_about_replay_events_can_fail():
    found = {"events": [12, 9], "CTX_followed": [1, 0.95], "BA_N_followed": [0.8, np.nan]}
    found |= {"CTX_lag": [0.1, 0.08], "BA_N_lag": [0.2, np.nan]}

    def holds(**changes):
        m = {k: np.asarray(v, float) for k, v in {**found, **changes}.items()}
        return events_followed(m)[1]

    assert holds()
    assert not holds(events=[12, 0])
    assert not holds(CTX_followed=[0.5, 0.9])
    assert not holds(BA_N_lag=[-0.1, np.nan])


def test_claims_about_lost_sleep_trauma_and_extinction_can_fail():
    labels = [sleep_loss_claims.label(lost) for lost in sleep_loss_claims.LOST]
    week = {f"total_{label}": [100 + 6 * k] for k, label in enumerate(labels)} | {f"fear_{x}": [0.2] for x in labels}
    assert all(verdicts(sleep_loss_claims.SLEEP_LOSS, full_size=[1], **week).values())
    assert verdicts(sleep_loss_claims.SLEEP_LOSS, full_size=[0], **week)["R9.total"] is None  # too small to be asked
    assert not verdicts(sleep_loss_claims.SLEEP_LOSS, full_size=[1], **{**week, f"total_{labels[2]}": [90]})["R9.total"]
    week |= {f"total_{labels[-1]}": [110]}
    assert not verdicts(sleep_loss_claims.SLEEP_LOSS, full_size=[1], **week)["R9.total"]
    trauma = {"full_size": [1], "ratio_evening": [1.1], "ratio_last": [1.1], "enhanced_forward": [0.1]}
    for lowest, enhanced, feared, held in (
        (1.06, 0.0, 0.4, (True, True)), (1.04, 0.3, 0.4, (False, False)), (1.06, -0.3, 0.4, (True, False)),
        (1.06, 0.09, 0.4, (True, False)), (1.06, 0.03, 0.4, (True, False)),
        (1.06, 0.0, 0.1, (True, False)),
    ):  # fmt: skip
        after = {"ratio_lowest": [lowest], "enhanced_reverse": [enhanced] * 5, "fear_reverse_control": [feared] * 5}
        found = verdicts(stress_claims.STRESS, **trauma, **after)
        assert found == {"R10.total": held[0], "R10.fear": None, "R11": held[1]}
    low, high = [0.6, 0.5, 0.3, 0.6, 0.1, 0.8], [0.9, 0.8, 0.7, 0.9, 0.6, np.nan]
    for phenomena, names, claim in (
        (later_claims.OVERLAP, ("shared_next_day", "shared_same_day"), "X3"),
        (later_claims.EXTINCTION, ("several_first", "one_first"), "X1"),
    ):
        assert verdicts(phenomena, **dict(zip(names, (low, high), strict=True)))[claim]
        assert verdicts(phenomena, **dict(zip(names, (high, low), strict=True)))[claim] is False
        mixed = [0.4, 0.9, 0.2, 0.7, 0.6, np.nan]  # lower on average, but not surely
        assert verdicts(phenomena, **dict(zip(names, (low, mixed), strict=True)))[claim] is False
        assert verdicts(phenomena, **{names[0]: [0.1], names[1]: [0.9]})[claim] is None  # too few seeds


def test_contexts_differ_in_the_hypercolumns_asked_for():
    p, rng = small().parameters, np.random.default_rng(0)
    a = random_context(p, rng)
    for _ in range(5):
        b = similar_context(p, a, 0.8, rng, slice(2, 4))
        shape = (p.sensory.n_hypercolumns, p.sensory.n_values)
        assert set(np.flatnonzero((a.reshape(shape) != b.reshape(shape)).any(axis=1))) <= {2, 3}
