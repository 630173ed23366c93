"""States and recordings: what a phase starts from and what it leaves, with their files."""
