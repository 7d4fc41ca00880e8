"""Text that is only text: no spreadsheet runs a name as a formula, in a workbook or a CSV file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell that begins like this is run as a formula by some spreadsheet (the wide forms by Japanese ones)."""


def harmless(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula.

    >>> harmless("=1+1"), harmless("Vara")
    ("'=1+1", 'Vara')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def harmless_column(values: pd.Series) -> pd.Series:
    """Return a column of texts made harmless; each distinct text is looked at once, if any begins so."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.compute as pc

    # By Arrow where it holds texts alone: of all the columns there are, hardly one has any.
    if isinstance(values.dtype, pd.StringDtype):
        begin = pc.utf8_slice_codeunits(pa.array(values, pa.large_string()), 0, 1)
        if not pc.any(pc.is_in(begin, pa.array(FORMULA_STARTS, pa.large_string()))).as_py():
            return values
    changed = {v: harmless(v) for v in values.unique() if isinstance(v, str) and v.startswith(FORMULA_STARTS)}
    return values.replace(changed) if changed else values
