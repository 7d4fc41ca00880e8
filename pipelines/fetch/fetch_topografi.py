"""Lantmäteriet's Topografi 50 through Geotorget's delivery API: the themes we use of an order's latest delivery.

The id of the order is a secret of the environment, as the login is, and stands in every address that is asked; that of
a file is signed as well. What is shown and kept is an address without either.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from pipelines.core.errors import DataError, printable
from pipelines.core.publishers import LANTMATERIET, TOPOGRAFI_ORDER, VAGAR, Delivery
from pipelines.core.redact import HIDDEN
from pipelines.fetch import fetch_checks, fetch_lantmateriet
from pipelines.fetch.login import HOW as HOW_LOGIN
from pipelines.fetch.receipt import receipt_path
from pipelines.fetch.wanted import Wanted
from pipelines.fetch.web import LATER, require_ok, told, whole
from pipelines.formats import gpkg
from pipelines.incoming import role_files

if TYPE_CHECKING:
    import requests

    from pipelines.config.region import Region
    from pipelines.fetch.host_bound import HostBound
    from pipelines.fetch.web import Web

PRODUCT = "Topografi 50 Nedladdning, vektor"
HOW = (
    f"Beställ «{PRODUCT}» (hela landet) och «Geotorget Nedladdning» i Geotorget (geotorget.lantmateriet.se; "
    f"kostnadsfritt, prövas inte), och sätt miljövariabeln {TOPOGRAFI_ORDER} till beställningens id under Mitt konto – "
    "Ärenden. Teman som inte ska hämtas tas bort ur hamta.lantmateriet.topografi_teman. Se docs/hamta.md."
)
ANEW = (
    "Begär en ny leverans av beställningen i Geotorget (Mitt konto – Ärenden), och kör make fetch igen när den är klar."
)
LATEST, FILES = "/leverans/latest", "/leverans/latest/files"
MOST_FOLDERS = 100
"""Folders of a delivery; a delivery has a handful."""
SIGNED = 12
"""Letters from which on a value in a file's address may be a signature, and is shown nowhere."""


@dataclass(frozen=True)
class Delivered:
    """One file of a delivery: name, size in bytes (0: not told), time of change, and where it is had."""

    title: str
    length: int
    updated: str
    url: str = field(repr=False)


@dataclass(frozen=True)
class Order:
    """An order: the address it is asked at, the same as it is shown, and the login."""

    url: str = field(repr=False)
    shown: str
    auth: HostBound


