"""What every part of the configuration has in common: closed, of exact types, and texts fit to be published."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import date
from typing import Annotated, Any
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core.core_schema import ValidationInfo

from pipelines.core.errors import printable
from pipelines.core.redact import clean_url

LONGEST_TEXT = 2000
LOCAL = ("localhost", "127.0.0.1", "::1")
"""Hosts that may be asked over plain http: the machine itself."""
_HOST = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9][A-Za-z0-9-]{0,62}){0,20}|\[[0-9A-Fa-f:.]{2,45}\]"
)
_ADDRESS_SIGNS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_SECRET_NAME = re.compile(
    r"[?&;]([\w.-]{0,40}(?:sig|signature|token|secret|passw(?:or)?d|key|auth|credential|session))=", re.IGNORECASE
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,10}[A-Za-z]{2,24}")


class Part(BaseModel):
    """A closed part of the configuration: an unknown key is an error, and nothing changes after reading.

    Types are exact: true is no number, "5" is none either, and no number is infinite.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)

    @model_validator(mode="before")
    @classmethod
    def _lists(cls, given: Any) -> Any:
        """Take TOML's lists for what the model holds, which cannot be changed."""
        if not isinstance(given, dict):
            return given
        return {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}

    @field_validator("*")
    @classmethod
    def _fit(cls, value: Any, info: ValidationInfo) -> Any:
        texts = value if isinstance(value, tuple) else (value,)
        for text in texts:
            if isinstance(text, str):
                _plain(text)
        if isinstance(value, tuple) and str(cls.model_fields[info.field_name or ""].annotation).endswith(", ...]"):
            twice = [v for v, times in Counter(value).items() if times > 1]
            if twice and not isinstance(twice[0], BaseModel):
                raise ValueError(f"samma värde står två gånger: {printable(str(twice[0]), 60)}")
            if twice:
                raise ValueError("samma post står två gånger")
        return value


def _plain(text: str) -> None:
    """Refuse what no product can show as it stands."""
    unseen = () if text.isprintable() else (c for c in text if not c.isprintable())
    odd = next((c for c in unseen if unicodedata.category(c) != "Zs"), "")
    if odd:
        raise ValueError(f"har ett tecken som inte syns (U+{ord(odd):04X}); skriv bara synliga tecken, på en rad")
    if text != text.strip():
        raise ValueError(f"börjar eller slutar med mellanslag: «{printable(text, 60)}»")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"är {len(text)} tecken lång; högst {LONGEST_TEXT}")


def _name(value: str) -> str:
    if len(value) > 100:
        raise ValueError(f"är {len(value)} tecken långt; ett namn har högst 100")
    if odd := re.search(r"[<>/\\|\"{}*?$`;]", value):
        raise ValueError(f"har tecknet {odd[0]}, som inte står i något namn: «{printable(value, 60)}»")
    if not any(c.isalpha() for c in value):
        raise ValueError(f"är inget namn: «{printable(value, 60)}»")
    return value


def _a_day(value: str) -> str:
    try:
        day = date.fromisoformat(value or "2000-01-01")
    except ValueError:
        raise ValueError(f"{value} är ingen dag i almanackan") from None
    if not 1990 <= day.year <= 2100:
        raise ValueError(f"{value} är inget rimligt år (1990–2100)")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value) or ".." in value:
        raise ValueError(f"ska vara en e-postadress, till exempel bredband@example.org, men är «{told_address(value)}»")
    return value


def split(url: str) -> SplitResult | None:
    """Return an address in its parts; None when it is none that a browser and a program both understand."""
    try:
        parts = urlsplit(url)
        known = parts.port is None or parts.port > 0
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    whole = known and _ADDRESS_SIGNS.fullmatch(url) and _HOST.fullmatch(re.sub(r":\d*$", "", host))
    return parts if whole and re.fullmatch(r"(?:%[0-9A-Fa-f]{2}|[^%])*", url) else None


def told_address(value: str) -> str:
    """Return what was written for an address, as it may be shown."""
    return printable(clean_url(value), 100)


def has_login(url: str) -> bool:
    """Tell whether an address carries a user or a password, also where it is no well-formed one."""
    scheme, mark, rest = url.partition("://")
    authority = re.split(r"[/?#\\]", rest if mark else scheme, maxsplit=1)[0]
    return "@" in authority or (":" in authority and "@" in rest)


def web_address(value: str, example: str, schemes: tuple[str, ...] = ("https",)) -> str:
    """Return an address of the configuration as it stands.

    Raises
    ------
    ValueError
        In Swedish, without what may be a password.
    """
    if has_login(value):
        raise ValueError("inloggning får inte stå i en webbadress; den läses ur miljövariabler")
    if telling := _SECRET_NAME.search(value):
        raise ValueError(
            f"hemligheter får inte stå i en webbadress («{telling[1]}» i frågan); ta bort dem, eller hämta för hand"
        )
    parts = split(value)
    if parts is None or parts.scheme not in ("http", "https"):
        raise ValueError(
            "ska vara en hel webbadress utan mellanslag och å, ä, ö (skriv %C3%A5, %C3%A4, %C3%B6), till exempel "
            f"{example}, men är «{told_address(value)}»"
        )
    if parts.scheme not in schemes and parts.hostname not in LOCAL:
        raise ValueError(f"ska börja med https://, till exempel {example}, men är «{told_address(value)}»")
    return value


def _fetched(value: str) -> str:
    return web_address(value, "https://example.org/fil.xlsx")


def _iri(value: str) -> str:
    return web_address(value, "https://sws.geonames.org/3337386/", ("http", "https")) if value else value


def _base(value: str) -> str:
    web_address(value, "https://data.example.org/bredband", ("http", "https"))
    parts = urlsplit(value)
    if "." not in (parts.hostname or "") or not re.fullmatch(r"[A-Za-z0-9._~:/%-]*", value):
        raise ValueError(
            "ska vara en beständig webbadress som andra når, utan mellanslag, ? och #, till exempel "
            f"https://data.example.org/bredband, men är «{told_address(value)}»"
        )
    return value


def _beside(value: str) -> str:
    if value and (value.startswith(("/", "~")) or "\\" in value or ".." in value.split("/") or ":" in value):
        raise ValueError(
            "ska vara en fil i samma mapp som konfigurationen eller under den, utan .. och utan hel sökväg, till "
            f"exempel vastra-gotaland/orter.csv, men är «{told_address(value)}»"
        )
    return value


Name = Annotated[str, Field(min_length=1), AfterValidator(_name)]
Text = Annotated[str, Field(min_length=1)]
Day = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"), AfterValidator(_a_day)]
Email = Annotated[str, AfterValidator(_email)]
Url = Annotated[str, AfterValidator(_fetched)]
MaybeUrl = Annotated[str, AfterValidator(lambda value: _fetched(value) if value else value)]
Iri = Annotated[str, AfterValidator(_iri)]
BaseUrl = Annotated[str, AfterValidator(_base)]
Beside = Annotated[str, AfterValidator(_beside)]
"""A file beside the configuration, or in a folder there."""
Year = Annotated[int, Field(ge=2000, le=2100)]
Percent = Annotated[float, Field(gt=0, le=100)]
Metres = Annotated[float, Field(gt=0, le=10_000)]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
