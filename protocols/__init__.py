"""Runnable experiments and the engrams command."""
