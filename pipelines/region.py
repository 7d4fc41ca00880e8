"""The region's configuration: one validated TOML file; another län is another file.

The model is the documentation: ``docs/konfiguration.md`` is generated from the descriptions here and a
test fails when the two drift apart. The schema is closed: an unknown key is an error.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit

from pydantic import Field, ValidationError, model_validator

from pipelines.errors import DataError
from pipelines.region_access import Tillganglighet
from pipelines.region_base import Part
from pipelines.region_fetch import Framskrivning, Hamta

THRESHOLDS = (30, 100, 1000)
"""Mbit/s down. Fixed: the column names of the products carry them."""
MEASURES = ("tillgang", "passerad")
"""PTS's two numerators, never mixed: can be had at once; or fibre passes by (homes passed)."""
RIKET = "00"
"""Code of the whole country, as SCB writes it."""
CLASSES = ("tatbebyggt", "glesbebyggt")
TECHNIQUES = ("fiber", "kabel-tv", "vdsl", "xdsl", "fast_radio", "lte", "nr")
STATUSES = ("tillgang", "passerad", "planerad")

Technique = Literal["fiber", "kabel-tv", "vdsl", "xdsl", "fast_radio", "lte", "nr"]
KommunCode = Annotated[str, Field(pattern=r"^\d{4}$")]


class Kommun(Part):
    """One kommun of the län."""

    kod: KommunCode = Field(description="Kommunkod, fyra siffror.")
    namn: str = Field(min_length=1, description="Kommunens namn som PTS och Lantmäteriet skriver det.")
    delregion: str = Field(default="", description="Delregion (kommunalförbund), för sammanställningar.")
    land_ha: float | None = Field(
        default=None, gt=0,
        description="Officiell landareal i hektar (SCB), för kontroll. Tomt: kontrollen görs inte, och rapporten "
        "säger det.",
    )  # fmt: skip
    folkmangd: int | None = Field(
        default=None, gt=0, description="Ungefärlig folkmängd (SCB); används bara när demoregionen görs."
    )


class Lan(Part):
    """The län."""

    kod: str = Field(
        pattern=r"^\d{2}$", description="Länskod, två siffror; 00 är hela riket, med alla län i ett."
    )
    namn: str = Field(
        description="Länets namn som PTS skriver det, till exempel «Västra Götalands län»; «Riket» för kod 00."
    )
    kortnamn: str = Field(description="Namn i löpande text och rubriker, till exempel «Västra Götaland».")
    kommuner: tuple[Kommun, ...] = Field(min_length=1, description="Länets kommuner, var och en.")

    @model_validator(mode="after")
    def _unique(self) -> Lan:
        codes = [k.kod for k in self.kommuner]
        names = [k.namn for k in self.kommuner]
        if len(set(codes)) < len(codes) or len(set(names)) < len(names):
            raise ValueError("en kommunkod eller ett kommunnamn står två gånger")
        return self


class Klassning(Part):
    """How an address becomes tätbebyggt or glesbebyggt."""

    glesbebyggt: Literal["utanfor_tatort_och_smaort", "utanfor_tatort"] = Field(
        default="utanfor_tatort_och_smaort",
        description="Vad som räknas som glesbebyggt. PTS har skrivit «utanför tätort och småort» (2017); "
        "rapporten jämför båda med PTS:s andel och varnar om den andra passar bättre.",
    )


class Pts(Part):
    """PTS's workbooks."""

    ar: int | None = Field(default=None, description="Statistikår (1 oktober). Tomt: det nyaste som finns.")
    narhet_inkluderar_anslutna: bool | None = Field(
        default=None,
        description="Om «I närhet av fiber» innehåller de anslutna. Tomt: avgörs av att kolumnen aldrig är "
        "lägre än fiberkolumnen; annars stannar programmet.",
    )
    max_lyft_pe: float = Field(
        default=0.5,
        ge=0,
        description="Hur många procentenheter en andel får lyftas för att inte falla när tröskeln sänks.",
    )


class Scb(Part):
    """Statistics Sweden's grids."""

    ar: int | None = Field(default=None, description="Referensår för befolkningsrutnätet. Tomt: det nyaste.")


