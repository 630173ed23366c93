"""How images are seen and recalled: what the experiments on the recollection network share."""
