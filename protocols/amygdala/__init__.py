"""Experiments on the amygdala fear-engram circuit."""
