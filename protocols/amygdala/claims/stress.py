"""Published claims about trauma and moderate fear acquired later or earlier (R10, R11), and how each is checked."""

from __future__ import annotations

from spiking_engrams.analysis.metrics import summary
from spiking_engrams.runs.metrics import Metrics, metric
from spiking_engrams.runs.phenomena import Phenomenon

WERNE = "Werne et al. 2026, Fig. 8"
BRANCHES = ("trauma", "control")
ENHANCED = 0.08  # fear of B that a trauma adds in the rate model
FORWARD, REVERSE = (metric("fear_enhancement", context="B", order=order) for order in ("forward", "reverse"))
FEARED = metric("fear", context="B", order="reverse", group="control")


def _not_enhanced(m: Metrics) -> tuple[str, bool]:
    low, high = summary(m[REVERSE]).interval
    mean, feared = m[REVERSE].mean(), m[FEARED].mean()
    held = low <= 0 <= high and max(-low, high) < ENHANCED and feared > 0.2
    return f"{mean:+.3f} (95 % interval {low:+.3f} to {high:+.3f}), fear of B {feared:.2f}", bool(held)


STRESS = (
    Phenomenon(
        "R10.total", "Trauma leaves the fear synapses stronger for more than two weeks", WERNE,
        "rate model: ratio 1.10 on the evening of the trauma, 1.15 on the last morning",
        "lowest ratio to control on any evening or morning since, mean over seeds >= 1.05",
        (metric("weight_ratio", when="first_evening"), "lowest_weight_ratio",
         metric("weight_ratio", when="last_morning")),
        lambda m: ("", bool(m["lowest_weight_ratio"].mean() >= 1.05)), least={"full_size": 1},
    ),
    Phenomenon(
        "R10.fear", "A moderate shock two weeks after the trauma causes more fear", WERNE,
        "rate model: 0.55, control 0.47, not significant (n = 6)", "reported with its interval", (FORWARD,),
    ),
    Phenomenon(
        "R11", "A moderate shock before the trauma causes no more fear", WERNE,
        "rate model: 0.41, control 0.44, p = 0.81 (n = 12)",
        f"mean fear of B > 0.2; 95 % interval of the mean difference includes 0 and is within {ENHANCED}, the "
        "published enhancement",
        (REVERSE, FEARED), _not_enhanced, least={"full_size": 1}, seeds=5,
    ),
)  # fmt: skip
