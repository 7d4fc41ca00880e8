"""Contract of SCB's own totals per kommun (PxWeb): what ours are reconciled with."""

from __future__ import annotations

from pipelines.tables.contracts import KOMMUNKOD, Column, Table

CKM_FROM = 2025
"""SCB perturbs every count by the Cell Key Method from this reference year, totals too."""
SCB_KOMMUN = Table(
    "scb_kommun",
    "SCB:s totaler per kommun",
    "Folkmängd och hushåll per kommun och år, som SCB publicerar dem. Filen "
    "finns bara när scb/folkmangd_kommun_*.csv eller scb/hushall_kommun_*.csv finns.",
    (
        KOMMUNKOD,
        Column("ar", "heltal", "År", "31 december.", klass="oppen", low=1968, high=2100),
        Column("folkmangd", "heltal", "Folkmängd", "Tom: ingen uppgift.", "antal", "publicerad", "oppen", True, 0),
        Column("hushall", "heltal", "Hushåll", "Tom: ingen uppgift.", "antal", "publicerad", "oppen", True, 0),
    ),
    key=("kommunkod", "ar"),
)
