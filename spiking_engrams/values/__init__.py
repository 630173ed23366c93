"""Kinds of values - numbers, names, arrays, JSON data - and what is said of a value that is none."""
