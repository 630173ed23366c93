"""What is claimed of the naming network, and how it is checked."""
