"""The publishers whose data the products are made of, as the catalogue names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.core.quoted import BY_AGREEMENT, Source
from pipelines.publish.catalogue import iris


@dataclass(frozen=True)
class Origin:
    """A publisher's data as the catalogue describes it: where it is found, whose it is, how new.

    Attributes
    ----------
    kind : str
        The publisher's type (ADMS publisher type), empty where the publisher is not one that is known here.
    date : str
        Newest reference date used, empty where none is known.
    """

    iri: str
    title: str
    title_en: str
    publisher: str
    publisher_en: str
    publisher_iri: str
    kind: str
    homepage: str
    page: str
    date: str


@dataclass(frozen=True)
class _Publisher:
    """A publisher that is known here: names, organisation's number, type, site, and what of theirs is used."""

    name: str
    name_en: str
    organisation: str
    kind: str
    homepage: str
    title: str
    title_en: str
    page: str


_KNOWN = {
    "PTS": _Publisher(
        "Post- och telestyrelsen",
        "Swedish Post and Telecom Authority",
        "SE2021004359",
        "NationalAuthority",
        "https://pts.se/",
        "Mobiltäcknings- och bredbandskartläggning",
        "Survey of mobile coverage and broadband",
        "https://statistik.pts.se/",
    ),
    "SCB": _Publisher(
        "Statistiska centralbyrån",
        "Statistics Sweden",
        "SE2021000837",
        "NationalAuthority",
        "https://www.scb.se/",
        "Befolkning på rutnät, tätorter och småorter",
        "Population grid, localities and smaller localities",
        "https://www.scb.se/",
    ),
    "Lantmäteriet": _Publisher(
        "Lantmäteriet",
        "Lantmäteriet, the Swedish mapping, cadastral and land registration authority",
        "SE2021004888",
        "NationalAuthority",
        "https://www.lantmateriet.se/",
        "Belägenhetsadresser och gränser",
        "Addresses and boundaries",
        "https://www.lantmateriet.se/",
    ),
    "Kolada": _Publisher(
        "Rådet för främjande av kommunala analyser",
        "Council for the Promotion of Municipal Analysis",
        "",
        "NonProfitOrganisation",
        "https://www.rka.nu/",
        "Kolada",
        "Kolada",
        "https://www.kolada.se/",
    ),
}
"""By the name in the ledgers."""


def origins(root: str, sources: Iterable[Source]) -> tuple[Origin, ...]:
    """Return what the datasets are derived from, one per publisher; what came by agreement is not named.

    Parameters
    ----------
    root : str
        Base of the catalogue's IRIs.
    sources : iterable of Source
        As :func:`pipelines.core.quoted.read_sources` gives them.
    """
    newest: dict[str, str] = {}
    for s in sources:
        if s.publisher and s.publisher != BY_AGREEMENT:
            newest[s.publisher] = max(newest.get(s.publisher, ""), s.date)
    return tuple(_origin(root, name, date) for name, date in newest.items())


def _origin(root: str, short: str, date: str) -> Origin:
    plain = f"Uppgifter från {short}", f"Data from {short}"
    known = _KNOWN.get(short, _Publisher(short, "", "", "", "", *plain, ""))
    own = iris.part(root, "organisation", short)
    return Origin(
        iri=iris.part(root, "kalla", short),
        title=known.title,
        title_en=known.title_en,
        publisher=known.name,
        publisher_en=known.name_en,
        publisher_iri=f"{iris.ORGANISATION}{known.organisation}" if known.organisation else own,
        kind=known.kind,
        homepage=known.homepage,
        page=known.page,
        date=date,
    )
