"""Where ``make fetch`` gets the publishers' files: addresses, layers, tables, and how often it may ask.

The defaults are the publishers' own, the same for every län; names and addresses change with the years.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from pipelines.config.kolada_indicators import INDICATORS
from pipelines.config.strict import MaybeUrl, Part, Seconds, Text, Url, Year


def _layer(value: str) -> str:
    if value and not re.fullmatch(r"[A-Za-z0-9_.:-]*\{ar\}[A-Za-z0-9_.:-]*", value):
        raise ValueError(
            f"ska vara ett lagers namn med {{ar}} för året, till exempel Tatorter_{{ar}}, men är «{value[:60]}»"
        )
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9.-]{1,253}(:[0-9]{1,5})?", value):
        raise ValueError("ska vara en värd utan https:// och utan sökväg, till exempel dl1.lantmateriet.se")
    return value


Layer = Annotated[str, AfterValidator(_layer)]
Host = Annotated[str, AfterValidator(_host)]
Table = Annotated[str, Field(pattern=r"^[A-Za-z0-9_]{0,40}$")]
Collection = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{0,100}$")]


class HamtaScb(Part):
    """SCB's WFS."""

    wfs: Url = Field(default="https://geodata.scb.se/geoserver/stat/wfs", description="SCB:s WFS för öppna geodata.")
    lager_befolkning: Layer = Field(
        default="befolkning_1km_{ar}",
        description="Lagret med befolkning; {ar} byts mot året i [scb] ar, annars det nyaste som tjänsten listar.",
    )
    lager_tatorter: Layer = Field(
        default="Tatorter_{ar}", description="Lagret med tätorter, nyaste året. Tomt: hämtas inte."
    )
    lager_smaorter: Layer = Field(
        default="Smaorter_{ar}", description="Lagret med småorter, nyaste året. Tomt: hämtas inte."
    )
    sidstorlek: int = Field(
        default=100_000,
        ge=1,
        le=10_000_000,
        description="Rader per fråga när tjänsten inte lämnar hela lagret på en gång.",
    )
    paus_s: Seconds = Field(default=1, description="Minsta tid mellan två frågor (sekunder).")


class HamtaScbTabeller(Part):
    """SCB's statistical database (PxWebApi 2). Its own limits are asked of it and kept."""

    url: Url = Field(
        default="https://statistikdatabasen.scb.se/api/v2",
        description="PxWebApi 2. Tjänstens egna gränser för celler och frågor hämtas från den och följs.",
    )
    folkmangd: Table = Field(default="TAB6574", description="Tabellen med folkmängd per kommun. Tomt: hämtas inte.")
    hushall: Table = Field(default="TAB6568", description="Tabellen med hushåll per kommun. Tomt: hämtas inte.")
    bostader: Table = Field(
        default="TAB824", description="Tabellen med antal lägenheter per kommun och hustyp (BO0104). Tomt: hämtas inte."
    )
    fran_ar: int = Field(default=2015, ge=1968, le=2100, description="Första året som hämtas.")


class HamtaKolada(Part):
    """Kolada."""

    url: Url = Field(default="https://api.kolada.se/v3/", description="Koladas API, version 3.")
    nyckeltal: tuple[Annotated[str, Field(pattern=r"^[NU][0-9]{5}$", examples=["N07900"])], ...] = Field(
        default=tuple(INDICATORS),
        min_length=1,
        description="Nyckeltal som hämtas, alla år, för länets kommuner och länet.",
    )
    fragor_per_sekund: float = Field(default=2, gt=0, le=1000, description="Högsta antal frågor per sekund.")


class HamtaPtsFil(Part):
    """One of PTS's workbooks."""

    innehall: Literal["teknik", "hastighet", "mobil", "historik"] = Field(
        description="Vad arbetsboken ska innehålla; kontrolleras innan den används."
    )
    url: Url = Field(description="Arbetsbokens adress.")


_PTS = "https://statistik.pts.se/files/mobiltacknings-och-bredbandskartlaggning"


class HamtaPts(Part):
    """PTS's workbooks."""

    sida: Url = Field(
        default="https://statistik.pts.se/mobiltacknings-och-bredbandskartlaggning/dokument-rapporter",
        description="Sidan där en människa hittar arbetsböckerna, när webbplatsen vägrar ett program.",
    )
    filer: tuple[HamtaPtsFil, ...] = Field(
        default=(
            HamtaPtsFil(innehall="teknik", url=f"{_PTS}/mtbbk_25-17220_tabellbilaga_teknik_v1.0.xlsx"),
            HamtaPtsFil(innehall="mobil", url=f"{_PTS}/mtbbk_25-17220_tabellbilaga_mobilt%C3%A4ckning_v1.0.xlsx"),
            HamtaPtsFil(innehall="historik", url=f"{_PTS}/tabellbilaga-historiska-uppgifter-teknik-1-0.xlsx"),
        ),
        description="Arbetsböcker att hämta. Namnen ändras varje år: lägg in de nya från PTS:s sida.",
    )
    paus_s: Seconds = Field(default=2, description="Minsta tid mellan två frågor (sekunder).")


