"""Measures and procedures that several experiments on the amygdala circuit share."""
