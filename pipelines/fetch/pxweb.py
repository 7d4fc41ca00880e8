"""SCB's statistical database (PxWebApi 2) through ``pxwebpy``: people, households, dwellings per kommun, as CSV.

The client asks the service for its limits (cells per question, questions per time) and keeps within them.
"""

from __future__ import annotations

import json
import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.core.errors import DataError, by_library, printable
from pipelines.core.publishers import SCB
from pipelines.core.redact import clean_url
from pipelines.fetch import fetch_checks
from pipelines.fetch.wanted import Wanted
from pipelines.fetch.web import LATER, told

if TYPE_CHECKING:
    from pxweb import PxApi

    from pipelines.config.region import Region
    from pipelines.fetch.web import Web

TOTALS = ("totalt", "total", "tot", "totsa", "1+2", "samtliga", "alla")
"""Codes and labels, lower case, by which SCB's tables name the sum over a variable."""
SEXES = {"1", "2"}
HOUSES, TENURES = "hustyp", "upplatelseform"
"""Variables of the table of dwellings: it is asked for each type of house, whoever owns it."""


def wanted(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return one list per table; a table that has not changed since it was fetched is not fetched again."""
    settings = region.hamta.scb_tabeller
    out = []
    api = None
    tables = {"folkmangd": settings.folkmangd, "hushall": settings.hushall, "bostader": settings.bostader}
    for field, table in tables.items():
        if not table:
            continue
        homes = field == "bostader"
        api = api or connect(web, settings.url)
        with _explained(web, settings.url, table):
            updated = str(api.get_table_metadata(table).get("updated", ""))
        out.append(
            Wanted(
                target=f"scb/{field}_{'hustyp' if homes else 'kommun'}_{region.lan.kod}.csv",
                url=f"{settings.url}/tables/{table}/data",
                publisher=SCB.publisher,
                licence=SCB.licence,
                check=fetch_checks.dwellings_csv() if homes else fetch_checks.kommun_csv(field),
                version=f"{table} {updated} från {settings.fran_ar}" if updated else "",
                make=partial(_make, api=api, region=region, table=table, field=field),
            )
        )
    return out


def connect(web: Web, url: str) -> PxApi:
    """Return the client, with our pauses, retries and timeouts in its session.

    The service is asked for its settings first in our own way: the client's constructor has no timeout.
    """
    from pxweb import PxApi

    _require_limits(web.text(f"{url}/config"), url, web.settings.langsta_vantan_s)
    with _explained(web, url, ""):
        api = PxApi(url, language="sv", disable_cache=True, max_workers=1)
    web.mount(api._client.session)
    return api


def _require_limits(text: str, url: str, longest: float) -> None:
    """Check the limits that the client will keep: it would wait as long as the service says."""
    try:
        told_of = json.loads(text)
        limits = [told_of[k] for k in ("maxDataCells", "maxCallsPerTimeWindow", "timeWindow")]
        good = all(isinstance(x, int) for x in limits) and limits[0] >= 1 and 0 <= limits[2] <= max(longest, 1)
        found = ", ".join(map(str, limits))
    except (ValueError, KeyError, TypeError, RecursionError):
        good, found = False, "annat än tjänstens gränser"
    if not good:
        raise DataError(
            "Svaret är inte PxWebApi 2.",
            file=clean_url(url),
            expected="gränser för celler och frågor per tid",
            found=printable(found, 100),
            action="Kontrollera hamta.scb_tabeller.url i konfigurationen.",
        )


def selection(variables: dict[str, Any], region: Region, from_year: int, table: str) -> dict[str, list[str]]:
    """Return the codes to ask for: the län's kommuner, the years, each type of house, and of the others the total.

    A variable that may be left out is left out; sexes, and whoever owns a dwelling, are summed without a total of them.

    Raises
    ------
    DataError
        When a kommun is missing, or a variable has no total.
    """
    chosen: dict[str, list[str]] = {}
    for name, told_of in variables.items():
        labels: dict[str, str] = told_of["category"].get("label", {})
        key = name.lower()
        if key == "region":
            lacking = [k for k in region.kommunkoder if k not in labels]
            if lacking:
                raise _table_error(table, name, "länets kommuner", f"inte {', '.join(lacking[:5])}")
            chosen[name] = list(region.kommunkoder)
        elif key in ("tid", "ar", "år"):
            chosen[name] = [c for c in labels if c[:4].isdigit() and int(c[:4]) >= from_year]
            if not chosen[name]:
                raise _table_error(table, name, f"år från {from_year}", ", ".join(list(labels)[-3:]))
        elif key == "contentscode":
            counts = [c for c, text in labels.items() if _is_count(text)] or list(labels)
            if len(counts) != 1:
                raise _table_error(table, name, "ett antal", ", ".join(labels.values()))
            chosen[name] = counts
        elif key == HOUSES:
            chosen[name] = [c for c, text in labels.items() if c.lower() not in TOTALS and text.lower() not in TOTALS]
        else:
            sums = [c for c, text in labels.items() if c.lower() in TOTALS or text.lower() in TOTALS]
            if sums:
                chosen[name] = sums[:1]
            elif set(labels) == SEXES or (key == TENURES and not told_of.get("elimination")):
                chosen[name] = sorted(labels)
            elif not told_of.get("elimination"):
                raise _table_error(table, name, "en summa (totalt)", ", ".join(list(labels.values())[:5]))
    return chosen


def _is_count(label: str) -> bool:
    text = label.lower()
    return ("folkmängd" in text or "antal" in text or "hushåll" in text) and "andel" not in text


def _make(web: Web, goal: Path, *, api: PxApi, region: Region, table: str, field: str) -> None:
    import pandas as pd

    settings = region.hamta.scb_tabeller
    with _explained(web, settings.url, table):
        variables = api.get_table_variables(table)
        chosen = selection(variables, region, settings.fran_ar, table)
        rows = pd.DataFrame(api.get_table_data(table, value_codes=dict(chosen), show="code"))
    names = {variables[v]["label"]: v.lower() for v in variables}
    rows = rows.rename(columns=names)
    time = next(c for c in rows.columns if c in ("tid", "ar", "år"))
    number = pd.to_numeric(rows["value"], errors="coerce")
    lacking = number.isna()
    if lacking.all():
        raise _table_error(table, "value", "tal", "bara tomma celler")
    wrong = rows["value"].notna() & (lacking | (number < 0) | (number % 1 != 0))
    if wrong.any():
        raise _table_error(table, "value", "hela tal", str(rows["value"][wrong].iloc[0]))
    kept = ["region", HOUSES, time] if HOUSES in rows else ["region", time]
    parts = math.prod(len(codes) for v, codes in chosen.items() if v.lower() not in kept)
    group = [rows[c] for c in kept]
    if (rows.groupby(group)["value"].transform("size") != parts).any():
        raise _table_error(table, "value", f"{parts} celler per kommun och år", "fler eller färre")
    share = lacking.groupby(group).transform("mean")
    if ((share > 0) & (share < 1)).any():  # the sum of some of the parts would pass for the whole
        raise _table_error(table, "value", "alla delar av en summa", "en tom cell bland dem")
    rows = rows[~lacking].assign(value=number[~lacking].astype("int64"))
    summed = rows.groupby(kept, as_index=False, sort=True)["value"].sum()
    summed.columns = ["kommunkod", *kept[1:-1], "ar", field]
    summed.insert(1, "kommunnamn", summed["kommunkod"].map(region.kommunnamn))
    short = set(region.kommunkoder) - set(summed["kommunkod"])
    if short:
        raise _table_error(
            table, "region", f"{len(region.kommunkoder)} kommuner", f"inte {', '.join(sorted(short)[:5])}"
        )
    summed.to_csv(goal, index=False, encoding="utf-8", lineterminator="\n")


class _explained:
    """Tells the client's faults in Swedish: the limit of cells, too many questions, another kind of service."""

    def __init__(self, web: Web, url: str, table: str) -> None:
        self._told = told(f"{url}/tables/{table}" if table else url, web.redact)
        self._web, self._url, self._table = web, url, table

    def __enter__(self) -> None:
        self._told.__enter__()

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        from requests.exceptions import HTTPError, JSONDecodeError

        where = clean_url(self._url) + (f", tabell {self._table}" if self._table else "")
        text = self._web.redact(error)
        if isinstance(error, HTTPError):
            if "Error 403" in text:
                raise DataError(
                    "SCB:s databas lämnar inte ut så många celler på en gång.",
                    file=where,
                    found=by_library("ett fel", OSError(text)),
                    action=f"Höj hamta.scb_tabeller.fran_ar, så att färre år hämtas. {LATER}",
                ) from None
            if "Error 429" in text or "max amount of retries" in text:
                raise DataError(
                    "SCB:s databas säger att vi frågar för ofta.",
                    file=where,
                    found=by_library("ett fel", OSError(text)),
                    action=LATER,
                ) from None
            raise DataError(
                "SCB:s databas svarade med ett fel.",
                file=where,
                found=printable(" ".join(text.split())),
                action=f"Kontrollera tabellens id i konfigurationen ([hamta.scb_tabeller]). {LATER}",
            ) from None
        if isinstance(error, JSONDecodeError | KeyError | ValueError) or type(error).__name__ in (
            "ApiVersionError",
            "ApiConfigurationError",
        ):
            raise DataError(
                "Svaret är inte PxWebApi 2.",
                file=where,
                found=by_library("något annat", OSError(text or type(error).__name__)),
                action="Kontrollera hamta.scb_tabeller.url i konfigurationen.",
            ) from None
        return bool(self._told.__exit__(kind, error, trace))


def _table_error(table: str, column: str, expected: str, found: str) -> DataError:
    return DataError(
        "SCB:s tabell ser inte ut som väntat.",
        file=f"tabell {table}",
        column=column,
        expected=expected,
        found=printable(found),
        action="Kontrollera tabellens id i konfigurationen ([hamta.scb_tabeller]).",
    )
