"""Spiking memory circuits: encode, replay and retrieve on one compiled program."""
