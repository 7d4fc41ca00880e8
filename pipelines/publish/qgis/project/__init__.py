"""QGIS projects: what they hold and show, and how QGIS writes it."""
