"""Kolada: shares per kommun and year."""
