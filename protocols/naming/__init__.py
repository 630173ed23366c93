"""Experiments on the naming network."""
