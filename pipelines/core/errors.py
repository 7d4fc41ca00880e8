"""Errors that a planner can cause, told in Swedish: what, where, what was expected, what to do."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class DataError(Exception):
    """Input or configuration that cannot be used.

    Attributes
    ----------
    problem : str
        What is wrong, one Swedish sentence.
    file : str or Path, optional
        The file it is wrong in.
    row, column : optional
        Row number (as a person counts in that file, header included) and column name.
    expected, found : str, optional
        What was expected there and what stood there.
    action : str, optional
        What to do about it.
    details : list of str
        Further lines, for example one per missing file.
    """

    problem: str
    file: str | Path | None = None
    row: int | str | None = None
    column: str | None = None
    expected: str | None = None
    found: str | None = None
    action: str | None = None
    details: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"FEL: {self.problem}"]
        for label, value in (
            ("Fil", self.file),
            ("Rad", self.row),
            ("Kolumn", self.column),
            ("Väntat", self.expected),
            ("Fick", self.found),
        ):
            if value is not None:
                lines.append(f"  {label}: {printable(str(value))}")
        lines += [f"  {printable(line)}" for line in self.details]
        if self.action:
            lines.append(f"  Gör så här: {self.action}")
        return "\n".join(lines)


class ContractError(DataError):
    """A table between two stages broke its contract: a fault in the program or in its input."""


class LawError(DataError):
    """A law of the method (for example sum of cells = sum of addresses) does not hold on this run."""


def by_library(problem: str, error: BaseException) -> str:
    """Return Swedish words with what a library said, in its own language, in brackets behind them.

    >>> by_library("ingen läsbar zip-fil", ValueError("File is not a zip file"))
    'ingen läsbar zip-fil (programbiblioteket säger: File is not a zip file)'
    >>> by_library("fel i databasen", ValueError("bad schema (t) - near x"))
    'fel i databasen (programbiblioteket säger: bad schema [t] - near x)'
    """
    said = printable(" ".join(str(error).split())).translate(str.maketrans("()", "[]"))
    return f"{problem} (programbiblioteket säger: {said})" if said else problem


def printable(text: str, limit: int = 300) -> str:
    r"""Return text from outside made safe for a terminal: no control characters, bounded length.

    >>> printable("a\x1b[31mb")
    'a�[31mb'
    """
    shown = text.isprintable()  # as nearly all is
    clean = text if shown else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
