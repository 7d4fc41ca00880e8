"""Contracts of goals, reconciliation and PTS's regional priority: what the planner's workbook is made of."""

from __future__ import annotations

from dataclasses import replace

from pipelines.config.region import CLASSES
from pipelines.tables.contracts import (
    ADRESS_ID,
    KOMMUNKOD,
    KOMMUNNAMN,
    LAND_HA,
    OMRADESTYP,
    RUTID_SCB,
    UNDERLAG_COLUMN,
    Basis,
    Column,
    Table,
    counts,
)
from pipelines.tables.gap_tables import BRISTOMRADE_ID, MATT, MODELLERAD, PRIORITET, TROSKEL

UNITS = ("hushall", "arbetsstallen")
AREA_LEVELS = ("riket", "lan", "delregion", "kommun")
KNOWN = ("publicerad", "beraknad", "uppmatt", "modellerad", "blandad")
REASONS = ("prioriteras", "under_taket", "over_taket", "ryms_inte", "kostnad_okand")

_NIVA = Column("niva", "text", "Nivå", "riket, lan, delregion eller kommun.", klass="oppen", values=AREA_LEVELS)
_KOD = Column(
    "kod", "text", "Kod", "Läns- eller kommunkod, 00 för riket; delregionens namn för en delregion.", klass="oppen"
)
_NAMN = Column("namn", "text", "Namn", klass="oppen")
_TYP = replace(OMRADESTYP, values=("totalt", *CLASSES), description="totalt, tatbebyggt eller glesbebyggt.")
_HUSHALL = counts("band")[2]


def _pct(name: str, alias: str, description: str, basis: Basis, unit: str = "%") -> Column:
    bounds: tuple[float | None, float | None] = (0.0, 100.0) if unit == "%" else (None, None)
    return Column(name, "decimal", f"{alias} ({unit})", description, unit, basis, "oppen", True, bounds[0], bounds[1])


