"""Kolada through ``koladapy``: the indicators of the configuration, all years, the län and its kommuner."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from pipelines.core.errors import DataError, by_library, printable
from pipelines.core.publishers import KOLADA
from pipelines.core.redact import clean_url, host_of
from pipelines.fetch import fetch_checks
from pipelines.fetch.wanted import Wanted
from pipelines.fetch.web import LATER

if TYPE_CHECKING:
    from koladapy import KoladaAPI

    from pipelines.config.region import Region
    from pipelines.fetch.web import Web

MOST_PAGES, PER_PAGE = 500, 5000
"""Pages of one question, and what is asked for on each."""
BATCH = 20
"""Kommuner per question. The client divides more than 25 by itself, but then passes over a part that fails."""


def wanted(region: Region, raw: Path, web: Web) -> list[Wanted]:
    """Return the one file of all indicators; what Kolada has not republished is not fetched again."""
    settings = region.hamta.kolada
    api = connect(region, web)
    version = published(api, settings.nyckeltal, web)

    def make(web: Web, goal: Path) -> None:
        goal.write_text(body(values(api, region, web)), encoding="utf-8", newline="\n")

    return [
        Wanted(
            target=f"kolada/kolada_{region.lan.kod}.json",
            url=settings.url,
            publisher=KOLADA.publisher,
            licence=KOLADA.licence,
            check=fetch_checks.kolada(region, settings.nyckeltal),
            version=version,
            make=make,
        )
    ]


def connect(region: Region, web: Web) -> KoladaAPI:
    """Return the client, at the configured address and pace, with our retries in its session."""
    import logging

    from koladapy import KoladaAPI

    class Whole(KoladaAPI):  # type: ignore[misc]
        """The client, but every page is known to have come, and its progress is not told in English."""

        def _paginate_request(self, endpoint: str, params: dict[str, Any] | None = None) -> list[Any]:
            return _all_pages(lambda page: self._make_request(endpoint, {**(params or {}), **page}), self.base_url)

    settings = region.hamta.kolada
    logging.getLogger("koladapy").setLevel(logging.CRITICAL)  # its faults are told by us, once, in Swedish
    api = Whole(
        base_url=settings.url.rstrip("/") + "/",
        timeout=int(region.hamta.svarstid_s) or 1,
        max_requests_per_second=settings.fragor_per_sekund,
    )
    web.mount(api.session)
    api.session.headers.update(web.session.headers)
    return api


def _all_pages(ask: Callable[[dict[str, int]], Any], url: str) -> list[Any]:
    """Return what stands on every page, in order.

    Raises
    ------
    DataError
        When the pages lead to another host or never end, or hold less than Kolada counts.
    """
    found: list[Any] = []
    page, count, pages = 0, None, []
    more: Any = True
    while more:
        page += 1
        answer = ask({"page": page, "per_page": PER_PAGE})
        values = answer.get("values") if isinstance(answer, dict) else None
        if not isinstance(values, list) or page > MOST_PAGES:
            raise _not_whole(
                url, "en sida med värden (values)" if page <= MOST_PAGES else f"högst {MOST_PAGES} sidor", "annat"
            )
        found += values
        pages.append(len(values))
        count = answer.get("count", count)
        more = answer.get("next_url")
        if more and not (isinstance(more, str) and urlsplit(urljoin(url, more)).netloc == urlsplit(url).netloc):
            raise _not_whole(url, "nästa sida hos samma värd", host_of(str(more)))
        if more and not values:
            raise _not_whole(url, "en sida med värden", "en tom sida, och sedan fler")
    # Kolada has counted both all values and those of a page.
    if isinstance(count, int) and count not in (len(found), pages[-1], pages[0]):
        raise _not_whole(url, f"{count} värden", f"{len(found)} värden på {page} sidor")
    return found


def _not_whole(url: str, expected: str, found: str) -> DataError:
    return DataError(
        "Kolada lämnade inte alla sidor.",
        file=clean_url(url),
        expected=expected,
        found=printable(found, 100),
        action=f"Kontrollera hamta.kolada.url i konfigurationen. {LATER}",
    )


def published(api: KoladaAPI, kpis: tuple[str, ...], web: Web) -> str:
    """Return when each indicator was last published, as one text; empty when Kolada does not say.

    Raises
    ------
    DataError
        When Kolada does not know an indicator, or does not answer.
    """
    told_of = {str(k.get("id")): k for k in _asked(lambda: api.get_kpis(list(kpis)), api, web)}
    lacking = [k for k in kpis if k not in told_of]
    if lacking:
        raise DataError(
            "Kolada känner inte till nyckeltalet.",
            file=clean_url(api.base_url),
            expected=", ".join(kpis),
            found=f"inte {', '.join(lacking)}",
            action="Kontrollera hamta.kolada.nyckeltal i konfigurationen.",
        )
    dates = [str(told_of[k].get("publication_date") or "") for k in kpis]
    return "; ".join(f"{k} {d}" for k, d in zip(kpis, dates, strict=True)) if all(dates) else ""


def values(api: KoladaAPI, region: Region, web: Web) -> list[dict[str, Any]]:
    """Return every value of the indicators for the län and its kommuner.

    Raises
    ------
    DataError
        When a question fails, or a kommun of the län is in no answer.
    """
    places = [f"00{region.lan.kod}", *region.kommunkoder]
    kpis = list(region.hamta.kolada.nyckeltal)
    found: list[dict[str, Any]] = []
    for i in range(0, len(places), BATCH):
        part = places[i : i + BATCH]
        found += _asked(lambda part=part: api.get_values(kpi_id=kpis, municipality_id=part), api, web)  # type: ignore[misc]
    ours = [v for v in found if v.get("kpi") in kpis and v.get("municipality") in places]
    keys = [(v.get("kpi"), v.get("municipality"), v.get("period")) for v in ours]
    if len(set(keys)) < len(keys):
        twice = next(k for k, n in Counter(keys).items() if n > 1)
        raise _not_whole(api.base_url, "varje värde en gång", f"{', '.join(map(str, twice))} två gånger")
    lacking = sorted(set(region.kommunkoder) - {v["municipality"] for v in ours})
    if lacking:
        raise DataError(
            "Kolada svarade inte om alla kommuner.",
            file=clean_url(api.base_url),
            expected=f"{len(region.kommunkoder)} kommuner",
            found=f"inte {', '.join(lacking[:10])}",
            action=LATER,
        )
    return ours


def _asked(question: Any, api: KoladaAPI, web: Web) -> Any:
    """Ask; tell the client's faults in Swedish."""
    from requests.exceptions import RequestException

    try:
        answer = question()
    except RequestException as e:
        error: Exception = e
    except Exception as e:
        if not type(e).__module__.startswith("koladapy") and not isinstance(e, ValueError | KeyError | AttributeError):
            raise
        error = e
    else:
        if isinstance(answer, list) and all(isinstance(v, dict) for v in answer):
            return answer
        error = ValueError(type(answer).__name__)
    often = "429" in str(error) or "Rate limit" in str(error)
    other = "Kolada går inte att nå, eller svarar något annat än väntat."
    raise DataError(
        "Kolada säger att vi frågar för ofta." if often else other,
        file=clean_url(api.base_url),
        found=by_library("ett fel", OSError(web.redact(error))),
        action=f"Kontrollera hamta.kolada.url i konfigurationen. {LATER}",
    ) from None


def body(found: list[dict[str, Any]]) -> str:
    """Return the answer as one file, in a fixed order: same values, same bytes."""

    def key(v: dict[str, Any]) -> tuple[str, str, str]:
        return str(v.get("kpi")), str(v.get("municipality")), str(v.get("period"))

    rows = ",\n".join(json.dumps(v, ensure_ascii=False, sort_keys=True) for v in sorted(found, key=key))
    return f'{{"values": [\n{rows}\n]}}\n'
