"""Circuits: each a module or package that offers Parameters and build()."""
