"""Images for the experiments that see: files, sizes, and the preset that fits them."""
