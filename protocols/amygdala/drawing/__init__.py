"""Figures of the experiments on the amygdala circuit."""
