"""A worksheet that takes whole columns: XlsxWriter's own cell by cell would be most of the stage's time."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    import pandas as pd

Column = tuple[str, list[str | None]]
"""What stands before a cell's value, and each value as text; None for an empty cell."""
_AT_A_TIME = 4096
"""Rows turned into text at once: bounds the memory."""


class BulkSheet(Worksheet):  # type: ignore[misc]
    """A worksheet with at most one block of columns below what is written cell by cell."""

    block: tuple[Column, ...] = ()
    block_top = 0
    block_rows = 0
    block_heights: list[float] | None = None

    def add_block(self, top: int, columns: list[tuple[pd.Series, Any]], heights: list[float] | None = None) -> None:
        """Place columns side by side from row ``top``, column A.

        Parameters
        ----------
        top : int
            First row, from 0; below every row written otherwise.
        columns : list of (Series, Format)
            Text, int (``Int64`` with gaps), float (NaN is an empty cell) or bool (ja, nej). Text is always
            text, never a formula.
        heights : list of float, optional
            Height of each row, in points; the standard height where not given.
        """
        self.block_heights = heights
        self.block_top = top
        self.block = tuple(self._encoded(values, style) for values, style in columns)
        self.block_rows = len(columns[0][0])
        if self.block_rows:
            self.dim_rowmax = top + self.block_rows - 1
            self.dim_colmax = max(getattr(self, "dim_colmax", 0) or 0, len(columns) - 1)

    def _encoded(self, values: pd.Series, style: Any) -> Column:
        s = f' s="{style._get_xf_index()}"'
        if values.dtype == bool:
            values = values.map({True: "ja", False: "nej"}).astype("str")
        if values.dtype.kind in "iuf":  # numpy and nullable alike
            whole = values.dtype.kind in "iu"
            numbers = values.to_numpy("float64", na_value=float("nan")).tolist()
            if whole:
                return s, [f"{v:.0f}" if isfinite(v) else None for v in numbers]
            return s, [repr(v) if isfinite(v) else None for v in numbers]
        codes, texts = values.factorize()
        index = [self.str_table._get_shared_string_index(t) if t else None for t in texts]
        self.str_table.count += max(0, int((codes >= 0).sum()) - len(index))
        shown = [None if i is None else str(i) for i in index] + [None]
        return f'{s} t="s"', [shown[c] for c in codes.tolist()]

    def _write_rows(self) -> None:
        """Write what was written cell by cell, then the block."""
        last = self.dim_rowmax
        if self.block_rows:
            self.dim_rowmax = self.block_top - 1
        super()._write_rows()
        self.dim_rowmax = last
        lettered = [(xl_col_to_name(i), column) for i, column in enumerate(self.block)]
        for start in range(0, self.block_rows, _AT_A_TIME):
            rows = range(start, min(start + _AT_A_TIME, self.block_rows))
            names = [str(self.block_top + 1 + r) for r in rows]
            tall = [""] * len(rows)
            if self.block_heights is not None:
                tall = [f' ht="{h:g}" customHeight="1"' for h in self.block_heights[start : rows.stop]]
            cells = [
                [
                    "" if v is None else f'<c r="{letter}{n}"{before}><v>{v}</v></c>'
                    for n, v in zip(names, values[rows.start : rows.stop], strict=True)
                ]
                for letter, (before, values) in lettered
            ]
            self.fh.write(
                "".join(
                    f'<row r="{n}"{h}>{"".join(row)}</row>'
                    for n, h, row in zip(names, tall, zip(*cells, strict=True), strict=True)
                )
            )
