"""Cells, kommuner, län; the published series."""
