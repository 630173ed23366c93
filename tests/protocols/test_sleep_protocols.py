"""Protocols about sleep and what follows run on a scaled-down circuit; what they show is judged at full size only."""

from types import SimpleNamespace

import numpy as np
import pytest
from runs import run_as_planned
from small_amygdala import small

from networks.amygdala.phases import random_context, similar_context
from protocols.amygdala.claims import contexts as later_claims
from protocols.amygdala.claims import homeostasis as homeostasis_claims
from protocols.amygdala.claims import replay as replay_claims
from protocols.amygdala.claims import sleep_loss as sleep_loss_claims
from protocols.amygdala.claims import stress as stress_claims
from protocols.amygdala.claims.fear import RENEWAL
from protocols.amygdala.drawing import fear as drawing
from spiking_engrams.experiment.experiment import Request
from spiking_engrams.runs.metrics import Metrics, metric
from spiking_engrams.runs.phenomena import evaluate

TAGGED = {"n_shocks": 10, "n_explored": 10}
TINY = {
    "tag_and_activate": TAGGED,
    "tag_and_silence": TAGGED,
    "false_memory": TAGGED,
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
    folder = run_as_planned(request, tmp_path / "run")
    assert folder.summary["metrics"] and sorted((folder.path / "figures").glob("*.png"))
    rows = folder.summary["phenomena"]
    assert rows and not [row["value"] for row in rows if "raised" in row["value"]]
    blocked = folder.measured.get(homeostasis_claims.BLOCKED)
    if blocked is not None:  # nothing moves the synapses that are blocked
        assert blocked == pytest.approx(folder.metric("total_weight", when="before"), rel=1e-9)


def test_conditions_that_were_not_run_are_not_drawn():
    aba, abc = (metric("fear", design=design) for design in ("ABA", "ABC"))
    folder = SimpleNamespace(measured={abc: np.ones(2)})
    figure, _ = drawing.conditions(folder, {abc: "one design"}, "fear", "Fear.", {abc: 0.4, aba: 0.8})
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["one design"]


def verdicts(phenomena, metrics):
    """Return whether each claim holds, by its full id."""
    found = evaluate(phenomena, {each: np.asarray(values, float) for each, values in metrics.items()})
    return {row.full_id: row.passed for row in found}


def test_claims_of_homeostasis_can_fail():
    own = homeostasis_claims
    held = {each: [x, x] for pair in (own.BELOW, own.LARGEST, own.WEAK) for each, x in zip(pair, (2, 1.5), strict=True)}
    held |= {each: [0.9, 0.9] for pair in own.FEAR.values() for each in pair}
    held |= {own.RECRUITED[0]: [15, 16], own.RECRUITED[1]: [15, 15], own.KEPT: [1.0, 0.95]}
    held |= {own.TOTAL[0]: [100, 100], own.TOTAL[1]: [94, 95], own.BLOCKED: [100, 100]}
    assert all(verdicts(own.HOMEOSTASIS, held).values())
    for changed, values, failing in (
        (own.RECRUITED[1], [10, 15], "R8.cells"), (own.KEPT, [0.5, 0.9], "R8.cells"),
        (own.BELOW[1], [1.5, 2.1], "R8.weak"), (own.LARGEST[1], [1.5, 2.1], "R8.B"),
        (own.WEAK[1], [1.9, 2.2], "R8.between"),
        (own.TOTAL[1], [99, 99], "R8.total"), (own.FEAR["A"][1], [0.5, 0.9], "R8.fear"),
        (own.BLOCKED, [94, 95], "R8.control"),
    ):  # fmt: skip
        found = verdicts(own.HOMEOSTASIS, held | {changed: values})
        assert [k for k, passed in found.items() if passed is False] == [failing]


def test_claims_about_replay_events_can_fail():
    followed, lag = replay_claims.FOLLOWED, replay_claims.LAG
    found = {"events": [12, 9], followed["CTX"]: [1, 0.95], followed["BA_N"]: [0.8, np.nan]}
    found |= {lag["CTX"]: [0.1, 0.08], lag["BA_N"]: [0.2, np.nan]}

    def holds(changes):
        m = Metrics({each: np.asarray(values, float) for each, values in (found | changes).items()})
        return replay_claims.events_followed(m)[1]

    assert holds({})
    assert not holds({"events": [12, 0]})
    assert not holds({followed["CTX"]: [0.5, 0.9]})
    assert not holds({lag["BA_N"]: [-0.1, np.nan]})


def test_renewal_is_claimed_of_the_designs_that_were_run():
    tested, extinguished = ({"stage": "test", "trial": "first"}, {"stage": "extinction", "trial": "last"})
    low, high = np.full(7, 0.1), np.linspace(0.7, 0.9, 7)
    found = {metric("fear", design="ABC", **tested): high, metric("fear", design="ABC", **extinguished): low}
    found |= {metric("fear", design="AAB", **tested): low, metric("fear", design="AAB", **extinguished): high}
    held = verdicts(RENEWAL[:3], found)
    assert held == {"R6 (ABC)": True, "R6 (AAB)": False}


def test_claims_about_lost_sleep_trauma_and_extinction_can_fail():
    own, full, small = sleep_loss_claims, {"full_size": [1]}, {"full_size": [0]}
    week = {metric("total_weight", lost=lost): [100 + 24 * lost] for lost in own.LOST}
    week |= {metric("fear", lost=lost): [0.2] for lost in own.LOST}
    assert all(verdicts(own.SLEEP_LOSS, full | week).values())
    assert verdicts(own.SLEEP_LOSS, small | week)["R9.total"] is None  # too small to be asked
    for lost, total in ((0.5, 90), (1, 110)):
        assert not verdicts(own.SLEEP_LOSS, full | week | {metric("total_weight", lost=lost): [total]})["R9.total"]
    trauma = full | {metric("weight_ratio", when=when): [1.1] for when in ("first_evening", "last_morning")}
    trauma |= {stress_claims.FORWARD: [0.1]}
    for lowest, enhanced, feared, held in (
        (1.06, 0.0, 0.4, (True, True)), (1.04, 0.3, 0.4, (False, False)), (1.06, -0.3, 0.4, (True, False)),
        (1.06, 0.09, 0.4, (True, False)), (1.06, 0.03, 0.4, (True, False)),
        (1.06, 0.0, 0.1, (True, False)),
    ):  # fmt: skip
        after = {stress_claims.REVERSE: [enhanced] * 5, stress_claims.FEARED: [feared] * 5}
        found = verdicts(stress_claims.STRESS, trauma | after | {"lowest_weight_ratio": [lowest]})
        assert found == {"R10.total": held[0], "R10.fear": None, "R11": held[1]}
    low, high = [0.6, 0.5, 0.3, 0.6, 0.1, 0.8], [0.9, 0.8, 0.7, 0.9, 0.6, np.nan]
    for phenomena, less, more, claim in (
        (later_claims.OVERLAP, later_claims.NEXT_DAY, later_claims.SAME_DAY, "X3"),
        (later_claims.EXTINCTION, later_claims.SEVERAL, later_claims.ONE, "X1"),
    ):
        assert verdicts(phenomena, {less: low, more: high})[claim]
        assert verdicts(phenomena, {less: high, more: low})[claim] is False
        mixed = [0.4, 0.9, 0.2, 0.7, 0.6, np.nan]  # lower on average, but not surely
        assert verdicts(phenomena, {less: low, more: mixed})[claim] is False
        assert verdicts(phenomena, {less: [0.1], more: [0.9]})[claim] is None  # too few seeds


def test_contexts_differ_in_the_hypercolumns_asked_for():
    p, rng = small().parameters, np.random.default_rng(0)
    a = random_context(p, rng)
    for _ in range(5):
        b = similar_context(p, a, 0.8, rng, slice(2, 4))
        shape = (p.sensory.n_hypercolumns, p.sensory.n_values)
        assert set(np.flatnonzero((a.reshape(shape) != b.reshape(shape)).any(axis=1))) <= {2, 3}
