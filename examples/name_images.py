"""Name a folder of images: a spiking network learns from labelled images and names the others.

    python name_images.py labelled/ unlabelled/ > names.csv

``labelled/`` holds a folder of images for each class, ``unlabelled/`` holds images. Without arguments, digits of
scikit-learn are written to files, 45 of each class with their label and 5 without. Images are seen at 16 x 16 pixels.
It takes a minute at most.
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

SIZE = (16, 16)
PARAMETERS = naming.DIGITS.replace({"learning.images": (300, 400), "names.rule": "covariance"})


def name_images(labelled: Path, unlabelled: Path) -> dict[str, str]:
    """Return the name of each image file in a folder, or "" if no name neuron fires."""
    known = stimuli.from_folder(labelled, SIZE, fit="crop")
    files = sorted(path for path in unlabelled.iterdir() if path.is_file())
    pictures = np.array([read_picture(path, SIZE, "crop") for path in files])
    others = stimuli.from_arrays(pictures, range(len(files)))  # classes are unknown: each image is its own class
    circuit = naming.build(PARAMETERS)
    seen, phases = naming.retina(PARAMETERS, known), circuit.phases
    network, rng = Simulation(circuit, seed=1), np.random.default_rng(1)
    state = network.initial_state()
    for lesson in phases.lessons(seen, rng):
        state, _ = network.run(lesson, state)  # kernels learn by STDP
    state, _ = network.run(phases.experience(seen), state)  # learns what is familiar
    state, _ = network.run(phases.encode(seen, known.labels, n_names=len(known.classes)), state)
    _, recalled = network.run(phases.recall(naming.retina(PARAMETERS, others)), state)
    found = answers(circuit, recalled)
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
        for name, answer in name_images(*folders).items():
            print(f"{name},{answer}")
