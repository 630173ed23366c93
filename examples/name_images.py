"""Name a folder of images: a spiking network learns from labelled images and names the others.

    python name_images.py labelled/ unlabelled/ > names.csv
    python name_images.py labelled/ unlabelled/ mnist > names.csv

``labelled/`` holds a folder of images for each class (some tens each), ``unlabelled/`` images. The third argument is
the preset of the network: `digits` sees images at 16 x 16 pixels and takes a minute at most; `mnist` (28 x 28) and
`photo` (160 x 250) see more and take minutes to tens of minutes. How well labelled images that were left out are named
goes to stderr.
Without arguments, digits of scikit-learn are written to files, 45 of each class with their label and 5 without.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from networks import naming
from networks.naming.readout import answers
from spiking_engrams import Simulation, stimuli
from spiking_engrams.stimuli.picture import read_picture


def name_images(labelled: Path, unlabelled: Path, preset: str = "digits") -> dict[str, str]:
    """Return the name of each image file in a folder, "" where no name neuron fires."""
    parameters = naming.PRESETS[preset].replace({"names.rule": "covariance"})
    if preset == "digits":
        parameters = parameters.replace({"learning.images": (300, 400)})  # short lessons
    size = (parameters.height, parameters.width)
    known, rng = stimuli.from_folder(labelled, size, fit="crop"), np.random.default_rng(1)
    left_out, taught = known.split(max(1, len(known.labels) // (5 * len(known.classes))), rng)
    files = sorted(path for path in unlabelled.iterdir() if path.is_file())
    pictures = np.array([read_picture(path, size, "crop") for path in files])
    others = stimuli.from_arrays(pictures, range(len(files)))  # classes are unknown: each image is one of its own
    parameters = parameters.replace({"names.n": max(parameters.names.n, len(known.classes))})
    circuit = naming.build(parameters)
    seen, phases, network = naming.retina(parameters, taught), circuit.phases, Simulation(circuit, seed=1)
    state = network.initial_state()
    for lesson in phases.lessons(seen, rng):
        state, _ = network.run(lesson, state)  # kernels learn by STDP
    state, _ = network.run(phases.experience(seen), state)  # what is familiar
    state, _ = network.run(phases.encode(seen, taught.labels, n_names=len(known.classes)), state)

    def named(images: stimuli.ImageSet) -> np.ndarray:
        return answers(circuit, network.run(phases.recall(naming.retina(parameters, images)), state)[1])

    right = named(left_out) == left_out.labels
    print(f"{right.sum()} of {len(right)} labelled images that were left out are named correctly", file=sys.stderr)
    found = named(others)
    return {path.name: known.classes[k] if k >= 0 else "" for path, k in zip(files, found, strict=True)}


def written_digits(folder: Path) -> tuple[Path, Path]:
    """Write digits of scikit-learn to a folder with and a folder without labels; return both folders."""
    labelled, unlabelled = folder / "labelled", folder / "unlabelled"
    digits = stimuli.digits()
    for digit in range(5):
        (labelled / str(digit)).mkdir(parents=True)
    unlabelled.mkdir()
    for digit in range(5):
        for number, index in enumerate(np.flatnonzero(digits.labels == digit)[:50]):
            place = labelled / str(digit) if number < 45 else unlabelled
            Image.fromarray(digits.images[index].astype(np.uint8)).save(place / f"{digit}_{number}.png")
    return labelled, unlabelled


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        folders = tuple(map(Path, sys.argv[1:3])) if len(sys.argv) > 2 else written_digits(Path(made))
        for name, answer in name_images(*folders, *sys.argv[3:4]).items():
            print(f"{name},{answer}")
