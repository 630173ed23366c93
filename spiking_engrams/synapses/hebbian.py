"""Hebbian plasticity between soft bounds: a weight grows by ``up w (1 - w)``, then falls by ``down w (1 - w)``.

The rule of Ben Houidi 2021 (arXiv 2101.04137) for the couplings of names.
"""

CHANGE = "w = w + up*w*(1 - w)\nw = w - down*w*(1 - w)"
