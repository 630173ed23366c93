"""Thresholds by homeostasis on a small network: the wanted shares fire, and known images keep their thresholds."""

import numpy as np
import pytest

from networks import naming, recollection
from networks.naming import homeostasis
from protocols.naming.data import ImageOptions, Images
from protocols.naming.thresholds import Learner
from spiking_engrams import stimuli
from spiking_engrams.runs.metrics import metric
from spiking_engrams.simulation.simulation import Simulation

TINY = naming.DIGITS.replace(
    {
        "height": 10, "width": 10, "max_images": 20, "learning.images": "12 12", "learning.doubling": 6,
        "homeostasis.tolerance": 1.0,
        "layers": "conv 4 x 3 > 8 learn > 8 winners 4 radius 1; pool 2 / 2 exclusive; "
        "conv 6 x 3 > inf learn > 4 winners 4 radius 1",
    }
)  # fmt: skip


class Session:
    """As much of a session as learning needs."""

    seed = 1

    def __init__(self, parameters):
        self.parameters, self.found = parameters, {}
        self.simulation = Simulation(naming.build(parameters), "runtime")
        self.circuit = self.simulation.circuit

    def explore(self, phase, state, record):
        return self.simulation.run(phase, state, record=record)

    def pretrained(self, phases):
        return self.simulation.reuse(phases, self.seed)[0]

    def metric(self, name, value, **conditions):
        self.found[metric(name, **conditions)] = float(value)


@pytest.fixture(scope="module")
def trains():
    return naming.retina(TINY, stimuli.digits((10, 10)).select(range(12)))


def share(layer):
    return metric("share", layer=layer)


def learner(parameters, trains):
    session = Session(parameters)
    lessons = session.circuit.phases.lessons(trains, np.random.default_rng(1))
    return Learner(session, trains, lessons)


@pytest.mark.slow
def test_the_wanted_shares_fire_whatever_the_thresholds_were(numpy_runtime, trains, monkeypatch):
    monkeypatch.setattr(homeostasis, "LARGEST_FACTOR", 100.0)
    found = []
    for factor in (1, 3):
        layers = (
            TINY.to_dict()["layers"].replace("> 8 ", f"> {8 * factor} ").replace("learn > 4", f"learn > {4 * factor}")
        )
        one = learner(TINY.replace({"layers": layers}), trains)
        _, thresholds = one.balanced()
        found.append((thresholds, one.session.found))
    (first, shares), (second, _) = found
    assert first == second  # nothing is left of the thresholds of the preset
    assert set(first.firing) == {"conv1.theta", "conv3.concept_threshold"} and first.names == first.firing
    wanted = homeostasis.wanted(TINY.homeostasis.firing[0], trains, competes=True)
    assert shares[share("conv1")] == pytest.approx(wanted, abs=0.1)  # charges after learning are few and discrete
    assert 0.02 < shares[share("conv3")] < 0.35
    assert shares[metric("threshold", layer="conv1", when="firing")] == first.firing["conv1.theta"]


@pytest.mark.slow
def test_a_share_asked_for_is_reached(numpy_runtime, trains):
    shares = {}
    for asked in (0.3, 0.9):
        one = learner(TINY.replace({"homeostasis.firing": (asked,), "learning.images": (1, 1)}), trains)
        one.balanced()  # hardly learned: charges are many
        shares[asked] = one.session.found[share("conv1")]
        assert shares[asked] == pytest.approx(homeostasis.wanted(asked, trains, competes=True), abs=0.04)
    assert shares[0.3] < shares[0.9]


@pytest.mark.parametrize(
    ("known_as", "asked", "balances"),
    [("own", "auto", True), ("own", "off", False), ("digits", "auto", False), ("caltech", "auto", False),
     ("mnist", "on", True)],
)  # fmt: skip
def test_known_images_keep_the_thresholds_of_their_preset(known_as, asked, balances):
    few = stimuli.digits((10, 10)).select(range(12))
    images = Images(few, few, np.zeros((12, 1)), np.zeros((12, 1)), known_as)
    assert images.homeostatic(ImageOptions(homeostasis=asked)) is balances


def test_phases_are_as_before_without_other_thresholds(trains):
    phases = naming.build(TINY).phases
    seen, named = phases.see(trains), phases.see_to_name(trains)
    assert not seen.constants and not named.constants
    other = phases.with_thresholds(homeostasis.Thresholds({"conv1.theta": 5.0}, {"conv1.theta": 4.0}))
    assert other.see(trains).constants == {"conv1.theta": 5.0}
    assert other.see_to_name(trains).constants == {"conv1.theta": 4.0}
    assert other.recall(trains).constants == other.experience(trains).constants == {"conv1.theta": 5.0}
    lesson = other.train(trains, 1, 0.1, 0.1)
    assert lesson.constants["conv1.theta"] == 8.0  # that with which kernels learn
    assert phases.see(trains) == seen


def test_episodes_are_seen_with_the_same_thresholds(trains):
    usual = recollection.Phases(recollection.DIGITS.replace({"height": 10, "width": 10}))
    other = usual.with_thresholds(homeostasis.Thresholds({"conv1.theta": 5.0}))
    for phases, constants in ((usual, {}), (other, {"conv1.theta": 5.0})):
        seen = [phases.memorise(trains), phases.memorise_new(trains), phases.compare(trains), phases.retain(30, trains)]
        assert all(each.constants == constants for each in [*seen, phases.recall_from_image(trains)])
