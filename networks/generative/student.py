"""Student: error cells whose dendrites predict what sensory cells fire, from latent cells that the errors correct.

Dendritic predictive coding (Rao & Ballard 1999; Urbanczik & Senn 2014; Mikulasch, Rudelt & Priesemann 2021). A pair of
error cells per pixel signals how far its input exceeds, or falls short of, the prediction of its dendrite. Each latent
is an ensemble of cells for positive values and one for negative values. Error spikes move the latents through F; latent
spikes add to the predictions through G. At each latent spike G changes by the mismatch in the dendrite (delta rule),
and F by the same event, since the synapse is two-way (Kolen & Pollack 1994); both shrink with each spike, which scales
them. In imagery a current clamps the latents, error cells are silent, and sensory cells show the predictions.
"""

from __future__ import annotations

import numpy as np

from networks.generative.cells import firing
from networks.generative.parameters import Parameters, Student
from spiking_engrams.circuit.circuit import Connection, Draw, Group, Regular, all_to_all
from spiking_engrams.interventions.manipulation import EFFICACY
from spiking_engrams.neurons.model import NeuronModel

GIVEN = "int(thought_index(t) > -0.5)"
THOUGHT = f"({GIVEN}*thought(thought_index(t)*second, i) + (1 - {GIVEN})*aim)"
LEARN = """
rate = eta*learn(t)*(1 - fresh(t))
change = rate*side_pre*mismatch_post
G += change - rate*scaling*G
F += change - rate*scaling*F
p_post += efficacy*side_pre*quantum*G
picture_post += (1 - fresh(t))*efficacy*side_pre*quantum*G"""


def student(p: Parameters, model: NeuronModel | None = None) -> tuple[list[Group], list[Connection]]:
    """Return error and latent cells and their connections.

    Examples
    --------
    >>> groups, connections = student(Parameters())
    >>> [group.size for group in groups], [connection.name for connection in connections]
    ([128, 320], ['sense_error', 'latent_error'])
    """
    s, n = p.student, p.pixels
    cells = s.latents * 2 * s.copies
    pixel = np.arange(n, dtype=np.int32)
    i, j = all_to_all(cells, 2 * n)
    start = Draw("normal", (0.0, 1.0), s.start / n**0.5, shape=(s.latents, 2 * s.copies, 2, n), equal=(1, 2))
    afferents = Connection(
        "sense_error", "sense", "error", np.tile(pixel, 2), np.arange(2 * n, dtype=np.int32),
        on_event={"teach": f"x_post += {EFFICACY}*jump"},
        constants={"jump": 1 / float(p.senses.rate * s.tau), EFFICACY: 1.0},
        about={"rule": "static"},
    )  # fmt: skip
    weights = Connection(
        "latent_error", "latent", "error", i, j, "G : 1  # prediction\nF : 1  # feedback of errors",
        on_pre=LEARN.replace("rate", "step_size"), on_post="u_pre += efficacy*feedback*side_post*F",
        constants={
            "eta": s.learning_rate, "scaling": s.scaling, "quantum": quantum(s), "feedback": s.feedback,
            EFFICACY: 1.0,
        },
        initial={"G": start, "F": start}, slow=("G", "F"),
        about={"rule": "dendritic delta rule, both directions"},
    )  # fmt: skip
    return [_error(p, model), _latent(s, model)], [afferents, weights]


def quantum(s: Student) -> float:
    """Return how much a spike of a latent cell adds to predictions through a weight of 1.

    Examples
    --------
    >>> round(quantum(Student()), 4)
    0.1667
    """
    return s.largest / float(s.latent_rate * s.tau) / s.copies


def _error(p: Parameters, model: NeuronModel | None) -> Group:
    s, n = p.student, p.pixels
    cell = firing("side*mismatch", s.error_rate, model)
    return Group(
        name="error",
        size=2 * n,
        equations=f"""
pixel : integer (constant)
side : 1 (constant)  # 1: input above prediction, -1: below
dx/dt = -x/tau_error : 1  # input, 1 at full brightness
dp/dt = -p/tau_error : 1  # prediction
b : 1                # prediction without latents
mismatch : 1         # of the dendrite, 0 for a masked pixel and in imagery
picture : 1          # sum of the predictions since the onset
{cell.equations}""",
        constants={"tau_error": s.tau, "bias_rate": s.bias_rate, "per_step": float(p.step / s.tau), **cell.constants},
        initial={"pixel": np.tile(np.arange(n), 2), "side": np.repeat([1.0, -1.0], n), **cell.initial},
        links={"hidden": "retina.hidden[pixel]"},
        regular=(
            Regular("mismatch = (1 - hidden)*(1 - imagine(t))*(x - p - b)"),
            Regular("b += bias_rate*learn(t)*(1 - fresh(t))*alive(t)*mismatch", slow=True, order=-1),
            Regular("picture = (1 - fresh(t))*(picture + per_step*b)", slow=True),
        ),
        slow=("b",),
        about={"role": "error cells, in pairs", "model": "escape noise" if model is None else model.name},
        **cell.fields,
    )


def _latent(s: Student, model: NeuronModel | None) -> Group:
    cell = firing("side*u/largest", s.latent_rate, model)
    return Group(
        name="latent",
        size=s.latents * 2 * s.copies,
        equations=f"""
side : 1 (constant)  # 1: fires for positive values, -1: for negative ones
du/dt = -leak*u : 1  # value
fired : 1            # spikes since the onset
aim : 1              # what a label cell evokes
number : integer (constant)  # of the latent
jitter : 1           # noise of the latent in imagery
{cell.equations}""",
        constants={"leak": s.leak, "largest": s.largest, **cell.constants},
        initial={
            "side": np.tile(np.repeat([1.0, -1.0], s.copies), s.latents),
            "number": np.repeat(np.arange(s.latents), 2 * s.copies),
            **cell.initial,
        },
        links={"noise": "latent_noise.noise[number]"},
        on_own_event={"spike": "fired += 1 - fresh(t)"},
        regular=(
            Regular(f"u = (1 - imagine(t))*(1 - fresh(t))*u + imagine(t)*side*{THOUGHT}", slow=True),
            Regular("fired *= 1 - fresh(t)\njitter = noise", slow=True, order=1),
        ),
        about={"role": "latent cells", "model": "escape noise" if model is None else model.name},
        **cell.fields,
    )
