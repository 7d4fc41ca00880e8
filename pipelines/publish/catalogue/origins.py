"""The publishers whose data the products are made of, as the catalogue names them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.core.publishers import ABOUT, BY_AGREEMENT, About
from pipelines.core.quoted import Source
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
    roles: dict[str, list[str]] = {}
    for s in sources:
        if s.publisher and s.publisher != BY_AGREEMENT:
            newest[s.publisher] = max(newest.get(s.publisher, ""), s.date)
            roles.setdefault(s.publisher, []).extend(s.roles)
    return tuple(_origin(root, name, date, roles[name]) for name, date in newest.items())


def _origin(root: str, short: str, date: str, roles: list[str]) -> Origin:
    plain = f"Uppgifter från {short}", f"Data from {short}"
    known = ABOUT.get(short, About(short, "", "", "", "", *plain, ""))
    title, title_en = next((known.by_role[r] for r in roles if r in known.by_role), (known.title, known.title_en))
    own = iris.part(root, "organisation", short)
    return Origin(
        iri=iris.part(root, "kalla", short),
        title=title,
        title_en=title_en,
        publisher=known.name,
        publisher_en=known.name_en,
        publisher_iri=f"{iris.ORGANISATION}{known.organisation}" if known.organisation else own,
        kind=known.kind,
        homepage=known.homepage,
        page=known.page,
        date=date,
    )
