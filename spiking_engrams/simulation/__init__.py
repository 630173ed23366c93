"""Phases run on a program, exactly handed over from one to the next."""