class HamtaLantmateriet(Part):
    """Lantmäteriet's listings and files. Login and order come from the environment, never from here."""

    stac: Url = Field(
        default="https://api.lantmateriet.se/stac-vektor/v1",
        description="Lantmäteriets STAC-katalog (öppen att lista).",
    )
    samling_adresser: Collection = Field(
        default="belagenhetsadresser", description="Samlingen med adresser. Tomt: hämtas inte."
    )
    samling_granser: Collection = Field(
        default="kommun-lan-rike", description="Samlingen med gränser. Tomt: hämtas inte."
    )
    samling_mark: Collection = Field(
        default="", description="Samling med markytor (vatten), om en sådan är beställd. Tomt: hämtas inte."
    )
    mark_url: MaybeUrl = Field(
        default="", description="Adress till ett GeoPackage med markytor (vatten). Tomt: hämtas inte."
    )
    token_url: Url = Field(
        default="https://apimanager.lantmateriet.se/oauth2/token",
        description="Tjänsten som lämnar ut åtkomst (OAuth2, client credentials).",
    )
    filvardar: tuple[Host, ...] = Field(
        min_length=1,
        default=("dl1.lantmateriet.se",),
        description="Värdar som inloggningen får skickas till, utöver den i topografi_url. Ingen annan får den, inte "
        "heller efter en omdirigering.",
    )
    topografi_url: Url = Field(
        default="https://api.lantmateriet.se/geotorget/nedladdning/v1",
        description="Geotorgets nedladdningstjänst, som lämnar ut beställningar av Topografi 50.",
    )
    topografi_teman: tuple[Literal["byggnadsverk", "kommunikation", "mark"], ...] = Field(
        default=("byggnadsverk", "kommunikation", "mark"),
        description="Teman ur Topografi 50 som hämtas: byggnader (där adresser saknas), vägar, vatten (där inget annat "
        "är inställt för mark). Tom lista: inga.",
    )
    paus_s: Seconds = Field(default=0.5, description="Minsta tid mellan två frågor (sekunder).")


class Hamta(Part):
    """What ``make fetch`` brings, and from where."""

    forsok: int = Field(
        default=5, ge=1, le=20, description="Antal försök när en server inte svarar eller ber oss vänta."
    )
    langsta_vantan_s: Seconds = Field(
        default=120,
        description="Längsta väntan som en server får be om (Retry-After, sekunder); annars hoppas filen över.",
    )
    svarstid_s: float = Field(default=60, gt=0, le=3600, description="Hur länge ett svar väntas in (sekunder).")
    storsta_mb: int = Field(
        default=4096, ge=1, le=1_000_000, description="Största fil som hämtas (MB); skydd mot fel adress."
    )
    scb: HamtaScb = Field(default=HamtaScb(), description="SCB:s rutnät och orter.")
    scb_tabeller: HamtaScbTabeller = Field(
        default=HamtaScbTabeller(), description="SCB:s folkmängd, hushåll och bostäder per kommun."
    )
    kolada: HamtaKolada = Field(default=HamtaKolada(), description="Koladas nyckeltal.")
    pts: HamtaPts = Field(default=HamtaPts(), description="PTS:s arbetsböcker.")
    lantmateriet: HamtaLantmateriet = Field(
        default=HamtaLantmateriet(), description="Lantmäteriets adresser, gränser och vatten."
    )


class SerieBrott(Part):
    """A year from which a published series is counted in another way."""

    serie: Text = Field(description="Seriens id i historik, eller dess början, till exempel pts_teknik_.")
    ar: Year = Field(description="Första året som räknas på det nya sättet.")
    text: Text = Field(description="Vad som ändrades, en mening.")


class Framskrivning(Part):
    """How the published series are carried on towards the goals."""

    ar_bakat: int = Field(
        default=5, ge=3, le=50, description="Hur många av de senaste åren i en serie som linjen dras genom. Antagande."
    )
    konfidens: float = Field(
        default=0.8, gt=0.5, lt=1, description="Prediktionsintervallets täckning (andel). Antagande."
    )
    horisont_ar: int = Field(
        default=2040,
        ge=2025,
        le=2100,
        description="Sista år som framskrivs; nås målet inte till dess nås det inte med dagens takt.",
    )
    brott: tuple[SerieBrott, ...] = Field(
        default=(),
        description="Kända brott i serierna utöver Koladas byte till befolkning 2021, till exempel ett byte av "
        "metod hos PTS. År på var sin sida om ett brott jämförs inte.",
    )
