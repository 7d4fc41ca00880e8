"""What the planner asked for: the words of the command line made into numbers, or a Swedish error."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipelines.config.region import Region
from pipelines.core.errors import DataError
from pipelines.core.level import LEVELS, MEASURES, Level

EXAMPLE = "Till exempel make plan BUDGET=100000000 eller make plan MAL=98."
_BLANKS = re.compile(r"[\s_\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")


@dataclass(frozen=True)
class Request:
    """A plan's level, and either a budget (kronor) or a goal (percent of households)."""

    level: Level
    budget_sek: float | None
    mal_pct: float | None

    @property
    def name(self) -> str:
        """What the plan's folder is called: the same request always gets the same name.

        >>> Request(Level("passerad", 1000), 1e8, None).name, Request(Level("tillgang", 100), None, 99.9).name
        ('plan_1000_passerad_100000000', 'plan_100_tillgang_mal_99_9')
        """
        goal = "" if self.mal_pct is None else f"mal_{self.mal_pct:.10g}".replace(".", "_")
        return f"plan_{self.level.mbit}_{self.level.measure}_{goal or f'{self.budget_sek:.0f}'}"


def request(region: Region, budget: str, goal: str, troskel: str, matt: str) -> Request:
    """Read the planner's words; empty ones were not given.

    Raises
    ------
    DataError
        When not exactly one of budget and goal is given, or a word cannot be used.
    """
    if bool(budget.strip()) == bool(goal.strip()):
        found = f"BUDGET={budget} och MAL={goal}" if budget.strip() else "ingetdera"
        raise DataError(
            "Ange antingen en budget eller ett mål.", expected="BUDGET eller MAL", found=found, action=EXAMPLE
        )
    return Request(
        level_of(region, troskel, matt, "make plan BUDGET=100000000"),
        kronor(budget) if budget.strip() else None,
        percent(goal) if goal.strip() else None,
    )


def level_of(region: Region, troskel: str, matt: str, example: str) -> Level:
    """Read which level is meant; the configuration's where nothing is said. ``example``: an order that is right."""
    threshold = _one_of("TROSKEL", troskel, [str(t) for t in LEVELS.mbit], str(region.planering.troskel_mbit), example)
    word = matt.replace("å", "a").replace("Å", "A")
    measure = _one_of("MATT", word, list(MEASURES), region.planering.matt, example)
    return next(x for x in LEVELS.of(measure) if x.mbit == int(threshold))


def kronor(text: str) -> float:
    """Read a budget: whole kronor, blanks between thousands allowed.

    >>> kronor("100 000 000")
    100000000.0
    """
    plain = _BLANKS.sub("", text)
    if not re.fullmatch(r"[0-9]{1,15}", plain):
        raise DataError(
            "BUDGET går inte att använda.",
            expected="hela kronor, 0 eller mer, bara siffror",
            found=text,
            action="Till exempel make plan BUDGET=100000000.",
        )
    return float(plain)


def percent(text: str) -> float:
    """Read a goal: percent, above 0 and at most 100, with decimal comma or point.

    >>> percent("99,9 %")
    99.9
    """
    plain = _BLANKS.sub("", text).removesuffix("%").replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", plain) or not 0 < float(plain) <= 100:
        raise DataError(
            "MAL går inte att använda.",
            expected="procent av hushållen, över 0 och högst 100",
            found=text,
            action="Till exempel make plan MAL=98 eller MAL=99,9.",
        )
    return float(plain)


def _one_of(name: str, text: str, allowed: list[str], default: str, example: str) -> str:
    word = text.strip().lower() or default
    if word not in allowed:
        raise DataError(
            f"{name} går inte att använda.",
            expected=" eller ".join(allowed),
            found=text,
            action=f"Till exempel {example} {name}={default}.",
        )
    return word
