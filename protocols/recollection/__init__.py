"""Experiments on the recollection network."""
