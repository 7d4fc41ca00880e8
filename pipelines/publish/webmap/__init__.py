"""The web map, open and internal."""
