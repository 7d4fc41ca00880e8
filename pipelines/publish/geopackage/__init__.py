"""bredband.gpkg."""
