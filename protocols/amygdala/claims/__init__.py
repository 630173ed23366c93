"""What is claimed of the amygdala circuit, and how it is checked."""
