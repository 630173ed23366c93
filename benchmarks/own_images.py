"""Do the presets carry over to images that they were not made for? Naming and recall of image sets of our own making.

Each set (`own_image_sets`) is named and recalled like a user's folder, with the preset chosen by its image size, with
thresholds and gains set by homeostasis and with those of the preset, and compared with support vector machines on
pixels and on features. Development used other classes and seeds (`DEVELOPED`), including two sets that were first used
for evaluation, since two rules were decided after looking at them. Homeostasis leaves thresholds unchanged where the
share that fires is near its target (`Homeostasis.tolerance`), and gains where recall evokes at least half of the spikes
of perception. Run from the root::

    python -m benchmarks.own_images run results/own_images --seeds 3      # resumes where it stopped
    python -m benchmarks.own_images run results/own_images --sets shapes --protocols image_recall --seeds 1
    python -m benchmarks.own_images table results/own_images results/reference/own_images
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from benchmarks.own_image_sets import JUDGED, write
from spiking_engrams.command import command
from spiking_engrams.experiment.experiment import execute, resume
from spiking_engrams.files.storage import read_json, write_json_atomic
from spiking_engrams.runs.run_folder import RunFolder

N_PER_CLASS = 60  # two thirds for training, a third for tests
HOW = {  # homeostasis: of layers far from the target share, of all, of none
    "on": ["protocol.homeostasis=on"],
    "always": ["protocol.homeostasis=on", "homeostasis.tolerance=1"],
    "off": ["protocol.homeostasis=off"],
}
NAMING = ("named", "named_chance", "named_shuffled", "named_by_pixels", "named_by_features", "named_tests")
RECALL = ("identified_right", "identified_shuffled", "identified_of")
HOMEOSTASIS = ("threshold", "share")  # metrics of each layer


def main() -> None:
    """Run the protocols, or write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("run", "table"))
    parser.add_argument("folder", type=Path, help="folder of the runs")
    parser.add_argument("out", type=Path, nargs="?", help="folder for table.json and the figure")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sets", nargs="+", default=list(JUDGED), choices=list(JUDGED))
    parser.add_argument("--protocols", nargs="+", default=["naming", "image_recall"])
    parser.add_argument("--how", nargs="+", default=list(HOW), choices=list(HOW), help="kinds of homeostasis")
    options = parser.parse_args()
    if options.what == "run":
        run(options.folder, options.sets, options.protocols, options.seeds, options.how)
    else:
        table(options.folder, options.out or options.folder)


def run(folder: Path, sets: Iterable[str], protocols: Iterable[str], n_seeds: int, hows: Iterable[str]) -> None:
    """Run protocols on image sets, with and without homeostasis; complete runs are left unchanged."""
    images = {path.name: path for path in write(folder / "images", N_PER_CLASS)}
    for protocol in protocols:
        for name in sets:
            for how in hows:
                path = folder / f"{protocol}_{name}_{how}"
                if (path / "run.json").exists():
                    resume(path)
                else:
                    execute(request(protocol, images[name], how, n_seeds), path)


def request(protocol: str, images: Path, how: str, n_seeds: int) -> Any:
    """Return the request for a protocol on a folder of images; for names, only the rule of the preset is used."""
    changes = [f"protocol.images={images}", *HOW[how]]
    found = command.request_of(protocol, command.RunOptions(changes=changes, n_seeds=n_seeds))
    if protocol == "naming":
        changes.append(f"protocol.rules={found.parameters['names']['rule']}")
    return command.request_of(protocol, command.RunOptions(changes=changes, n_seeds=n_seeds))


def table(folder: Path, out: Path) -> None:
    """Write the results to table.json and a figure, and print them; sets already in table.json are kept."""
    known = out / "table.json"
    found: dict[str, Any] = read_json(known)["sets"] if known.exists() else {}
    for path in [path for how in HOW for path in sorted(folder.glob(f"*_{how}"))]:
        run_folder = RunFolder(path)
        if not run_folder.complete_seeds:
            continue
        protocol, _, rest = path.name.removeprefix("image_").partition("_")
        name, _, how = rest.rpartition("_")
        wanted = NAMING if protocol == "naming" else RECALL
        values = {each: run_folder.metric(each).tolist() for each in wanted}
        values |= {str(each): of.tolist() for each, of in run_folder.measured.items() if each.name in HOMEOSTASIS}
        parameters = run_folder.info["request"]["parameters"]
        about = {"seeds": run_folder.complete_seeds, "height": parameters["height"], "width": parameters["width"]}
        found.setdefault(name, {}).setdefault(protocol, {})[how] = about | values
    out.mkdir(parents=True, exist_ok=True)
    write_json_atomic(out / "table.json", {"format_version": 1, "sets": found})
    for name, each in found.items():
        Console().print({name: {key: _means(value) for key, value in each.items()}})
    draw(found, out / "own_images.png")


def _means(runs: dict[str, Any]) -> dict[str, dict[str, float]]:
    names = {each for values in runs.values() for each in values} & {*NAMING, *RECALL}
    return {
        each: {how: round(float(np.mean(values[each])), 3) for how, values in runs.items()} for each in sorted(names)
    }


def draw(found: dict[str, Any], path: Path) -> None:
    """Draw naming and recall of each set, with and without homeostasis, and the values to compare them with."""
    import matplotlib.pyplot as plt

    from spiking_engrams.report.figures import style

    with style():
        figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
        for ax, protocol, value, of, beside in (
            (axes[0], "naming", "named", None, ("named_chance", "named_by_pixels", "named_by_features")),
            (axes[1], "recall", "identified_right", "identified_of", ("identified_shuffled",)),
        ):
            sets = [name for name in found if protocol in found[name]]
            for number, name in enumerate(sets):
                for k, (how, values) in enumerate(found[name][protocol].items()):
                    share = np.array(values[value]) / (np.array(values[of]) if of else 1)
                    place = number + 0.27 * (k - 1)
                    ax.bar(place, share.mean(), 0.25, color={"on": "C0", "always": "C2", "off": "0.7"}[how],
                           label=f"homeostasis {how}" if number == 0 else None)  # fmt: skip
                    ax.plot(np.full(len(share), place), share, "k.", ms=4)
                values = next(iter(found[name][protocol].values()))
                for marker, each in zip("_xo", beside, strict=False):
                    level = np.array(values[each]) / (np.array(values[of]) if of else 1)
                    label = each.partition("_")[2].replace("_", " ") if number == 0 else None
                    ax.plot(number, level.mean(), marker, color="C1", ms=9, mew=2, label=label)
            ax.set_xticks(range(len(sets)), [name.replace("_", "\n") for name in sets])
            ax.set(ylim=(0, 1.02), ylabel=f"share {'named' if of is None else 'identified'}")
            if sets:
                ax.legend(fontsize=7, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False)
        figure.savefig(path, bbox_inches="tight")


if __name__ == "__main__":
    main()
