"""Images for the vision experiments: files, sizes, and the preset that fits them."""
