"""Words as stimuli: the lists of Roediger & McDermott, a table of word similarities, and documents drawn from it.

Word lists whose words are all associates of one word that is not in the list (the lure) make people remember the lure
(Roediger & McDermott 1995, doi 10.1037/0278-7393.21.4.803). To test a model for such false memories takes documents in
which words occur together as their meanings say. `corpus` draws them from the measured similarities of words,
by one rule for all words: it knows nothing of lists and lures.

The similarities are cosines of GloVe vectors (Pennington, Socher & Manning 2014, doi 10.3115/v1/D14-1162; 50
dimensions, 6 billion words of Wikipedia and newspapers; public domain, PDDL 1.0). The vocabulary is the words of the
lists, their lures, and 700 words drawn at random from the nouns, verbs and adjectives (WordNet) among the 20,000 most
frequent words of the source. ``benchmarks/data/word_table.py`` makes the table and reports what rounding changes.
"""

from __future__ import annotations

import difflib
import json
import numbers
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from spiking_engrams.errors import StimulusError, printable

DATA = Path(__file__).with_name("data")
LISTS, TABLE = DATA / "word_lists.json", DATA / "word_table.npz"
LEAST_TEMPERATURE = 0.02  # below it, a document holds the nearest neighbours only, and the balance is lost to rounding
BLOCK = 1000  # documents drawn at a time
MAX_NAMED = 5  # words that a message names


def word_lists() -> dict[str, tuple[str, ...]]:
    """Return 20 lists of 15 associates, by their lure (Roediger & McDermott 1995, appendix).

    These are the lists that Spens & Burgess 2024 (doi 10.1038/s41562-023-01799-z) use. No word is in two lists, and no
    lure is in a list.

    Examples
    --------
    >>> lists = word_lists()
    >>> len(lists), lists["bread"][:4]
    (20, ('flour', 'toast', 'jam', 'milk'))
    """
    stored = json.loads(LISTS.read_text(encoding="utf-8"))["lists"]
    return {lure: tuple(words) for lure, words in stored.items()}


def vocabulary() -> tuple[str, ...]:
    """Return the words of the table of similarities in alphabetical order: lists, lures and other words.

    Examples
    --------
    >>> words = vocabulary()
    >>> len(words), words[:3]
    (1000, ('abnormal', 'above', 'abrupt'))
    """
    return _table()[0]


def similarities() -> np.ndarray:
    """Return the similarity of each pair of words, the cosine of their vectors.

    Returns
    -------
    similarities : array
        float64, shape ``(n_words, n_words)``, in the order of `vocabulary`; symmetric, 1 on the diagonal.

    Examples
    --------
    >>> words, table = vocabulary(), similarities()
    >>> bread, butter, needle = (words.index(word) for word in ("bread", "butter", "needle"))
    >>> table[bread, [butter, needle]].round(2).tolist()
    [0.82, 0.17]
    """
    return _table()[1].copy()