class Evidens(Part):
    """Evidence of coverage under ``tackning/``."""

    fasta_tekniker: tuple[Technique, ...] = Field(
        default=("fiber", "kabel-tv", "vdsl", "xdsl"),
        description="Tekniker som räknas som fast täckning. PTS:s «trådbunden accessteknik» som "
        "förval, så att evidens och riktvärde räknar samma sak.",
    )
    standardhastighet_mbit: dict[Technique, float] = Field(
        default={
            "fiber": 1000, "kabel-tv": 1000, "vdsl": 60, "xdsl": 24, "fast_radio": 30, "lte": 30, "nr": 100,
        },
        description="Nedhastighet (Mbit/s) som antas när `ned_mbit` är tomt. Antagande; fiber och kabel-tv "
        "enligt PTS:s definition av 1 Gbit/s.",
    )  # fmt: skip
    matchningsradie_m: float = Field(
        default=25, gt=0, description="Längsta avstånd från en rad med `e,n` till närmaste adress (meter)."
    )


class Modell(Part):
    """How coverage is modelled where no evidence decides."""

    metod: Literal["smaomrade", "enkel"] = Field(
        default="smaomrade",
        description="«smaomrade»: småområdesmodellen (docs/modell.md), anpassad på de kommuner som har fullständiga "
        "täckningsuppgifter. «enkel»: efter avlägsenhet allena, λ gånger ett genom antalet adresser i 5 × 5 rutor. "
        "Båda når PTS:s tal exakt.",
    )


class Brist(Part):
    """Gap areas."""

    sannolikhetsgrans: float = Field(
        default=0.5, gt=0, lt=1,
        description="En adress räknas som utan när sannolikheten för täckning är lägre än detta.",
    )  # fmt: skip


class Spann(Part):
    """A figure with its range."""

    lag: float = Field(ge=0, description="Låg gräns.")
    mitt: float = Field(ge=0, description="Det värde som används.")
    hog: float = Field(ge=0, description="Hög gräns.")

    @model_validator(mode="after")
    def _rising(self) -> Spann:
        if not self.lag <= self.mitt <= self.hog:
            raise ValueError(f"lag ≤ mitt ≤ hog gäller inte: {self.lag}, {self.mitt}, {self.hog}")
        return self


class Kostnad(Part):
    """What it costs to build a gap area. Every default that has no source says «antagande»."""

    omvagsfaktor: Spann = Field(
        default=Spann(lag=1.1, mitt=1.3, hog=1.5),
        description="Schaktets längd i verkligheten delad med fågelvägen (utan enhet). Antagande; jämför "
        "vägavstånd delat med fågelvägen, i medeltal 1,34 i 300 europeiska städer "
        "(doi:10.1177/23998083231168870).",
    )
    schakt_tat_sek_per_m: Spann = Field(
        default=Spann(lag=350, mitt=600, hog=1000),
        description="Schakt med rör, kabel och återställning i tätbebyggt område (kronor per meter). "
        "Antagande.",
    )
    schakt_gles_sek_per_m: Spann = Field(
        default=Spann(lag=120, mitt=220, hog=400),
        description="Schakt eller plöjning med rör, kabel och återställning i glesbebyggt område "
        "(kronor per meter). Antagande.",
    )
    anslutning_sek_per_adress: Spann = Field(
        default=Spann(lag=6000, mitt=10000, hog=16000),
        description="Anslutning av en adress utöver schaktet: tomt, svetsning, utrustning (kronor per "
        "adress). Antagande.",
    )
    fast_sek_per_omrade: Spann = Field(
        default=Spann(lag=30000, mitt=75000, hog=150000),
        description="Fast kostnad för ett bristområde: projektering, tillstånd, kopplingspunkt (kronor per "
        "område). Antagande.",
    )


