"""What is claimed of the recollection network, and how it is checked."""
