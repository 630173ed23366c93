"""Run folders: what they hold, in which form, and whether it is whole."""
