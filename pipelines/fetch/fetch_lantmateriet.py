"""Lantmäteriet: the STAC listing through ``pystac-client``, then the files of the län, with a login.

The listing is open to all. The files need a login and an order for each collection; the login is sent to
the hosts of the configuration only, whatever the listing says.
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from json import JSONDecodeError
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pipelines.config.strict import LOCAL
from pipelines.core.errors import DataError, by_library
from pipelines.core.publishers import LANTMATERIET
from pipelines.core.redact import clean_url
from pipelines.fetch import fetch_checks
from pipelines.fetch.host_bound import HostBound
from pipelines.fetch.login import authorise, read_login
from pipelines.fetch.wanted import Wanted
from pipelines.fetch.web import LATER
from pipelines.incoming import role_files

if TYPE_CHECKING:
    from pystac import Item

    from pipelines.config.region import Region
    from pipelines.fetch.web import Web

LICENCE = "CC BY 4.0"
MOST_ITEMS = 20_000
"""Items of a collection; the country has 290 kommuner."""
_KN = re.compile(r"(?:^|[_-])kn(\d{4})(?=[._-]|$)", re.IGNORECASE)
_BARE = re.compile(r"(?:^|[_-])(\d{4})(?=[._-]|$)")
_YEARS = range(1990, 2036)
"""Four digits that are rather a year, though some of Dalarna's codes are as well: Leksand is 2029."""
_CURRENT = "aktuell"


@dataclass(frozen=True)
class Listed:
    """One file of the listing: its address, kommun (empty: whole country), version, announced checksum.

    ``year`` is the year it is named for (0: none), ``current`` whether it is named as the one that is valid now.
    """

    href: str
    kommunkod: str
    version: str
    sha256: str
    year: int = 0
    current: bool = False

    @property
    def name(self) -> str:
        """File name."""
        return unquote(urlsplit(self.href).path).rpartition("/")[2]


