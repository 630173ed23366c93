"""Senses: the retina, sensory cells that code brightness, and pairs of cells that code contrast.

Sensory cells show the present image, in recall and sleep what index cells release, and in imagery what the student
predicts. They are the only input of the student, and reach it only while `to_student` is 1. Of a pair of contrast cells
one codes that a pixel is brighter than it usually is, the other that it is darker. A masked pixel drives neither. In
sleep noise drives them, which is redrawn at each onset. They reach index cells only while `to_index` is 1.
"""

from __future__ import annotations

import numpy as np

from networks.generative.cells import FREE, SILENT
from networks.generative.parameters import Parameters
from spiking_engrams.circuit.circuit import Connection, Group, Regular
from spiking_engrams.interventions.manipulation import SILENCED

MASKED = -1.0  # value of a masked pixel in a cue
FORGET = Regular("y = y*(1 - onset(t))", slow=True)
DRAW = Regular("chance = rand()", when="before_thresholds")
FIRES = f"chance < rate*drive*dt and {FREE}"
IMAGE = "image(image_index(t)*second, i)"


def senses(p: Parameters) -> tuple[list[Group], list[Connection]]:
    """Return retina, sensory cells and contrast cells, and the connection within pairs of contrast cells.

    Examples
    --------
    >>> groups, _ = senses(Parameters())
    >>> [(group.name, group.size) for group in groups]
    [('retina', 64), ('sense', 64), ('contrast', 128)]
    """
    every = np.arange(2 * p.pixels, dtype=np.int32)
    partners = Connection(
        "contrast_contrast", "contrast", "contrast", every, np.roll(every, p.pixels), on_pre="y_post -= trace_pre",
        about={"rule": "static: the partner of a pair"},
    )  # fmt: skip
    return [_retina(p), _sense(p), _contrast(p)], [partners]


def _retina(p: Parameters) -> Group:
    return Group(
        "retina",
        p.pixels,
        """
light : 1     # brightness of the pixel, 0 to 1
visible : 1   # 0 where the image is masked, or without an image
hidden : 1    # 1 where the image is masked
average : 1   # mean brightness of images so far
noise : 1     # random drive in sleep
contrast : 1  # input of the pair of contrast cells""",
        constants={"contrast_gain": p.senses.contrast_gain, "density": p.senses.noise_density},
        initial={"average": 0.5},
        regular=(
            Regular("average += adapt(t)*alive(t)*(light - average)", slow=True, order=-5),
            Regular(f"visible = int(image_index(t) > -0.5)*int({IMAGE} > -0.5)\nlight = visible*{IMAGE}\n"
                    "hidden = int(image_index(t) > -0.5)*(1 - visible)",
                    slow=True, order=-4),
            Regular("noise += int(onset(t) > 0.5)*(int(rand() < density)*randn() - noise)", slow=True, order=-3),
            Regular("contrast = visible*contrast_gain*(light - average) + dream(t)*noise", slow=True, order=-2),
        ),
        slow=("average",),
        about={"role": "photoreceptors, adapted to the mean of images", "model": "graded"},
    )  # fmt: skip


def _sense(p: Parameters) -> Group:
    return Group(
        "sense",
        p.pixels,
        f"""
{SILENT}
pixel : integer (constant)
chance : 1
ds/dt = -s/tau : 1  # output of index cells
y : 1               # spikes since the onset, 1 after a second at full brightness
drive = clip(see(t)*light + release(t)*s/(active + half) + imagine(t)*(p + b), 0, 1) : 1""",
        threshold=FIRES,
        reset="y += trace",
        method="exact",
        constants={
            "rate": p.senses.rate, "tau": p.teacher.tau_release, "half": p.teacher.half_release,
            "trace": 1 / float(p.senses.rate),
        },
        initial={"pixel": np.arange(p.pixels)},
        links={
            "light": "retina.light[pixel]", "active": "pool.active", "p": "error.p[pixel]", "b": "error.b[pixel]",
        },
        events={"teach": f"{FIRES} and to_student(t) > 0.5"},
        spike_events=("teach",),
        regular=(FORGET, DRAW),
        knobs=(SILENCED,),
        about={"role": "sensory cells", "model": "Poisson"},
    )  # fmt: skip


def _contrast(p: Parameters) -> Group:
    return Group(
        "contrast",
        2 * p.pixels,
        f"""
{SILENT}
pixel : integer (constant)
side : 1 (constant)  # 1: fires for brighter pixels, -1: for darker ones
chance : 1
y : 1                # its spikes since the onset less those of its partner, 1 after a second at full contrast
drive = clip(side*contrast, 0, 1) : 1""",
        threshold=FIRES,
        on_own_event={"spike": "y += trace"},  # together with the spikes of the partner
        constants={"rate": p.senses.contrast_rate, "trace": 1 / float(p.senses.contrast_rate)},
        initial={"pixel": np.tile(np.arange(p.pixels), 2), "side": np.repeat([1.0, -1.0], p.pixels)},
        links={"contrast": "retina.contrast[pixel]"},
        events={"cue": f"{FIRES} and to_index(t) > 0.5"},
        spike_events=("cue",),
        regular=(FORGET, DRAW),
        knobs=(SILENCED,),
        about={"role": "contrast cells, in pairs", "model": "Poisson"},
    )
