"""Kinds of values (numbers, names, arrays, JSON data), their checks, and messages for invalid values."""