class Prioritering(Part):
    """The order to build in: weighted benefit per krona, highest first."""

    vikt_hushall: float = Field(
        default=1, ge=0, description="Vikt för ett hushåll utan täckning. Antagande: hushåll per krona."
    )
    vikt_adresser: float = Field(
        default=0, ge=0, description="Vikt för en adress utan täckning, bebodd eller inte. Antagande."
    )
    vikt_befolkning: float = Field(
        default=0, ge=0, description="Vikt för en invånare utan täckning. Antagande."
    )
    optimum_relativt_gap: float = Field(
        default=1e-6, ge=0, lt=1,
        description="Hur nära det bästa möjliga heltalsoptimum ska bevisas (andel). Antagande; ändrar "
        "jämförelsen, aldrig planen.",
    )  # fmt: skip
    optimum_max_noder: int = Field(
        default=20000, ge=1,
        description="Högsta antal noder i sökningen efter heltalsoptimum; ett tak i noder, inte sekunder, "
        "ger samma svar varje gång. Antagande.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _some(self) -> Prioritering:
        if self.vikt_hushall + self.vikt_adresser + self.vikt_befolkning <= 0:
            raise ValueError("minst en vikt ska vara större än 0")
        return self


class Planering(Part):
    """What ``make plan`` plans for unless told otherwise."""

    troskel_mbit: Literal[30, 100, 1000] = Field(
        default=1000, description="Tröskel (Mbit/s ned) för `make plan` när TROSKEL inte anges."
    )
    matt: Literal["tillgang", "passerad"] = Field(
        default="passerad", description="Mått för `make plan` när MATT inte anges; samma som målens förval."
    )


class Malniva(Part):
    """One goal."""

    namn: str = Field(min_length=1, description="Målets namn i produkterna.")
    troskel_mbit: Literal[30, 100, 1000] = Field(description="Tröskel (Mbit/s ned).")
    matt: Literal["tillgang", "passerad"] = Field(
        default="passerad", description="Det mått målet är skrivet i; det andra visas bredvid."
    )
    andel_pct: float = Field(gt=0, le=100, description="Andel av hushållen som ska nås (procent).")


class Mal(Part):
    """The goals the region is measured against."""

    nivaer: tuple[Malniva, ...] = Field(
        default=(
            Malniva(namn="98 % har 1 Gbit/s", troskel_mbit=1000, andel_pct=98),
            Malniva(namn="99,9 % har minst 100 Mbit/s", troskel_mbit=100, andel_pct=99.9),
            Malniva(namn="100 % har minst 30 Mbit/s", troskel_mbit=30, andel_pct=100),
        ),
        description="Målen. Förval: regeringens strategi «Sverige helt uppkopplat 2025», ansluten eller "
        "passerad; VGR:s strategi 2018 har samma tre. Bara nedhastighet mäts, fast VGR:s mål är symmetriska.",
    )


class PtsPrioritering(Part):
    """PTS's regional priority in the broadband support. The rules change: check the year's own."""

    regelar: int = Field(default=2023, description="Året vars regler gäller. Förval: PTS:s regler 2023.")
    troskel_mbit: Literal[30, 100, 1000] = Field(
        default=100, description="En byggnad är stödberättigad under denna hastighet (Mbit/s). PTS 2023."
    )
    matt: Literal["tillgang", "passerad"] = Field(
        default="tillgang",
        description="Mått för stödberättigande. Antagande: PTS skriver bara «under 100 Mbit/s».",
    )
    max_andel: float = Field(
        default=0.30, gt=0, le=1,
        description="Högsta andel av stödberättigade byggnader som får prioriteras. PTS 2023.",
    )  # fmt: skip
    max_byggnader_per_projekt: int = Field(
        default=25, ge=1, description="Högsta antal prioriterade byggnader i ett projekt. PTS 2023."
    )
    avdrag_per_byggnad: float = Field(
        default=0.02, gt=0, lt=1,
        description="Hur mycket varje prioriterad byggnad sänker den jämförda kostnaden (andel). PTS 2023.",
    )  # fmt: skip
    kostnadstak_sek_per_byggnad: float = Field(
        default=60000, gt=0,
        description="Jämförd kostnad per byggnad som ett projekt ska komma under för att väntas få stöd "
        "(kronor per byggnad). Antagande; sätt årets nivå.",
    )  # fmt: skip
    bara_med_hushall: bool = Field(
        default=True,
        description="Räkna bara adresser med hushåll som byggnader. Antagande på säkra sidan: underlaget, "
        "och därmed antalet som får prioriteras, blir hellre för litet än för stort.",
    )

    @model_validator(mode="after")
    def _deduction(self) -> PtsPrioritering:
        if self.avdrag_per_byggnad * self.max_byggnader_per_projekt >= 1:
            raise ValueError("avdrag_per_byggnad gånger max_byggnader_per_projekt ska vara mindre än 1")
        return self


class Bakgrundskarta(Part):
    """A background map for the published map. Off unless configured, and then until the reader asks for it."""

    url: str = Field(
        default="",
        description="Kartrutor i Web Mercator: en https-adress med {z}, {x} och {y}. Tomt: ingen bakgrundskarta. "
        "Även ifylld hämtas inget förrän läsaren har kryssat för den; värden får då läsarens IP-adress.",
    )
    kredit: str = Field(
        default="", description="Upphov och licens, visas i kartan: «© Lantmäteriet», till exempel."
    )

    @model_validator(mode="after")
    def _whole(self) -> Bakgrundskarta:
        if not self.url:
            return self
        parts = urlsplit(self.url)
        if (
            parts.scheme != "https" or not re.fullmatch(r"[a-z0-9.-]+(:\d+)?", parts.netloc)
            or not all(part in self.url for part in ("{z}", "{x}", "{y}")) or re.search(r"[\s;,'\"<>]", self.url)
        ):  # fmt: skip
            raise ValueError(
                "url ska vara en https-adress med {z}, {x} och {y}, till exempel "
                f"https://kartor.example.org/{{z}}/{{x}}/{{y}}.png, men är {self.url}"
            )
        if not self.kredit.strip():
            raise ValueError("kredit ska anges när url är ifylld: den som gör kartan vill stå i den")
        return self

    @property
    def host(self) -> str:
        """The only address the page may then ask for pictures: scheme and host, as a policy names them."""
        return f"https://{urlsplit(self.url).netloc}" if self.url else ""


class Publicering(Part):
    """What is published, by whom, and how small counts are hidden."""

    undertryckningsgrans: int = Field(
        default=5, ge=2, description="Antal under detta publiceras aldrig; de visas som ett band från 1."
    )
    bandgranser: tuple[int, ...] = Field(
        default=(5, 10, 20, 50, 100, 200, 500),
        description="Undre gränser för banden efter det första (1 till undertryckningsgränsen); alla jämnt delbara med "
        "undertryckningsgränsen.",
    )
    minst_adresser_i_ruta: int = Field(
        default=1, ge=1, le=1000,
        description="Rutor med färre adresser visas bara sammanslagna: tillsammans med de andra sådana i rutan om "
        "500 m, annars 1 km, annars inte alls. 1: varje ruta för sig. Avvägningen: docs/informationsklassning.md.",
    )  # fmt: skip
    utskrift_troskel_mbit: Literal[30, 100, 1000] = Field(
        default=100, description="Tröskel (Mbit/s ned) på kommunernas kartor för utskrift."
    )
    titel: str = Field(default="Bredbandstäckning i 250 m-rutor", description="Kartans titel.")
    utgivare: str = Field(description="Organisationen som ger ut produkterna.")
    organisationsnummer: str = Field(
        default="",
        pattern=r"^(SE\d{10})?$",
        description="Utgivarens organisationsnummer (SE och tio siffror).",
    )
    kontakt_epost: str = Field(description="Adress för frågor och felrapporter.")
    bas_url: str = Field(description="Bas för beständiga IRI:er i katalogen.")
    utgivartyp: Literal["NationalAuthority", "RegionalAuthority", "LocalAuthority"] = Field(
        default="RegionalAuthority", description="Utgivarens typ i katalogen (ADMS publisher type)."
    )
    telefon: str = Field(
        default="",
        pattern=r"^(\+[1-9][0-9]{6,14})?$",
        description="Telefon för frågor, som +46… utan mellanslag.",
    )
    utgiven: str = Field(
        default="", pattern=r"^(\d{4}-\d{2}-\d{2})?$",
        description="Dag då datamängderna först gavs ut (åååå-mm-dd). Tomt: indatas senaste datum.",
    )  # fmt: skip
    uppdateringsfrekvens: Literal["ANNUAL", "ANNUAL_2", "QUARTERLY", "MONTHLY", "IRREG"] = Field(
        default="ANNUAL", description="Hur ofta en ny utgåva ges ut (EU:s kodlista frequency)."
    )
    teman: tuple[Annotated[str, Field(pattern=r"^[A-Z]{4}$")], ...] = Field(
        default=("TECH", "REGI"),
        min_length=1,
        description="Kategorier i katalogen (EU:s kodlista data-theme).",
    )
    nyckelord: tuple[str, ...] = Field(
        default=("bredband", "fiber", "täckning", "hushåll", "bredbandsutbyggnad"), min_length=1,
        description="Nyckelord i katalogen, på svenska.",
    )  # fmt: skip
    plats_iri: str = Field(
        default="", description="Länets IRI hos GeoNames. Tomt: bara NUTS-kod och omskrivande rektangel."
    )
    hvd_kategori: str = Field(
        default="",
        description="IRI för kategori av särskilt värdefull datamängd, (EU) 2023/138. Tomt: är ingen sådan.",
    )
    bakgrundskarta: Bakgrundskarta = Field(
        default=Bakgrundskarta(),
        description="Bakgrundskarta i den publicerade kartan, av den som utgivaren väljer.",
    )

    @model_validator(mode="after")
    def _address(self) -> Publicering:
        parts = urlsplit(self.bas_url)
        if (
            parts.scheme not in ("http", "https") or "." not in (parts.hostname or "")
            or parts.query or parts.fragment or quote(self.bas_url, safe=":/%~") != self.bas_url
        ):  # fmt: skip
            raise ValueError(
                "bas_url ska vara en beständig webbadress som andra når, utan mellanslag, ? och #, till exempel "
                f"https://data.example.org/bredband, men är {self.bas_url}"
            )
        return self

    @model_validator(mode="after")
    def _bands(self) -> Publicering:
        limits = self.bandgranser
        if list(limits) != sorted(set(limits)) or not limits or limits[0] != self.undertryckningsgrans:
            raise ValueError(
                "bandgranser ska stiga och börja med undertryckningsgrans "
                f"({self.undertryckningsgrans}), men är {list(limits)}"
            )
        uneven = [x for x in limits if x % self.undertryckningsgrans]
        if uneven:
            raise ValueError(
                f"bandgranser ska vara jämnt delbara med undertryckningsgrans ({self.undertryckningsgrans}), annars "
                f"kan band och avrundade summor tillsammans ringa in små antal, men {uneven} är det inte"
            )
        return self


class Kontroll(Part):
    """Tolerances of the checks against published figures."""

    landareal_pct: float = Field(
        default=5, gt=0, description="Varning när en kommuns land avviker mer från den officiella arealen."
    )
    avvikelse_pe: float = Field(
        default=0.5, gt=0, description="Avvikelse mot PTS (procentenheter) som flaggas i produkterna."
    )
    avvikelse_befolkning_pe: float = Field(
        default=1.5, gt=0,
        description="Avvikelse mot andelar av befolkningen (procentenheter) som flaggas: vi har PTS:s andelar av "
        "hushållen som riktvärde. Antagande.",
    )  # fmt: skip
    pts_hushall_pct: float = Field(
        default=0.01, gt=0, description="Avvikelse mot PTS:s antal hushåll (procent) som flaggas: avrundning."
    )
    hushall_pct: float = Field(
        default=5, gt=0, description="Avvikelse mot SCB:s antal hushåll (procent) som flaggas. Antagande."
    )
    folkmangd_pct: float = Field(
        default=2, gt=0,
        description="Avvikelse mot SCB:s folkmängd per kommun (procent) som flaggas: störning och gränsrutor. "
        "Antagande.",
    )  # fmt: skip
    publicerade_fil: str = Field(
        default="",
        description="CSV med publicerade andelar att stämma av mot (ar_1_oktober, omrade_namn, omradestyp, matt, "
        "andel_pct, kalla), relativt denna fil. Tomt: ingen.",
    )


class Demo(Part):
    """The embedded demo region: its size and where its localities lie. Nothing of it is real."""

    fro: int = Field(default=20251001, description="Slumpfrö; samma frö ger samma demoregion.")
    ar: int = Field(default=2025, description="Statistikår i demoregionens filer.")
    adresser: int = Field(gt=0, description="Antal gällande adresser.")
    befolkning: int = Field(gt=0, description="Antal invånare.")
    hushall: int = Field(gt=0, description="Antal hushåll.")
    orter_fil: str = Field(description="CSV med orter (namn, lat, lon, folkmangd), relativt denna fil.")
    kalibrering_fil: str = Field(
        default="",
        description="CSV med publicerade PTS-andelar som demoregionen kalibreras mot, relativt denna fil. Tomt: "
        "andelarna hittas på.",
    )


class Region(Part):
    """The whole configuration of one region."""

    lan: Lan = Field(description="Länet.")
    klassning: Klassning = Field(default=Klassning(), description="Tätbebyggt och glesbebyggt.")
    pts: Pts = Field(default=Pts(), description="PTS:s arbetsböcker.")
    scb: Scb = Field(default=Scb(), description="SCB:s rutnät.")
    evidens: Evidens = Field(default=Evidens(), description="Täckningsuppgifter under `tackning/`.")
    modell: Modell = Field(default=Modell(), description="Täckning där inga uppgifter avgör.")
    brist: Brist = Field(default=Brist(), description="Bristområden.")
    kostnad: Kostnad = Field(default=Kostnad(), description="Vad det kostar att bygga ett bristområde.")
    prioritering: Prioritering = Field(default=Prioritering(), description="Ordningen att bygga i.")
    planering: Planering = Field(default=Planering(), description="Förval för `make plan`.")
    mal: Mal = Field(default=Mal(), description="Mål att mäta mot.")
    pts_prioritering: PtsPrioritering = Field(
        default=PtsPrioritering(), description="PTS:s regionala prioritering i bredbandsstödet."
    )
    publicering: Publicering = Field(description="Publicering och skydd av små antal.")
    tillganglighet: Tillganglighet = Field(
        default=Tillganglighet(), description="Tillgänglighetsredogörelsen, `maps/tillganglighet.html`."
    )
    kontroll: Kontroll = Field(default=Kontroll(), description="Toleranser i avstämningen.")
    framskrivning: Framskrivning = Field(
        default=Framskrivning(), description="Framskrivning av de publicerade serierna mot målen."
    )
    hamta: Hamta = Field(default=Hamta(), description="Varifrån `make fetch` hämtar utgivarnas filer.")
    demo: Demo = Field(description="Den inbyggda demoregionen.")

    @property
    def riket(self) -> bool:
        """Whether the region is the whole country: PTS's rows about riket are then about it."""
        return self.lan.kod == RIKET

    @property
    def kommunkoder(self) -> tuple[str, ...]:
        """The kommun codes in the order of the file."""
        return tuple(k.kod for k in self.lan.kommuner)

    @property
    def kommunnamn(self) -> dict[str, str]:
        """Kommun name by code."""
        return {k.kod: k.namn for k in self.lan.kommuner}


def load_region(path: Path) -> Region:
    """Read and validate a region's TOML file.

    Raises
    ------
    DataError
        When the file is missing, is not TOML, or breaks the schema; each fault is named in Swedish.
    """
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(
            "Konfigurationsfilen finns inte.", file=path,
            action="Ange en annan fil med CONFIG=config/<region>.toml.",
        ) from None  # fmt: skip
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise DataError(
            "Konfigurationsfilen går inte att läsa som TOML.", file=path, found=str(e),
            action="Rätta filen; docs/konfiguration.md beskriver varje nyckel.",
        ) from None  # fmt: skip
    try:
        return Region.model_validate(body)
    except ValidationError as e:
        raise DataError(
            "Konfigurationen följer inte schemat.",
            file=path,
            details=[_told(x["loc"], x["type"], x["msg"]) for x in e.errors()],
            action="Rätta nycklarna ovan; docs/konfiguration.md beskriver var och en.",
        ) from None


_TOLD = {
    "missing": "nyckeln saknas",
    "extra_forbidden": "okänd nyckel",
    "string_type": "ska vara text",
    "int_type": "ska vara ett heltal",
    "float_type": "ska vara ett tal",
    "int_parsing": "ska vara ett heltal",
    "float_parsing": "ska vara ett tal",
    "bool_type": "ska vara true eller false",
}


def _told(where: tuple[int | str, ...], kind: str, message: str) -> str:
    return f"{'.'.join(map(str, where))}: {_TOLD.get(kind, message)}"
