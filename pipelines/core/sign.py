"""The sign of a figure: whether it is told as it is, or as the least or the most that the true one can be."""

from __future__ import annotations

from typing import Literal

Sign = Literal["", ">", "<"]
EXACT: Sign = ""
AT_LEAST: Sign = ">"
AT_MOST: Sign = "<"
SIGNS: tuple[Sign, ...] = (EXACT, AT_LEAST, AT_MOST)
