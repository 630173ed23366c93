"""Words as stimuli: lists, similarities, documents drawn from them, and what is said about lists that do not fit."""

import numpy as np
import pytest

from spiking_engrams import stimuli
from spiking_engrams.errors import StimulusError

LISTS = stimuli.word_lists()
WORDS = stimuli.vocabulary()
PLACES = {word: k for k, word in enumerate(WORDS)}


@pytest.fixture(scope="module")
def bags():
    found, words = stimuli.corpus(10_000, np.random.default_rng(1))
    assert words == WORDS
    return found


def test_there_are_20_lists_of_15_words_all_in_the_vocabulary():
    studied = [word for words in LISTS.values() for word in words]
    assert [len(words) for words in LISTS.values()] == 20 * [15]
    assert len({*studied, *LISTS}) == 320
    assert {*studied, *LISTS} <= set(WORDS)
    assert list(WORDS) == sorted(set(WORDS))


def test_similarities_are_cosines():
    table = stimuli.similarities()
    np.testing.assert_allclose(table, table.T)
    np.testing.assert_allclose(np.diag(table), 1)
    assert -1 < table.min() and np.sort(table, axis=1)[:, -2].max() < 1
    table[:] = 0  # a copy
    assert stimuli.similarities()[0, 0] == pytest.approx(1)


def test_documents_have_n_words_and_depend_on_the_seed_alone():
    first, again, other = (stimuli.corpus(1500, np.random.default_rng(k), n_words=7)[0] for k in (1, 1, 2))
    assert first.dtype == bool and set(first.sum(axis=1)) == {7}
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_words_of_lists_and_lures_are_as_frequent_as_others(bags):
    frequency = bags.mean(axis=0)
    lures = [PLACES[lure] for lure in LISTS]
    studied = [PLACES[word] for words in LISTS.values() for word in words]
    others = np.setdiff1d(np.arange(len(WORDS)), [*lures, *studied])
    assert frequency[studied].mean() == pytest.approx(frequency[others].mean(), rel=0.05)
    assert frequency[lures].mean() == pytest.approx(frequency[others].mean(), rel=0.1)


def test_words_occur_together_as_their_similarity_says(bags):
    together = np.log((bags.T.astype(np.float32) @ bags + 0.5) / len(bags))
    single = np.log(bags.mean(axis=0))
    information = (together - single - single[:, None])[np.triu_indices(len(WORDS), 1)]
    similarity = stimuli.similarities()[np.triu_indices(len(WORDS), 1)]
    assert np.corrcoef(information, similarity)[0, 1] > 0.5


def test_a_lower_temperature_gives_documents_of_more_similar_words():
    def mean_similarity(temperature):
        bags, _ = stimuli.corpus(200, np.random.default_rng(1), temperature=temperature)
        return np.mean([stimuli.similarities()[np.ix_(bag, bag)].mean() for bag in bags])

    assert mean_similarity(0.05) > mean_similarity(0.1) > mean_similarity(0.3)


def test_limits_leave_words_out():
    bags, words = stimuli.corpus(1000, np.random.default_rng(1), balanced=False, limits=(0.005, 0.02))
    assert bags.shape == (1000, len(words)) and 0 < len(words) < len(WORDS)
    assert 0.005 <= bags.mean(axis=0).min() and bags.mean(axis=0).max() <= 0.02


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "Number of documents is 0; give a whole number of at least 1"),
        ({"n_words": 1001}, "words in a document is 1001; give a whole number from 2 to 1000"),
        ({"n_words": 2.5}, "words in a document is 2.5"),
        ({"temperature": 0}, "Temperature is 0; give a number of at least 0.02"),
        ({"temperature": float("nan")}, "Temperature is nan"),
        ({"limits": (0.5, 0.1)}, "two numbers"),
        ({"limits": 0.1}, "two numbers"),
        ({"limits": (0.9, 1)}, "No word occurs in 0.9 to 1 of the 10 documents"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(StimulusError, match=message):
        stimuli.corpus(**{"n": 10, "generator": np.random.default_rng(1), **options})


def test_bags_of_words_mark_the_words_of_a_list():
    (bag,) = stimuli.bags_of_words({"bread": LISTS["bread"]})
    assert {WORDS[k] for k in np.flatnonzero(bag)} == set(LISTS["bread"])
    (own,) = stimuli.bags_of_words({"bread": np.array(["jam"])}, words=["bread", "jam", "milk"])
    assert own.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({}, "give at least one"),
        ([["jam"]], "give at least one"),
        ({"bread": "jam"}, "'bread' is 'jam'; give a lure and words as texts"),
        ({"bread": []}, "'bread' is empty; give it at least one word"),
        ({"bread": ["jam", "milk", "jam"]}, "'bread' contains 'jam' more than once; give each word once"),
        ({"bread": ["jam", "bread"]}, "'bread' contains its own name"),
        ({"bread": ["Jam"]}, r"'Jam' \(did you mean 'jam'\?\)"),
        ({"bread": ["jam", 3, None]}, "3, None"),
        ({"xxyyzz": ["jam"]}, "not among the 1000 known ones: 'xxyyzz'; replace or remove"),
        ({"bread": [f"{k}{k}" for k in range(9)]}, "and 4 more"),
    ],
)
def test_lists_that_do_not_fit_are_named(lists, message):
    with pytest.raises(StimulusError, match=message) as error:
        stimuli.check_word_lists(lists)
    assert "\n" not in str(error.value)
    with pytest.raises(StimulusError, match=message):
        stimuli.bags_of_words(lists)
