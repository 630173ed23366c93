"""Figures of the experiments on the recollection network."""
