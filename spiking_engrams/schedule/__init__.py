"""Phases and schedules: what happens to a circuit, as data."""
