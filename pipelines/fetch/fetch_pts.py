"""PTS's workbooks, by the addresses of the configuration. The site may refuse programs: then a person fetches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from pipelines.core.errors import DataError, printable
from pipelines.core.publishers import PTS
from pipelines.core.redact import clean_url
from pipelines.fetch import fetch_checks
from pipelines.fetch.wanted import Wanted

if TYPE_CHECKING:
    from pipelines.config.region import Region
    from pipelines.fetch.web import Web


def wanted(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return the configured workbooks; each address names an edition, so one that is there is not asked for again.

    Raises
    ------
    DataError
        When an address names no Excel file.
    """
    settings = region.hamta.pts
    out: list[Wanted] = []
    for file in settings.filer:
        web.pause(file.url, settings.paus_s)
        name = unquote(urlsplit(file.url).path).rpartition("/")[2]
        usual = name.isprintable() and not name.startswith((".", "~$")) and "\\" not in name
        usual = usual and len(name.encode()) <= 150
        if not name.lower().endswith(".xlsx") or not usual:
            raise DataError(
                "En adress till PTS pekar inte på en Excel-fil.",
                file=clean_url(file.url),
                expected="…/<namn>.xlsx",
                found=printable(name, 80),
                action="Rätta hamta.pts.filer i konfigurationen.",
            )
        if f"pts/{name}" in [w.target for w in out]:
            raise DataError(
                "Två adresser till PTS ger filer med samma namn.",
                file=clean_url(file.url),
                found=printable(name, 80),
                expected="ett namn var",
                action="Rätta hamta.pts.filer i konfigurationen.",
            )
        out.append(
            Wanted(
                target=f"pts/{name}",
                url=file.url,
                publisher=PTS.publisher,
                licence=PTS.licence,
                immutable=True,
                check=_alone(file.innehall, region, raw / "pts" / name),
                page=settings.sida,
            )
        )
    return out


def _alone(role: str, region: Region, target: Path) -> fetch_checks.Check:
    """Return the check of a workbook, and that no other file there already holds its newest year."""
    check = fetch_checks.workbook(region, role)

    def alone(path: Path) -> str:
        date = check(path)
        others = sorted(p for p in target.parent.glob("*.xlsx") if p.name not in (target.name, path.name))
        for other in others:
            if role != "historik" and _newest(check, other) == date:
                raise fetch_checks.FolderError(
                    f"Mappen har redan PTS:s {role} för {date[:4]}, i en fil med annat namn.",
                    file=other,
                    expected="en fil per innehåll och år",
                    action=f"Behåll den, eller ta bort den och kör make fetch igen för att få {target.name}.",
                )
        return date

    return alone


def _newest(check: fetch_checks.Check, path: Path) -> str:
    try:
        return check(path)
    except DataError:
        return ""
