"""Road classes as Lantmäteriet names them, and which roads are what."""

from __future__ import annotations

MOTORVAG, MOTESFRI, LANDSVAG, LANDSVAG_LITEN, SMAVAG, SMAVAG_ENKEL, HUVUDGATA, LOKALGATA_STOR, LOKALGATA_LITEN = range(
    9
)
TRAKTORVAG, CYKELVAG, GANGSTIG, FARJELED = range(9, 13)

NAMES = (
    *("Motorväg", "Mötesfri väg", "Landsväg", "Landsväg liten", "Småväg", "Småväg enkel standard"),
    *("Huvudgata", "Lokalgata stor", "Lokalgata liten", "Traktorväg", "Cykelväg", "Gångstig", "Färjeled"),
)
"""Objekttyp per class."""
NUMBERS = (1801, 1803, 1804, 1805, 1806, 1807, 1809, 1810, 1811, 1628, 1623, 1624, 1841)
"""Objekttypnr per class."""
OTHER = (TRAKTORVAG, CYKELVAG, GANGSTIG)
"""Classes that stand in the table ovrig_vag."""
