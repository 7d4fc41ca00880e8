"""A level: a measure at a threshold. Which there are, in which order, and what each calls its columns and itself.

Nothing else spells a level. The thresholds are the region's (``[trosklar] ned_mbit``); one process works for one
region, so :data:`LEVELS` is set once, before any table is described by it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, overload

Measure = Literal["tillgang", "passerad"]
Direction = Literal["ned"]
"""Which way the bits go. Rows of evidence have uplink too; a threshold of it would be a level of another direction."""

MEASURES: tuple[Measure, ...] = ("tillgang", "passerad")
"""From the narrower to the wider: who has access counts among those passed."""
DEFAULT_MBIT = (30, 100, 1000)
"""PTS's own thresholds that the goals of the county's plan are set in."""
_LACKING = {"tillgang": "utan", "passerad": "ej_passerade"}
_OF = {"tillgang": "", "passerad": "passerade_"}


@dataclass(frozen=True, order=True)
class Level:
    """One measure at one threshold.

    Examples
    --------
    >>> level = Level("passerad", 100)
    >>> level.code, level.without("adresser"), level.share, level.pts_share
    ('passerad_100', 'adresser_ej_passerade_100', 'andel_passerade_100_pct', 'pts_andel_passerade_100_pct')
    >>> Level("tillgang", 30).without(), Level("tillgang", 30).share
    ('hushall_utan_30', 'andel_30_pct')
    """

    measure: Measure
    mbit: int
    direction: Direction = "ned"

    @property
    def code(self) -> str:
        """``<measure>_<threshold>``: how columns, files and layers of one level are told apart."""
        return f"{self.measure}_{self.mbit}"

    @property
    def lacking(self) -> str:
        """``utan`` or ``ej_passerade``: who has not got it."""
        return _LACKING[self.measure]

    def without(self, what: str = "hushall") -> str:
        """Return the column with the expected number of ``what`` that has not got it."""
        return f"{what}_{self.lacking}_{self.mbit}"

    def limit(self, end: str) -> str:
        """Return the column with the lower (``lag``) or upper (``hog``) limit of the households without."""
        return f"{self.without()}_{end}"

    @property
    def share_name(self) -> str:
        """The share of the households that has it, without its unit (``andel_passerade_100``)."""
        return f"andel_{_OF[self.measure]}{self.mbit}"

    @property
    def share(self) -> str:
        """Column with the share of the households that has it, in per cent."""
        return f"{self.share_name}_pct"

    @property
    def pts_share(self) -> str:
        """Column with PTS's published share, in per cent."""
        return f"pts_{self.share}"

    @property
    def share_sign(self) -> str:
        """Column that says whether the share is a limit."""
        return f"{self.share_name}_olikhet"

    @property
    def probability(self) -> str:
        """Column with the probability that an address has it."""
        return f"sannolikhet_{self.code}"

    @property
    def basis(self) -> str:
        """Column of an address with what decides it."""
        return f"underlag_{self.code}"

    @property
    def cell_class(self) -> str:
        """Column with a cell's class."""
        return f"klass_{self.code}"

    # What a threshold has one of, whatever the measure; where it is reckoned, it is of tillgång.

    @property
    def cell_basis(self) -> str:
        """Column of a cell with what tillgång to the threshold rests on."""
        return f"underlag_{self.mbit}"

    @property
    def pts_source(self) -> str:
        """Column with where PTS's share comes from."""
        return f"pts_kalla_{self.mbit}"

    @property
    def deviation(self) -> str:
        """Column with our share minus PTS's, in percentage points."""
        return f"avvikelse_{self.mbit}_pe"

    def land(self, what: str) -> str:
        """Return the column with the part of the land that is ``utan`` or ``tackt``, in per cent."""
        return f"yta_{what}_{self.mbit}_pct"


class Levels(Sequence[Level]):
    """Every level of a region, measure by measure, each from the lowest threshold to the highest.

    A table of numbers by level has its columns in this order.
    """

    def __init__(self, mbit: Sequence[int] = DEFAULT_MBIT) -> None:
        self._set(mbit)
        self._read = False

    def _set(self, mbit: Sequence[int]) -> None:
        self._mbit = tuple(mbit)
        self._all = tuple(Level(measure, t) for measure in MEASURES for t in self._mbit)

    def use(self, mbit: Sequence[int]) -> None:
        """Set the region's thresholds, rising.

        Raises
        ------
        RuntimeError
            When tables have been described by other thresholds in this process.
        """
        if tuple(mbit) == self._mbit:
            return
        if self._read:
            raise RuntimeError(f"thresholds {tuple(mbit)} in a process that works with {self._mbit}")
        self._set(mbit)

    @property
    def mbit(self) -> tuple[int, ...]:
        """The thresholds, in Mbit/s, rising."""
        self._read = True
        return self._mbit

    @property
    def all(self) -> tuple[Level, ...]:
        """The levels, in order."""
        self._read = True
        return self._all

    def of(self, measure: str) -> tuple[Level, ...]:
        """Return the levels of one measure."""
        return tuple(level for level in self.all if level.measure == measure)

    def by_threshold(self) -> tuple[Level, ...]:
        """Return the levels threshold by threshold, each with its measures: the order of layers and lists."""
        return tuple(Level(m, t) for t in self.mbit for m in MEASURES)

    def at(self, measure: str, mbit: int) -> int:
        """Return the place of a level in the order."""
        return self.all.index(Level(measure, mbit))  # type: ignore[arg-type]

    @property
    def area_pattern(self) -> str:
        """What the id of a gap area begins with: threshold and measure, as a regular expression."""
        return f"({'|'.join(map(str, self.mbit))})-({'|'.join(MEASURES)})"

    def implied(self) -> Iterator[tuple[Level, Level]]:
        """Give every level beside one that follows from it, so that the order of the pairs carries all of it.

        Who has a threshold has the next lower one, and who has access is passed.

        Examples
        --------
        >>> [f"{a.code} > {b.code}" for a, b in Levels((30, 100)).implied()]  # doctest: +NORMALIZE_WHITESPACE
        ['tillgang_100 > tillgang_30', 'passerad_100 > passerad_30',
         'tillgang_30 > passerad_30', 'tillgang_100 > passerad_100']
        """
        for measure in MEASURES:
            yield from pairwise(reversed(self.of(measure)))
        yield from zip(self.of("tillgang"), self.of("passerad"), strict=True)

    @overload
    def __getitem__(self, i: int) -> Level: ...
    @overload
    def __getitem__(self, i: slice) -> Sequence[Level]: ...
    def __getitem__(self, i: int | slice) -> Level | Sequence[Level]:
        """Return a level by its place."""
        return self.all[i]

    def __len__(self) -> int:
        return len(MEASURES) * len(self.mbit)

    def __iter__(self) -> Iterator[Level]:
        return iter(self.all)


LEVELS = Levels()
"""The levels of the region this process works for."""
