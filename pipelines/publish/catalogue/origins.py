"""The publishers whose data the products are made of, as the catalogue names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.publish.catalogue import iris
from pipelines.publish.facts import BY_AGREEMENT, Source


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
    publisher: str
    publisher_iri: str
    kind: str
    page: str
    date: str


_KNOWN = {
    "PTS": (
        "Post- och telestyrelsen", "SE2021004359", "NationalAuthority",
        "Mobiltäcknings- och bredbandskartläggning", "https://statistik.pts.se/",
    ),
    "SCB": (
        "Statistiska centralbyrån", "SE2021000837", "NationalAuthority",
        "Befolkning på rutnät, tätorter och småorter", "https://www.scb.se/",
    ),
    "Lantmäteriet": (
        "Lantmäteriet", "SE2021004888", "NationalAuthority",
        "Belägenhetsadresser och gränser", "https://www.lantmateriet.se/",
    ),
    "Kolada": (
        "Rådet för främjande av kommunala analyser", "", "NonProfitOrganisation",
        "Kolada", "https://www.kolada.se/",
    ),
}  # fmt: skip
"""Per publisher of the ledgers: full name, organisation's number, type, what of theirs is used, their site."""


def origins(root: str, sources: Iterable[Source]) -> tuple[Origin, ...]:
    """Return what the datasets are derived from, one per publisher; what came by agreement is not named.

    Parameters
    ----------
    root : str
        Base of the catalogue's IRIs.
    sources : iterable of Source
        As :func:`pipelines.publish.facts.read_sources` gives them.
    """
    newest: dict[str, str] = {}
    for s in sources:
        if s.publisher and s.publisher != BY_AGREEMENT:
            newest[s.publisher] = max(newest.get(s.publisher, ""), s.date)
    return tuple(_origin(root, name, date) for name, date in newest.items())


def _origin(root: str, short: str, date: str) -> Origin:
    name, organisation, kind, title, page = _KNOWN.get(short, (short, "", "", f"Uppgifter från {short}", ""))
    own = iris.part(root, "organisation", short)
    return Origin(
        iri=iris.part(root, "kalla", short), title=title, publisher=name,
        publisher_iri=f"{iris.ORGANISATION}{organisation}" if organisation else own,
        kind=kind, page=page, date=date,
    )  # fmt: skip
