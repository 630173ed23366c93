"""Protocols, their runs over seeds, and what is made of them."""
