"""Built programs: their files, processes and results."""