def corpus(
    n: int,
    generator: np.random.Generator,
    *,
    n_words: int = 12,
    temperature: float = 0.1,
    balanced: bool = True,
    limits: tuple[float, float] = (0.0, 1.0),
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Draw documents in which words occur together as their similarity says.

    A document is a topic, which is a word drawn uniformly, and ``n_words - 1`` words drawn without replacement with
    probability proportional to ``f(word) exp(similarity(topic, word) / temperature)``. Balanced documents have the
    factors f that make all words equally frequent (Sinkhorn 1964, doi 10.1214/aoms/1177703591); otherwise f is 1, and
    words similar to many are more frequent.

    Parameters
    ----------
    n
        Number of documents.
    generator
        Source of random numbers, for example ``spiking_engrams.randomness.generator(seed, "corpus")``.
    n_words
        Number of different words in a document.
    temperature
        The lower, the more similar are the words of a document; at least 0.02.
    balanced
        Whether all words are equally frequent.
    limits
        Least and largest part of the documents that a word may occur in; words outside are left out.

    Returns
    -------
    bags : array
        bool, shape ``(n, number of words)``: whether a document contains a word.
    words : tuple of str
        The words; all of `vocabulary` if none is left out.

    Raises
    ------
    StimulusError
        If a number is out of range, or the limits leave no word.

    Examples
    --------
    >>> bags, words = corpus(2000, np.random.default_rng(1))
    >>> bags.shape, bags.sum(axis=1)[:3].tolist()
    ((2000, 1000), [12, 12, 12])
    >>> [words[k] for k in np.flatnonzero(bags[0])][:8]
    ['displacement', 'dive', 'fast', 'jump', 'kick', 'pulling', 'rate', 'sing']
    """
    names, table = _table()
    n, n_words = _whole("Number of documents", n, 1), _whole("Number of words in a document", n_words, 2, len(names))
    if not isinstance(temperature, numbers.Real) or not LEAST_TEMPERATURE <= temperature < np.inf:
        raise StimulusError(f"Temperature is {_shown(temperature)}; give a number of at least {LEAST_TEMPERATURE:g}.")
    least, largest = _limits(limits)
    weights = np.exp((table - 1) / temperature)
    np.fill_diagonal(weights, 0)
    if balanced:
        weights *= _balance(weights)
    bags = np.zeros((n, len(names)), dtype=bool)
    for start in range(0, n, BLOCK):
        block = bags[start : start + BLOCK]
        topics = generator.integers(len(names), size=len(block))
        with np.errstate(divide="ignore"):
            times = generator.standard_exponential(block.shape) / weights[topics]
        times[np.arange(len(block)), topics] = -1  # the topic comes first; of the others, the earliest are drawn
        first = np.argpartition(times, n_words - 1, axis=1)[:, :n_words]
        np.put_along_axis(block, first, True, axis=1)
    frequency = bags.mean(axis=0)
    kept = (frequency >= least) & (frequency <= largest)
    if not kept.any():
        raise StimulusError(
            f"No word occurs in {least:g} to {largest:g} of the {n} documents, but in {frequency.min():g} to "
            f"{frequency.max():g} of them; give wider limits, such as (0, 1), which keep all words."
        )
    return bags[:, kept], tuple(names[k] for k in np.flatnonzero(kept))


def check_word_lists(lists: Mapping[str, Sequence[str]], words: Sequence[str] | None = None) -> None:
    """Check word lists of your own, by their lures, before they become memories.

    Parameters
    ----------
    lists
        The words of each list, by its lure.
    words
        The words known, for example those of a `corpus`; `vocabulary` if None.

    Raises
    ------
    StimulusError
        If there is no list, or a list is empty, repeats a word, contains its lure or an unknown word, or its lure is
        unknown. The message names the list and the words.

    Examples
    --------
    >>> check_word_lists({"bread": ["flour", "butter"]})
    >>> check_word_lists({"bread": ["flour", "buter"]})
    Traceback (most recent call last):
        ...
    spiking_engrams.errors.StimulusError: The word list 'bread' has words that are not among the 1000 known ones:
    'buter' (did you mean 'butter'?); replace or remove them (...).
    """
    if not isinstance(lists, Mapping) or not lists:
        raise StimulusError(f"Word lists are {_shown(lists)}; give at least one, as {{lure: [word, word, ...]}}.")
    known = dict.fromkeys(vocabulary() if words is None else words)
    for lure, given in lists.items():
        name = f"The word list {_shown(lure)}"
        if not isinstance(lure, str) or isinstance(given, str) or not isinstance(given, Sequence | np.ndarray):
            raise StimulusError(
                f"{name} is {_shown(given)}; give a lure and words as texts, {{lure: [word, word, ...]}}."
            )
        if not len(given):
            raise StimulusError(f"{name} is empty; give it at least one word, or leave it out.")
        _check_known(name, [lure, *given], known)
        repeated = [word for word, count in Counter(given).items() if count > 1]
        if repeated:
            raise StimulusError(f"{name} contains {_listed(repeated)} more than once; give each word once.")
        if lure in given:
            raise StimulusError(
                f"{name} contains its own name, which is its lure and must not be studied; remove it from the list, "
                "or name the list after another word."
            )


def bags_of_words(lists: Mapping[str, Sequence[str]], words: Sequence[str] | None = None) -> np.ndarray:
    """Return word lists as bags of words, which documents of a `corpus` also are.

    Parameters
    ----------
    lists, words
        As in `check_word_lists`, which checks them.

    Returns
    -------
    bags : array
        bool, shape ``(number of lists, number of words)``: whether a list contains a word. Lures are not marked.

    Raises
    ------
    StimulusError
        As in `check_word_lists`.

    Examples
    --------
    >>> bags = bags_of_words(word_lists())
    >>> bags.shape, set(bags.sum(axis=1).tolist())
    ((20, 1000), {15})
    """
    check_word_lists(lists, words)
    places = {word: k for k, word in enumerate(dict.fromkeys(vocabulary() if words is None else words))}
    bags = np.zeros((len(lists), len(places)), dtype=bool)
    for bag, given in zip(bags, lists.values(), strict=True):
        bag[[places[word] for word in given]] = True
    return bags


@cache
def _table() -> tuple[tuple[str, ...], np.ndarray]:
    """Return the words of the table and their similarities."""
    with np.load(TABLE, allow_pickle=False) as stored:
        words, vectors = tuple(stored["words"].tolist()), stored["vectors"].astype(float)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return words, vectors @ vectors.T


def _balance(weights: np.ndarray) -> np.ndarray:
    """Return the factor f of each word for which ``f[i] weights[i, j] f[j]`` sums to 1 over i, and over j."""
    factors = 1 / np.sqrt(weights.sum(axis=1))
    for _ in range(1000):
        sums = factors * (weights @ factors)
        if np.abs(sums - 1).max() < 1e-6:
            break
        factors /= np.sqrt(sums)
    return factors


def _check_known(name: str, given: Sequence[Any], known: Mapping[str, Any]) -> None:
    """Raise an error that names words which are unknown, each with the closest known word."""
    unknown = [word for word in given if not isinstance(word, str) or word not in known]
    if unknown:
        meant = [difflib.get_close_matches(str(word).strip().lower(), known, n=1) for word in unknown[:MAX_NAMED]]
        question = f" (did you mean {', '.join(repr(match[0]) for match in meant if match)}?)" if any(meant) else ""
        raise StimulusError(
            f"{name} has words that are not among the {len(known)} known ones: {_listed(unknown)}{question}; replace "
            "or remove them (spiking_engrams.stimuli.vocabulary() returns all words that have a measured similarity)."
        )


def _whole(what: str, given: Any, least: int, most: int | None = None) -> int:
    is_whole = isinstance(given, numbers.Integral) and not isinstance(given, bool)
    if not is_whole or given < least or (most is not None and given > most):
        allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise StimulusError(f"{what} is {_shown(given)}; give a whole number {allowed}.")
    return int(given)


def _limits(given: Any) -> tuple[float, float]:
    pair = given if isinstance(given, tuple | list) and len(given) == 2 else ()
    if not all(isinstance(each, numbers.Real) for each in pair) or not pair or not 0 <= pair[0] <= pair[1] <= 1:
        raise StimulusError(
            f"Limits of the document frequency are {_shown(given)}; give two numbers (least, largest) from 0 to 1."
        )
    return float(pair[0]), float(pair[1])


def _listed(words: Sequence[Any]) -> str:
    more = f" and {len(words) - MAX_NAMED} more" if len(words) > MAX_NAMED else ""
    return ", ".join(_shown(word) for word in words[:MAX_NAMED]) + more


def _shown(given: Any) -> str:
    text = printable(repr(given))
    return text if len(text) <= 60 else f"{text[:56]} ..."
