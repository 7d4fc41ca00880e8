"""Styles for QGIS, and the same as SLD: which column is drawn how."""
