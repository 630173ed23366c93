"""The covariance rule: a coupling grows with its target's activity above its usual level, in units of its spread.

``w += rate (n - familiarity)/(spread + least_spread)``, where n is how often the target fired, and familiarity and
spread are the mean and the variance of n over its experience (Sejnowski 1977, doi 10.1007/BF00275079).
"""


def change(rate: str) -> str:
    """Return the code that changes ``w`` of a synapse at a rate, given as an expression.

    The target has the variables ``n_fired``, ``familiarity`` and ``spread``, the synapse the constant ``least_spread``.

    Examples
    --------
    >>> change("learning")
    'w = w + learning*(n_fired_post - familiarity_post)/(spread_post + least_spread)'
    """
    return f"w = w + {rate}*(n_fired_post - familiarity_post)/(spread_post + least_spread)"
