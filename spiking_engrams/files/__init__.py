"""Files and folders: atomic writing, locks, and checked reading."""
