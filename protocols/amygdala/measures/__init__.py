"""Measures and procedures shared by several experiments on the amygdala circuit."""
