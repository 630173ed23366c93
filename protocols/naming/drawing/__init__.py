"""Figures of the experiments on the naming network."""