def addresses(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return one zip per kommun of the län.

    Raises
    ------
    DataError
        When the listing lacks a kommun or has two files of one, or the folder already holds addresses in files of
        another kind.
    """
    settings = region.hamta.lantmateriet
    if not settings.samling_adresser:
        return []
    all_listed = [f for f in listing(region, web, settings.samling_adresser) if f.kommunkod in region.kommunkoder]
    found = {f.kommunkod: f for f in all_listed}
    _require_kommuner(set(found), region, "samling_adresser")
    _require_single(all_listed, "adresser", "en fil per kommun", region, "samling_adresser")
    targets = {k: f"belagenhetsadresser_kn{k}.zip" for k in region.kommunkoder}
    others = [
        p.name
        for p in role_files.matching(raw / "lantmateriet", "belagenhetsadresser*.zip", "belagenhetsadresser*.gpkg")
        if p.name not in targets.values()
    ]
    if others:
        raise DataError(
            "Mappen har redan adresser i filer med andra namn; samma adress skulle stå två gånger.",
            file=raw / "lantmateriet",
            expected="belagenhetsadresser_kn<kommunkod>.zip",
            found=", ".join(others[:5]),
            action="Behåll dem och hämta allt annat (BARA=…), eller ta bort dem och kör make fetch igen.",
        )
    auth = login(region, web)
    return [
        _wanted(
            found[k],
            f"lantmateriet/{targets[k]}",
            LANTMATERIET.licence,
            fetch_checks.addresses(k, region),
            auth,
            settings.samling_adresser,
        )
        for k in region.kommunkoder
    ]


def boundaries(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return the official boundaries: the one file of the collection."""
    settings = region.hamta.lantmateriet
    if not settings.samling_granser:
        return []
    found = listing(region, web, settings.samling_granser)
    if len(found) != 1:
        raise DataError(
            "Lantmäteriets lista har inte en enda fil med gränser.",
            file=settings.stac,
            expected="1 fil",
            found=", ".join(f.name for f in found[:5]) or "ingen",
            action="Kontrollera hamta.lantmateriet.samling_granser i konfigurationen, eller lägg filen i granser/ "
            "för hand.",
        )
    target = f"granser/kommun_lan_rike{_suffix(found[0])}"
    others = [p.name for p in role_files.matching(raw / "granser", "*.gpkg", "*.zip") if p.name != target[8:]]
    if others:
        return []  # a person's own boundaries stand
    return [
        _wanted(
            found[0], target, LICENCE, fetch_checks.boundaries(region), login(region, web), settings.samling_granser
        )
    ]


def land_cover(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return land cover (water): by an address of its own, or a collection's files of the län.

    Raises
    ------
    DataError
        When the collection leaves out a kommun, whose water would then count as land, or has two files where
        there is place for one.
    """
    settings = region.hamta.lantmateriet
    if settings.mark_url:
        web.pause(settings.mark_url, settings.paus_s)
        direct = Listed(settings.mark_url, "", "", "")
        target = f"lantmateriet/mark{_suffix(direct)}"
        return [_wanted(direct, target, "CC0", fetch_checks.land_cover(), login(region, web), "mark")]
    if not settings.samling_mark:
        return []
    mine = {"", *region.kommunkoder}
    found = [f for f in listing(region, web, settings.samling_mark) if f.kommunkod in mine]
    whose = [f.kommunkod for f in found]
    if "" not in whose:
        _require_kommuner(set(whose), region, "samling_mark")
    _require_single(found, "mark", "en fil för hela landet, eller en per kommun", region, "samling_mark")
    auth = login(region, web)
    return [
        _wanted(
            f,
            f"lantmateriet/mark{f'_kn{f.kommunkod}' if f.kommunkod else ''}{_suffix(f)}",
            LICENCE,
            fetch_checks.land_cover(),
            auth,
            settings.samling_mark,
        )
        for f in found
    ]


def _require_kommuner(listed: set[str], region: Region, key: str) -> None:
    lacking = [f"{k.namn} ({k.kod})" for k in region.lan.kommuner if k.kod not in listed]
    if lacking:
        raise DataError(
            f"Lantmäteriets lista saknar {len(lacking)} av länets kommuner.",
            file=region.hamta.lantmateriet.stac,
            expected="en fil per kommun",
            found=f"inte {', '.join(lacking[:10])}",
            action=f"Kontrollera hamta.lantmateriet.{key} i konfigurationen. {LATER}",
        )


def _require_single(found: list[Listed], what: str, expected: str, region: Region, key: str) -> None:
    whose = [f.kommunkod for f in found]
    whole = "" in whose and len(whose) > 1  # a file of everything, and more beside it
    doubled = found if whole else [f for f in found if whose.count(f.kommunkod) > 1]
    if doubled:
        begins = {"adresser": "belagenhetsadresser"}.get(what, what)
        raise DataError(
            f"Lantmäteriets lista har flera filer med {what} för samma område.",
            file=region.hamta.lantmateriet.stac,
            expected=expected,
            found=", ".join(f.name for f in doubled[:5]),
            action=f"Kontrollera hamta.lantmateriet.{key} i konfigurationen, eller lägg filerna i lantmateriet/ för "
            f"hand, med namn som börjar på {begins}.",
        )


def _wanted(
    file: Listed, target: str, licence: str, check: fetch_checks.Check, auth: HostBound | None, order: str
) -> Wanted:
    if auth is not None and not auth.allows(file.href):
        auth = None
    return Wanted(
        target,
        file.href,
        LANTMATERIET.publisher,
        licence,
        check,
        version=file.version,
        sha256=file.sha256,
        auth=auth,
        order=order,
    )


def _suffix(file: Listed) -> str:
    return ".gpkg" if file.name.lower().endswith(".gpkg") else ".zip"


def login(region: Region, web: Web) -> HostBound | None:
    """Return the login of the environment, bound to the configured hosts; None without one. Asked once a run."""
    if "lantmateriet" not in web.logins:
        given = read_login(os.environ)
        settings = region.hamta.lantmateriet
        hosts = (*settings.filvardar, urlsplit(settings.topografi_url).netloc)
        web.logins["lantmateriet"] = authorise(given, web, settings.token_url, hosts) if given else None
    return web.logins["lantmateriet"]


def listing(region: Region, web: Web, collection: str) -> list[Listed]:
    """Return the data files of a collection, in order of kommun; no login is used.

    Where earlier years are listed beside what is valid now, only that is returned.

    Raises
    ------
    DataError
        When the catalogue cannot be read or has no such collection.
    """
    from pystac_client import Client
    from pystac_client.exceptions import APIError
    from pystac_client.stac_api_io import StacApiIO

    settings = region.hamta.lantmateriet
    web.pause(settings.stac, settings.paus_s)
    io = StacApiIO(max_retries=None)
    web.mount(io.session)
    io.session.headers.update(web.session.headers)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the client's own, in English
            client = Client.open(settings.stac, stac_io=io)
            # Else links are walked, one by one, if there are any.
            for part in ("COLLECTIONS", "FEATURES", "ITEM_SEARCH"):
                client.add_conforms_to(part)
            found = client.get_collection(collection)
            if found is None:
                raise _no_collection(collection, settings.stac)
            items = list(islice(found.get_items(), MOST_ITEMS + 1))
    except (APIError, ValueError, KeyError, TypeError, AttributeError, NotImplementedError) as e:
        if isinstance(e.__context__, DataError):  # ours, that the client has put its own around
            raise e.__context__ from None
        status = getattr(e, "status_code", None)
        if status == 404:
            raise _no_collection(collection, settings.stac) from None
        other = by_library("något annat", OSError(web.redact(e)))
        what = "något annat än JSON" if isinstance(e, JSONDecodeError) else other
        raise DataError(
            "Lantmäteriets katalog går inte att läsa.",
            file=clean_url(settings.stac),
            expected="en STAC-katalog (JSON)",
            found=f"HTTP {status}" if status else what,
            action="Kontrollera hamta.lantmateriet.stac i konfigurationen, och att ingen inloggningssida eller proxy "
            f"står emellan. {LATER}",
        ) from None
    if len(items) > MOST_ITEMS:
        raise DataError(
            "Lantmäteriets lista tar aldrig slut.",
            file=clean_url(settings.stac),
            action=LATER,
            expected=f"högst {MOST_ITEMS} poster",
        )
    out = sorted(_newest(list(_files(items))), key=lambda f: (f.kommunkod, f.href))
    for file in out:
        web.pause(file.href, settings.paus_s)
    return out


def _no_collection(collection: str, stac: str) -> DataError:
    return DataError(
        f"Lantmäteriets katalog har inte samlingen «{collection}».",
        file=clean_url(stac),
        found="HTTP 404",
        action="Kontrollera samlingens namn i konfigurationen ([hamta.lantmateriet]).",
    )


def _files(items: Sequence[Item]) -> Iterator[Listed]:
    found = [
        (item, asset.get_absolute_href() or asset.href, asset.extra_fields)
        for item in items
        for asset in _data_assets(item)
    ]
    found = [(item, href, extra) for item, href, extra in found if _safe(href)]
    # Bare numbers that no year can be, say that the listing is by kommun.
    bare = {int(n) for item, href, _ in found for text in _names(item, href) for n in _BARE.findall(text)}
    by_kommun = any(n not in _YEARS for n in bare)
    for item, href, extra in found:
        code = _kommun(item, href, by_kommun=by_kommun)
        names = " ".join(_names(item, href))
        years = [int(n) for n in re.findall(r"(?<!\d)\d{4}(?!\d)", names) if n != code and int(n) in _YEARS]
        current = _CURRENT in names.lower()
        yield Listed(href, code, _version(item), _sha256(extra), 0 if current else max(years, default=0), current)


def _newest(files: list[Listed]) -> list[Listed]:
    """Return, of several files for one area, what is valid now: so named, or without a year, or of the newest year."""
    out = []
    for code in {f.kommunkod for f in files}:
        same = [f for f in files if f.kommunkod == code]
        current = [f for f in same if f.current]
        undated = [f for f in same if not f.year]
        newest = max(f.year for f in same)
        out += current or undated or [f for f in same if f.year == newest]
    return out


def _safe(href: str) -> bool:
    parts = urlsplit(href)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOCAL)


def _names(item: Item, href: str) -> tuple[str, str]:
    return urlsplit(href).path.rpartition("/")[2], item.id


def _data_assets(item: Item) -> list[Any]:
    """Return the assets that are data: by role, else by the key ``data``, else those that are zips or GeoPackages."""
    assets = item.assets
    by_role = [a for a in assets.values() if "data" in (a.roles or [])]
    by_key = [assets["data"]] if "data" in assets else []
    by_name = [a for a in assets.values() if urlsplit(a.href).path.lower().endswith((".zip", ".gpkg"))]
    return by_role or by_key or by_name


def _kommun(item: Item, href: str, *, by_kommun: bool) -> str:
    """Return the kommun a file is of, empty when it is of the whole country. A year is no kommun."""
    named = str(item.properties.get("kommunkod") or "")
    if re.fullmatch(r"\d{4}", named):
        return named
    names = _names(item, href)
    marked = [m[1] for text in names if (m := _KN.search(text))]
    bare = [n for text in names for n in _BARE.findall(text) if by_kommun or int(n) not in _YEARS]
    return (marked or bare or [""])[0]


def _version(item: Item) -> str:
    changed = item.properties.get("updated") or item.properties.get("published") or ""
    return f"{item.id} {changed}" if changed else ""


def _sha256(fields: dict[str, Any]) -> str:
    """Return an announced SHA-256: STAC's ``file:checksum`` is a multihash, 12 20 before the 32 bytes."""
    told = str(fields.get("file:checksum") or "").lower()
    return told[4:] if re.fullmatch(r"1220[0-9a-f]{64}", told) else ""
