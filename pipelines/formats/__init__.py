"""Formats from outside, read with care: CSV, workbooks, GeoPackages, zips, geometry, ids, numbers."""
