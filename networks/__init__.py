"""Circuits: one file, one Parameters class and one build()."""
