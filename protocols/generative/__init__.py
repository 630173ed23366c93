"""Protocols of the generative network."""