def buildings(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return the theme byggnadsverk: it tells where people live, and stands for addresses where they lack."""
    return _theme("byggnadsverk", LANTMATERIET, "byggnader", fetch_checks.buildings(), region, raw, web)


def roads(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return the theme kommunikation."""
    return _theme("kommunikation", VAGAR, "vagar", fetch_checks.roads(), region, raw, web)


def land_cover(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return land cover (water): where the configuration says that it is, else the theme mark."""
    settings = region.hamta.lantmateriet
    if settings.mark_url or settings.samling_mark:
        return fetch_lantmateriet.land_cover(region, raw, web)
    return _theme("mark", LANTMATERIET, "mark", fetch_checks.land_cover(), region, raw, web)


def _theme(
    theme: str, to: Delivery, role: str, check: fetch_checks.Check, region: Region, raw: Path, web: Web
) -> list[Wanted]:
    """Return the file of a theme; nothing where other files of its role lie, or one that a person put there."""
    target = f"{to.folder}/{theme}_sverige.zip"
    there = role_files.matching(raw / to.folder, *to.roles[role])
    own = [p for p in there if p != raw / target or not receipt_path(p).is_file()]
    given = os.environ.get(TOPOGRAFI_ORDER, "").strip()
    if theme not in region.hamta.lantmateriet.topografi_teman or own or (there and not given):
        return []
    order, files = _once(theme, region, web)
    file = _only(theme, files, order)
    return [
        Wanted(
            target,
            f"{order.shown}{FILES}/{theme}_sverige.zip",
            LANTMATERIET.publisher,
            VAGAR.licence,
            check,
            version=file.updated,
            length=file.length,
            auth=order.auth,
            order=PRODUCT,
            asked=file.url,
        )
    ]


def _only(theme: str, files: list[Delivered], order: Order) -> Delivered:
    mine = [f for f in files if re.fullmatch(rf"{theme}(?:[_.-][^/\\]*)?\.zip", f.title, re.IGNORECASE)]
    if len(mine) != 1:
        raise DataError(
            f"Leveransen av Topografi 50 har inte en enda fil för temat {theme}.",
            file=order.shown + FILES,
            expected=f"1 fil, till exempel {theme}_sverige.zip",
            found=", ".join(printable(f.title, 60) for f in (mine or files)[:10]) or "inga filer",
            action=f"Kontrollera i Geotorget att beställningen har temat {theme} som GeoPackage för hela landet, eller "
            "lägg filen på plats för hand (data/raw/README.md).",
        )
    return mine[0]


def _once(theme: str, region: Region, web: Web) -> tuple[Order, list[Delivered]]:
    """Return the order and its files; an order that is refused is asked, and told of in full, once a run."""
    if earlier := web.refused.get(PRODUCT):
        raise DataError(
            f"Inte heller temat {theme} kan hämtas: {earlier.problem}", earlier.file, action="Gör som det står ovan."
        )
    try:
        order = _order(region, web)
        _require_made(order, web)
        return order, list(_files(order, web))
    except DataError as e:
        web.refused[PRODUCT] = e
        raise


def _order(region: Region, web: Web) -> Order:
    given, settings = os.environ.get(TOPOGRAFI_ORDER, "").strip(), region.hamta.lantmateriet
    if not re.fullmatch(r"[0-9A-Za-z-]{8,64}", given):
        raise DataError(
            f"Beställningens id för Topografi 50 {'saknas' if not given else 'har fel form'}.",
            file=settings.topografi_url,
            expected=f"ett id, bara bokstäver, siffror och bindestreck, i miljövariabeln {TOPOGRAFI_ORDER}",
            action=HOW,
        )
    auth = fetch_lantmateriet.login(region, web)
    if auth is None:
        raise DataError(
            "Ingen inloggning är angiven för Topografi 50.",
            file=settings.topografi_url,
            expected="inloggning",
            action=HOW_LOGIN,
        )
    web.pause(settings.topografi_url, settings.paus_s)
    base = settings.topografi_url.rstrip("/")
    return Order(f"{base}/{given}", f"{base}/{HIDDEN}", auth)


def _require_made(order: Order, web: Web) -> None:
    """Check that the order is of Topografi 50, whose licence we state, and that its latest delivery is made."""
    product = _asked(order, "", web)
    name = str(product.get("produktnamn") or "") if isinstance(product, dict) else ""
    if name and not re.search(r"topografi\s*50\b", name, re.IGNORECASE):
        raise DataError(
            "Beställningen är av en annan produkt.",
            file=order.shown,
            expected=PRODUCT,
            found=printable(name, 80),
            action=HOW,
        )
    latest = _asked(order, LATEST, web)
    status = str(latest.get("status") or "") if isinstance(latest, dict) else ""
    form = gpkg.plain(status)
    if form == "lyckad":
        return
    problem, action = {
        "pagaende": (
            "Lantmäteriet håller på att göra leveransen av Topografi 50.",
            "Vänta tills den är klar (det står i Geotorget, Mitt konto – Ärenden), och kör make fetch igen. Det som "
            "redan är hämtat är kvar.",
        ),
        "misslyckad": ("Leveransen av Topografi 50 misslyckades hos Lantmäteriet.", ANEW),
        "makulerad": ("Leveransen av Topografi 50 är makulerad.", ANEW),
    }.get(form, ("Leveransen av Topografi 50 har en status som inte är känd.", LATER))
    raise DataError(
        problem,
        file=order.shown + LATEST,
        expected="status LYCKAD",
        found=printable(status, 40) or "ingen status",
        action=action,
    )


def _files(order: Order, web: Web) -> Iterator[Delivered]:
    """Yield the files of the latest delivery, those of its folders with them."""
    todo, asked = [FILES], 0
    while todo:
        if asked == MOST_FOLDERS:
            raise DataError(
                "Leveransens lista tar aldrig slut.",
                file=order.shown + FILES,
                expected=f"högst {MOST_FOLDERS} mappar",
                action=LATER,
            )
        entries, asked = _asked(order, todo.pop(), web), asked + 1
        if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
            raise _odd(order, "en lista av filer")
        for entry in entries:
            if entry.get("type") == "application/json":
                todo.append(_path(entry, order, web))
            elif entry.get("type") == "application/octet-stream":
                length = entry.get("length")
                yield Delivered(
                    str(entry.get("title") or ""),
                    length if isinstance(length, int) and length > 0 else 0,
                    str(entry.get("updated") or ""),
                    order.url + _path(entry, order, web),
                )


def _path(entry: dict[str, Any], order: Order, web: Web) -> str:
    """Return where an entry is had, under its order; from here on its signature is shown nowhere."""
    path = entry.get("path")
    if not isinstance(path, str) or not re.fullmatch(r"/[!-~]{1,4000}", path) or "\\" in path:
        raise _odd(order, "en sökväg för varje fil")
    query = path.partition("?")[2]
    for secret in (query, *(value for _, value in parse_qsl(query))):
        if len(secret) >= SIGNED:
            web.redact.add(secret)
    return path


def _asked(order: Order, path: str, web: Web) -> Any:
    """Return what the service answers to a question about an order."""
    url = order.url + path
    with web.get(url, {"Accept": "application/json"}, order.auth) as answer, told(url, web.redact):
        _require_ok(answer, order)
        body = whole(answer, web.patience)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _odd(order, "JSON") from None


def _require_ok(answer: requests.Response, order: Order) -> None:
    known = {
        401: ("Inloggningen godtas inte för Topografi 50.", "inloggning", f"Kontrollera uppgifterna. {HOW_LOGIN}"),
        403: (
            "Kontot får inte hämta beställningar genom Geotorgets nedladdningstjänst.",
            "«Geotorget Nedladdning» beställd för kontot",
            "Beställ «Geotorget Nedladdning» (kostnadsfri) i Geotorget för samma konto som beställde Topografi 50, "
            "vänta på bekräftelsen och kör igen.",
        ),
        404: (
            "Beställningen av Topografi 50 har ingen leverans.",
            "en leverans",
            f"Kontrollera att {TOPOGRAFI_ORDER} är rätt. Leveranser tas bort efter en tid: {ANEW[0].lower()}{ANEW[1:]}",
        ),
    }
    if answer.status_code in known:
        problem, expected, action = known[answer.status_code]
        raise DataError(problem, file=order.shown, expected=expected, found=f"HTTP {answer.status_code}", action=action)
    require_ok(answer, order.shown)


def _odd(order: Order, expected: str) -> DataError:
    return DataError(
        "Geotorgets nedladdningstjänst svarade något annat än väntat.",
        file=order.shown,
        expected=expected,
        action=f"Kontrollera hamta.lantmateriet.topografi_url i konfigurationen, och att ingen inloggningssida eller "
        f"proxy står emellan. {LATER}",
    )
