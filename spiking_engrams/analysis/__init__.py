"""Pure functions of recordings: metrics, engrams, replay."""
