"""The engrams command."""
