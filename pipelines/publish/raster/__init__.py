"""The rasters."""