MAL = Table(
    "mal",
    "Mål",
    "Varje mål mot riket, länet, delregionerna och kommunerna: våra tal (kalla = egen) och PTS:s egna (kalla = pts) "
    "på skilda rader. Arbetsställen finns bara som PTS publicerar dem; vi modellerar dem inte. Andelarna gäller "
    "nedladdning; VGR:s mål är symmetriska, men PTS mäter inte uppladdning.",
    (
        Column("mal_nr", "heltal", "Mål nr", "Ordningen i konfigurationen.", klass="oppen", low=1),
        Column("mal", "text", "Mål", "Målets namn i konfigurationen, [mal].", klass="oppen"),
        _pct("mal_pct", "Målnivå", "Andel som ska nås, enligt konfigurationen.", "publicerad"),
        TROSKEL,
        MATT,
        Column("mal_matt", "ja_nej", "Målets mått", "Ja när måttet är det som målet är skrivet i.", klass="oppen"),
        _NIVA,
        _KOD,
        _NAMN,
        Column(
            "delregion",
            "text",
            "Delregion",
            "Kommunens delregion; tomt för riket och länet.",
            klass="oppen",
            nullable=True,
        ),
        _TYP,
        Column("bas", "text", "Bas", "hushall eller arbetsstallen.", klass="oppen", values=UNITS),
        Column(
            "kalla",
            "text",
            "Källa",
            "egen: den här analysen. pts: PTS:s tabellbilagor.",
            klass="oppen",
            values=("egen", "pts"),
        ),
        Column(
            "kand_genom",
            "text",
            "Känd genom",
            "publicerad: PTS:s tal som det står. beraknad: ur PTS:s tal (delregioner är kommunerna vägda med "
            "antal; utan tabellbilagan hastighet är andelen en undre gräns ur teknik). uppmatt, modellerad, "
            "blandad: våra tal, efter om täckningsuppgifter eller statistik avgör.",
            klass="oppen",
            values=KNOWN,
        ),
        Column(
            "pts_kalla",
            "text",
            "PTS-tabell",
            "hastighet eller teknik; tomt på våra rader och där andelen saknas.",
            klass="oppen",
            values=("", "hastighet", "teknik"),
        ),
        Column(
            "antal", "decimal", "Antal", "Alla hushåll eller arbetsställen.", "antal", "publicerad", "band", True, low=0
        ),
        Column(
            "antal_utan",
            "decimal",
            "Antal utan",
            "Väntat antal utan; för PTS antal × (1 − andel).",
            "antal",
            "raden",
            "band",
            True,
            low=0,
        ),
        _pct("andel_pct", "Andel", "Tomt där antalet är 0 eller andelen saknas.", "raden"),
        _pct("skillnad_mal_pe", "Skillnad mot målet", "Andel minus målnivå.", "raden", "procentenheter"),
        Column(
            "antal_saknas",
            "decimal",
            "Saknas till målet",
            "Hur många fler som behöver nås; 0 när målet är nått.",
            "antal",
            "raden",
            "band",
            True,
            low=0,
        ),
        Column(
            "uppnatt",
            "text",
            "Uppnått",
            "ja, nej, eller saknas där andelen saknas.",
            klass="oppen",
            values=("ja", "nej", "saknas"),
        ),
        Column(
            "rang",
            "heltal",
            "Rang",
            "1 = högst andel, bland kommunerna eller delregionerna; länets (bara PTS:s rad) bland alla län i samma "
            "arbetsbok. Lika andel delar rang. Tomt där det inte finns något att jämföra med.",
            "",
            "raden",
            "oppen",
            True,
            1,
        ),
        Column("rang_av", "heltal", "Rang av", "Hur många som jämförs.", "", "raden", "oppen", True, 1),
        _pct("skillnad_lan_pe", "Skillnad mot länet", "Mot länets andel av samma källa.", "raden", "procentenheter"),
        _pct(
            "skillnad_riket_pe",
            "Skillnad mot riket",
            "Mot PTS:s tal för riket, också på våra rader.",
            "raden",
            "procentenheter",
        ),
        _pct(
            "uppgifter_pct",
            "Avgjort av täckningsuppgifter",
            "Andel av hushållen där uppgifter och inte statistik avgör. Bara våra rader.",
            "beraknad",
        ),
        replace(LAND_HA, nullable=True, description="Allt land. Bara våra rader."),
        _pct(
            "yta_utan_pct",
            "Yta utan",
            "Land i rutor med adresser, vägt med andelen adresser utan, delat med allt "
            "land. De tre delarna är 100 % och läses ihop. Bara våra rader.",
            "blandad",
        ),
        _pct("yta_tackt_pct", "Yta täckt", "Som yta utan, vägt med andelen adresser med.", "blandad"),
        _pct("yta_obebodd_pct", "Yta utan adresser", "Land i rutor utan adresser, delat med allt land.", "beraknad"),
        Column(
            "adresser_utan_boende",
            "heltal",
            "Adresser utan boende",
            "Adresser utan folk och hushåll (fritidshus, "
            "arbetsställen). Ingår inte i andelarna av hushållen. Bara våra rader.",
            "antal",
            "modellerad",
            "band",
            True,
            0,
        ),
        Column(
            "utan_boende_utan",
            "decimal",
            "Adresser utan boende, utan",
            "Väntat antal av dem utan täckning.",
            "antal",
            "blandad",
            "band",
            True,
            0,
        ),
        _pct(
            "mobil_yta_pct",
            "Mobil yttäckning",
            "PTS:s andel av ytan med mobil täckning, visas bredvid och blandas "
            "aldrig med fast. Bara totalt; PTS har inga delregioner.",
            "publicerad",
        ),
        Column(
            "mobil_olikhet",
            "text",
            "Mobil: olikhet",
            "> eller < när PTS:s tal är en gräns.",
            "",
            "publicerad",
            "oppen",
            values=("", ">", "<"),
        ),
        Column(
            "mobil_matt",
            "text",
            "Mobil: mått",
            "PTS:s rubrik, och år. Snabbaste mått som inte är över tröskeln.",
            "",
            "publicerad",
            "oppen",
            True,
        ),
    ),
    key=("mal_nr", "matt", "niva", "kod", "omradestyp", "bas", "kalla"),
)

AVSTAMNING = Table(
    "avstamning",
    "Avstämning",
    "Våra andelar av hushållen bredvid PTS:s, per kommun och områdestyp, och varifrån PTS:s tal kommer.",
    (
        replace(_NIVA, values=("lan", "kommun"), description="lan eller kommun."),
        _KOD,
        _NAMN,
        _TYP,
        TROSKEL,
        MATT,
        replace(_HUSHALL, description="Hushåll i analysen."),
        _pct("andel_pct", "Vår andel", "Tomt utan hushåll.", "blandad"),
        _pct(
            "pts_andel_pct",
            "PTS andel",
            "Riktvärdet: PTS:s andel, lyft till närmaste högre tröskel där den faller.",
            "publicerad",
        ),
        _pct(
            "pts_andel_ovre_pct",
            "PTS andel, övre gräns",
            "Skild från andelen bara när den är härledd ur teknik.",
            "publicerad",
        ),
        Column(
            "pts_kalla",
            "text",
            "PTS-källa",
            "hastighet, kolada, teknik eller saknas.",
            klass="oppen",
            values=("hastighet", "kolada", "teknik", "saknas"),
        ),
        _pct("avvikelse_pe", "Avvikelse", "Vår andel minus PTS:s.", "beraknad", "procentenheter"),
        Column(
            "avvikelse_hushall",
            "decimal",
            "Avvikelse (hushåll)",
            "Avvikelsen gånger våra hushåll.",
            "antal",
            "beraknad",
            "band",
            True,
        ),
        Column(
            "flaggad",
            "ja_nej",
            "Över toleransen",
            "Ja när avvikelsen är större än kontroll.avvikelse_pe, åt "
            "något håll: täckningsuppgifterna säger annat än PTS.",
            "",
            "beraknad",
            "oppen",
        ),
    ),
    key=("niva", "kod", "omradestyp", "troskel_mbit", "matt"),
)

