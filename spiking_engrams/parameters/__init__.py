"""Frozen, unit-checked parameters and quantities."""
