"""Perception and recall of images: procedures shared by the experiments on the recollection network."""