_PROJEKT = replace(BRISTOMRADE_ID, alias="Projekt (bristområde)", description="Ett projekt är ett bristområde.")
PRIORITERING_PTS = Table(
    "prioritering_pts",
    "Prioritering PTS",
    "Stödberättigade adresser i de projekt som prioriteringen för under kostnadstaket. «ja» är förslaget; övriga är "
    "reserver. Byt ja mot nej fritt inom ett projekt: den jämförda kostnaden beror på antalet, inte på vilka.",
    (
        Column("prioriterad", "text", "Prioriterad", "ja eller nej: ändra här.", "", "beraknad", values=("ja", "nej")),
        _PROJEKT,
        Column(
            "ordning",
            "heltal",
            "Ordning i projektet",
            "Flest väntade hushåll utan först, sedan adress-id.",
            "",
            "beraknad",
            low=1,
        ),
        ADRESS_ID,
        KOMMUNKOD,
        KOMMUNNAMN,
        RUTID_SCB,
        Column("e_m", "decimal", "E, SWEREF 99 TM (m)", "", "m", "uppmatt"),
        Column("n_m", "decimal", "N, SWEREF 99 TM (m)", "", "m", "uppmatt"),
        OMRADESTYP,
        Column(
            "ortstyp",
            "text",
            "Ortstyp",
            "Enligt SCB; okand utan tätortspolygoner.",
            "",
            "uppmatt",
            values=("smaort", "utanfor", "okand"),
        ),
        replace(_HUSHALL, klass="intern"),
        Column(
            "sannolikhet_utan",
            "decimal",
            "Sannolikhet att täckning saknas",
            "1 eller 0 där uppgifter avgör, annars modellerad eller en andel av rutan.",
            "0–1",
            "blandad",
            low=0,
            high=1,
        ),
        replace(
            UNDERLAG_COLUMN,
            klass="intern",
            description="Vad bedömningen bygger på. statistik = modellerad: "
            "kontrollera adressen innan den prioriteras.",
        ),
        Column(
            "regelar", "heltal", "Regler från år", "Kontrollera årets regler innan listan används.", "", "publicerad"
        ),
    ),
    key=("adress_id",),
)
PTS_PROJEKT = Table(
    "pts_projekt",
    "Projekt PTS",
    "Bristområden med stödberättigade adresser: vad som krävs för att komma under kostnadstaket, och varför de valts "
    "eller inte.",
    (
        _PROJEKT,
        replace(KOMMUNKOD, klass="intern"),
        KOMMUNNAMN,
        replace(PRIORITET, nullable=False, description="Bristområdets prioritet."),
        MODELLERAD,
        Column(
            "stodberattigade",
            "heltal",
            "Stödberättigade adresser",
            "Utanför tätort, under hastigheten, inte planerade. En adress står för en byggnad.",
            "antal",
            "blandad",
            low=1,
        ),
        Column(
            "varav_modellerade", "heltal", "varav modellerade", "Där statistik avgör.", "antal", "modellerad", low=0
        ),
        Column(
            "hushall_utan",
            "decimal",
            "Hushåll utan",
            "Väntat antal på de stödberättigade adresserna.",
            "antal",
            "blandad",
            low=0,
        ),
        Column(
            "kostnad_per_byggnad_sek",
            "decimal",
            "Kostnad per byggnad (kr)",
            "Områdets kostnad delad med adresserna som ansluts.",
            "kr",
            "antagen",
            nullable=True,
            low=0,
        ),
        Column(
            "behov",
            "heltal",
            "Behöver prioriteras",
            "Minsta antal som för den jämförda kostnaden till taket; tomt när inget tillåtet antal räcker.",
            "antal",
            "antagen",
            nullable=True,
            low=0,
        ),
        Column("prioriterade", "heltal", "Prioriteras", "Antal i förslaget.", "antal", "beraknad", low=0),
        Column(
            "jamford_kostnad_sek",
            "decimal",
            "Jämförd kostnad (kr)",
            "Kostnad per byggnad efter avdraget.",
            "kr",
            "antagen",
            nullable=True,
            low=0,
        ),
        Column(
            "skal",
            "text",
            "Skäl",
            "prioriteras; under_taket (behövs inte); over_taket (inget antal räcker); "
            "ryms_inte (inom andelen); kostnad_okand.",
            "",
            "beraknad",
            values=REASONS,
        ),
    ),
    key=("bristomrade_id",),
)
