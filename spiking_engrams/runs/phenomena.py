"""Published phenomena: a claim and a check on our metrics. Imports no simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from spiking_engrams.analysis.metrics import summary
from spiking_engrams.errors import ParameterError
from spiking_engrams.runs.metrics import Metric, Metrics, as_metric, as_text
from spiking_engrams.runs.rows import NOT_RUN, TOO_FEW, Row
from spiking_engrams.values import plain

MISSING = "-"  # in tables: a number that does not exist, such as the SD of one seed

type Check = Callable[[Metrics], tuple[str, bool]]
type Least = Mapping[Metric | str, float] | Mapping[Metric, float] | Mapping[str, float]


@dataclass(frozen=True)
class Phenomenon:
    """A published finding, and how to check whether our circuit shows it too.

    Attributes
    ----------
    id, claim, source, reference
        Name of the row, the finding in words, its citation, and the published or reference value.
    check_text
        The check in words, for example ``"fear > 0.5 by trial 3 to 8"``.
    metrics
        The metrics that the check reads: names, or `metric("fear", context="A")`.
    check
        `Metrics`, with arrays ``(n_seeds,)`` (NaN where a seed lacks it) -> our value as text, and whether the claim
        holds. If the text is empty, `measured` is shown as the value. If None, the row is only reported.
    optional
        Whether a run may omit all of its metrics; the verdict is then that it was not run.
    least
        Metric -> minimum sum over seeds, such as a number of samples, below which the check is not evaluated.
    seeds
        Minimum number of seeds, such as a test over seeds needs to reach its significance level.
    given
        Conditions and the values for which the claim is stated, for example ``{"images": ("digits", "mnist")}``. Each
        combination that was measured has a row of its own, whose check receives metrics named without these conditions
        and finds their values in ``metrics.given``.

    Examples
    --------
    >>> fear = Phenomenon(
    ...     "R1", "fear returns in A", "Werne 2026", "0.9", "fear > 0.5", ("fear",),
    ...     lambda metrics: ("", metrics["fear"].mean() > 0.5))
    >>> [row] = evaluate([fear], {"fear": np.array([0.8, 1.0])})
    >>> row.verdict, row.value
    ('pass', 'fear 0.900 ± 0.141 [0.800, 1.00]')
    """

    id: str
    claim: str
    source: str
    reference: str
    check_text: str
    metrics: tuple[Metric | str, ...]
    check: Check | None = None
    optional: bool = False
    least: Least = field(default_factory=dict)
    seeds: int = 1
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        given = plain.mapping(self.given, f"Phenomenon '{self.id}': given", ParameterError)
        for name, values in given.items():
            if isinstance(values, str) or not isinstance(values, Sequence) or not values:
                raise ParameterError(
                    f"Phenomenon '{self.id}': given['{name}'] is {plain.shown(values)}; expected a list of values, "
                    "such as ('digits', 'mnist')."
                )
        object.__setattr__(self, "given", {name: tuple(map(as_text, values)) for name, values in given.items()})

    @property
    def full_id(self) -> str:
        """Name of the row with the conditions for which it is stated."""
        values = ", ".join("/".join(each) for each in self.given.values())
        return f"{self.id} ({values})" if values else self.id


def evaluate(
    phenomena: Iterable[Phenomenon],
    metrics: Mapping[Metric, np.ndarray] | Mapping[str, np.ndarray],
    units: Mapping[Metric, str] | Mapping[str, str] | None = None,
    protocol: str = "",
) -> list[Row]:
    """Return one row for each phenomenon and each set of conditions for which it is stated.

    Parameters
    ----------
    phenomena
        The claims to check.
    metrics
        Metric -> array ``(n_seeds,)``.
    units
        Metric -> unit, ``"1"`` where absent.
    protocol
        Name of the protocol, copied into each row.

    Notes
    -----
    A row with a check fails when one of its metrics was not measured, or when the check itself raises; the
    value then says so.

    Examples
    --------
    >>> reported = Phenomenon("R2", "trials until extinction", "Werne 2026", "30", "", ("trials",))
    >>> [row] = evaluate([reported], {"trials": np.array([32.0])}, {"trials": "trials"}, protocol="renewal")
    >>> row.protocol, row.verdict, row.value
    ('renewal', 'reported', 'trials 32.0 trials (1 seed)')
    """
    found, unit = Metrics(metrics), {as_metric(name): text for name, text in (units or {}).items()}
    rows = []
    for each in phenomena:
        for measured in _stated(each, found):
            here = measured.given.items()
            units_here = {
                name.without(measured.given): text
                for name, text in unit.items()
                if here <= dict(name.conditions).items()
            }
            rows.append(_row(each, measured, units_here, protocol))
    return rows


def _stated(phenomenon: Phenomenon, metrics: Metrics) -> Iterator[Metrics]:
    """Yield the metrics for each set of conditions for which a phenomenon is stated."""
    if not phenomenon.given:
        yield metrics
        return
    values = ([(name, value) for value in allowed] for name, allowed in phenomenon.given.items())
    for conditions in map(dict, product(*values)):
        if found := metrics.at(**conditions):
            yield found


def _row(phenomenon: Phenomenon, metrics: Metrics, units: Mapping[Metric, str], protocol: str) -> Row:
    each = phenomenon
    value, passed = _outcome(each, metrics)
    present = [name for name in map(as_metric, each.metrics) if name in metrics]
    measured = "; ".join(f"{name} {spread(metrics[name], units.get(name, '1'))}" for name in present)
    value, unasked, needed = value or measured, "" if present or not each.optional else NOT_RUN, 0
    if passed is not None and (short := _short(each, metrics)):
        value, passed, unasked, needed = f"{value} ({short})", None, TOO_FEW, _needed(each, metrics)
    return Row(
        each.id, each.claim, each.source, each.reference, value, measured, each.check_text, passed, protocol, unasked,
        metrics.given, needed,
    )  # fmt: skip


def _outcome(phenomenon: Phenomenon, metrics: Metrics) -> tuple[str, bool | None]:
    if phenomenon.optional and not any(name in metrics for name in phenomenon.metrics):
        return "", None
    missing = [str(name) for name in phenomenon.metrics if not np.isfinite(metrics.get(name, np.nan)).any()]
    if missing:
        return f"not measured: {', '.join(missing)}", None if phenomenon.check is None else False
    if phenomenon.check is None:
        return "", None
    try:
        value, passed = phenomenon.check(Metrics({name: metrics[name] for name in phenomenon.metrics}, metrics.given))
    except Exception as problem:  # a broken check must not lose a finished run
        return f"the check raised {type(problem).__name__}: {problem}", False
    return str(value), bool(passed)


def _short(phenomenon: Phenomenon, metrics: Metrics) -> str:
    """Return in words which metrics, or how many seeds, are too few to evaluate the check."""
    n = _n_seeds(phenomenon, metrics)
    if 0 < n < phenomenon.seeds:
        return f"seeds {n} of {phenomenon.seeds}"
    sums = {name: float(np.nansum(metrics.get(name, 0.0))) for name in phenomenon.least}
    return ", ".join(f"{name} {sums[name]:g} of {n:g}" for name, n in phenomenon.least.items() if sums[name] < n)


def _n_seeds(phenomenon: Phenomenon, metrics: Metrics) -> int:
    return max((np.size(metrics[name]) for name in phenomenon.metrics if name in metrics), default=0)


def _needed(phenomenon: Phenomenon, metrics: Metrics) -> int:
    """Return the number of seeds that the check needs, if each measures as much as these; 0 if it cannot be said."""
    n, needed = _n_seeds(phenomenon, metrics), phenomenon.seeds
    for name, least in phenomenon.least.items():
        found = float(np.nansum(metrics.get(name, 0.0)))
        if found < least:
            if not found > 0:
                return 0
            needed = max(needed, int(np.ceil(least * n / found)))
    return needed if needed > n else 0


def spread(values: np.ndarray, unit: str = "1") -> str:
    """Return mean, sd and 95 % bootstrap interval of the mean as text: ``0.91 ± 0.02 [0.90, 0.92]``.

    Examples
    --------
    >>> spread(np.array([0.75, 1.0]), "Hz"), spread(np.array([0.75]))
    ('0.875 ± 0.177 [0.750, 1.00] Hz', '0.750 (1 seed)')
    """
    found = summary(values)
    if found.n == 0:
        return "not measured"
    suffix = "" if unit in ("", "1") else f" {unit}"
    if found.n == 1:
        return f"{number(found.mean)}{suffix} (1 seed)"
    low, high = found.interval
    return f"{number(found.mean)} ± {number(found.sd)} [{number(low)}, {number(high)}]{suffix}"


def number(value: float) -> str:
    """Return a number as text with three significant digits, without an exponent where that stays short; NaN is a dash.

    Examples
    --------
    >>> number(0.12345), number(1234.5), number(1e-6), number(0)
    ('0.123', '1234', '1e-06', '0')
    """
    if np.isnan(value):
        return MISSING
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    size = abs(value)
    return f"{value:.3g}" if size < 1e-3 or size >= 1e5 else f"{value:.{max(0, 2 - int(np.floor(np.log10(size))))}f}"
