"""XML against its schema. The schemas lie beside (``scheman/``) and in each package: nothing is fetched.

GML is held against the schema beside it, which rests on GML's own; an ISO 19139 record against ISO's. What has
no published schema (styles, statistics beside a raster) is only read to its end.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pipelines.core.errors import by_library

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(__file__).parents[1] / "scheman"
KNOWN_AS = "schemas.opengis.net"
"""Where the same files lie on the web."""
ISO_RECORD = "{http://www.isotc211.org/2005/gmd}MD_Metadata"
ISO_SCHEMA = "iso/19139/20070417/gmx/gmx.xsd"
MOST_FAULTS = 20
"""Per file."""
MAX_SCHEMA = 1_000_000
"""Bytes of a layer's own schema; ours come to some ten thousand."""


def faults(root: Path, names: Iterable[str]) -> tuple[list[str], int]:
    """Return what in the XML files of a package breaks their schemas, and how many files were held against one.

    Parameters
    ----------
    names : iterable of str
        Files under ``root``, each known to be well-formed and without declarations of its own.
    """
    wrong: list[str] = []
    held = 0
    for name in names:
        path = root / name
        if path.suffix == ".gml":
            beside = path.with_suffix(".xsd")
            if not beside.is_file() or beside.stat().st_size > MAX_SCHEMA:
                wrong.append(f"{name}: schemat {beside.name} saknas bredvid")
                continue
            found = _against(path, lambda b=beside: _compiled(b.read_bytes()))  # type: ignore[misc]
        elif path.suffix == ".xml" and _root_tag(path) == ISO_RECORD:
            found = _against(path, iso)
        else:
            continue
        held += 1
        wrong += [f"{name}{x}" for x in found]
    return wrong, held


def record_faults(text: str) -> list[str]:
    """Return what in an ISO 19139 record breaks ISO's schema."""
    from lxml import etree

    return _told(iso(), etree.fromstring(text.encode("utf-8"), _parser()))


@cache
def iso() -> Any:
    """Return ISO 19139's schema."""
    return _compiled((FOLDER / ISO_SCHEMA).read_bytes(), FOLDER / ISO_SCHEMA)


def _against(path: Path, schema: Any) -> list[str]:
    from lxml import etree

    try:
        ready = schema()
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError) as e:
        return [f": {by_library('schemat går inte att läsa', e)}"]
    return _told(ready, etree.parse(path, _parser()))


def _told(schema: Any, document: Any) -> list[str]:
    schema.validate(document)
    shown = list(schema.error_log)[:MOST_FAULTS]
    return [f", rad {e.line}: {by_library('följer inte sitt schema', ValueError(e.message))}" for e in shown]


def _root_tag(path: Path) -> str:
    from lxml import etree

    _, root = next(etree.iterparse(path, events=("start",), resolve_entities=False, no_network=True))
    return str(root.tag)


@lru_cache(maxsize=16)  # all of a package's
def _compiled(schema: bytes, where: Path = FOLDER / "lager.xsd") -> Any:
    """Return a schema ready to use. It may name the files of :data:`FOLDER`, by either address, and no others.

    Parameters
    ----------
    where : Path
        What its own relative paths start from. A layer's schema is read as if it lay among the others, so that
        they lead nowhere else.
    """
    from lxml import etree

    parser = _parser()
    parser.resolvers.add(_only_here())
    return etree.XMLSchema(etree.fromstring(schema, parser, base_url=str(where)))


def _parser() -> Any:
    from lxml import etree

    return etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=True)


@cache
def _only_here() -> Any:
    from lxml import etree

    class Resolver(etree.Resolver):  # type: ignore[misc]
        def resolve(self, address: str, public: str | None, context: object) -> Any:
            path = local(address)
            return self.resolve_string("", context) if path is None else self.resolve_filename(str(path), context)

    return Resolver()


def local(address: str) -> Path | None:
    """Return the file of :data:`FOLDER` that an address stands for; None for any other.

    >>> local("http://schemas.opengis.net/gml/3.2.1/gml.xsd") == FOLDER / "gml/3.2.1/gml.xsd"
    True
    >>> local("file:///etc/passwd"), local("http://example.org/gml.xsd")
    (None, None)
    """
    parts = urlsplit(address)
    if parts.scheme in ("http", "https"):
        path = FOLDER / unquote(parts.path).lstrip("/") if parts.netloc == KNOWN_AS else None
    else:
        path = Path(unquote(parts.path))
    if path is None or not path.resolve().is_relative_to(FOLDER.resolve()) or not path.is_file():
        return None
    return path
