"""Synaptic rules, one per file."""
