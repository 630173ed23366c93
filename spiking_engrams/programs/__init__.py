"""Built programs: their files, how they run as processes, and what they leave."""
