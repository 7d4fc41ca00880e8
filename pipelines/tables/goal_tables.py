"""Contracts of goals, reconciliation and PTS's regional priority: what the planner's workbook is made of."""

from __future__ import annotations

from pipelines.tables import code_lists
from pipelines.tables.contracts import Table
from pipelines.tables.fields import COUNTY_OR_KOMMUN, WHOLE_OR_TYPE, field, fields

_CODE = field(
    "kod",
    pattern="",
    alias="Kod",
    description="Läns- eller kommunkod, 00 för riket; delregionens namn för en delregion.",
)
_NAME = field("namn", klass="intern", alias="Projektets namn", description="Som i tabellen projekt.")

MAL = Table(
    "mal",
    "Mål",
    "Varje mål mot riket, länet, delregionerna och kommunerna: våra tal (kalla = egen) och PTS:s egna (kalla = "
    "pts) på skilda rader. Arbetsställen finns bara som PTS publicerar dem, fritidshus bara som våra väntade "
    "antal. Andelarna gäller nedladdning; VGR:s mål är symmetriska, men PTS mäter inte uppladdning.",
    fields(
        "mal_nr mal mal_pct troskel_mbit matt mal_matt",
        field("niva", klass="oppen", values=code_lists.AREA_LEVELS, description="riket, lan, delregion eller kommun."),
        _CODE,
        "namn delregion",
        WHOLE_OR_TYPE,
        field("bas", klass="oppen", description="hushall, arbetsstallen eller fritidshus."),
        field(
            "kalla",
            klass="oppen",
            values=("egen", "pts"),
            description="egen: den här analysen. pts: PTS:s tabellbilagor.",
        ),
        "kand_genom pts_kalla",
        field(
            "antal",
            kind="decimal",
            unit="antal",
            basis="raden",
            klass="band",
            nullable=True,
            alias="Antal",
            description="Alla hushåll, arbetsställen eller fritidshus: de två första är PTS:s antal, fritidshusen "
            "modellerade och tomma där inga byggnader är kända.",
        ),
        "antal_utan",
        field(
            "andel_pct",
            basis="raden",
            klass="oppen",
            alias="Andel (%)",
            description="Tomt där antalet är 0 eller andelen saknas.",
        ),
        "skillnad_mal_pe antal_saknas uppnatt rang rang_av skillnad_lan_pe skillnad_riket_pe uppgifter_pct",
        field("land_ha", nullable=True, description="Allt land. Bara våra rader."),
        "yta_utan_pct yta_tackt_pct yta_obebodd_pct adresser_utan_boende utan_boende_utan mobil_yta_pct",
        "mobil_olikhet mobil_matt",
    ),
    key=("mal_nr", "matt", "niva", "kod", "omradestyp", "bas", "kalla"),
)
AVSTAMNING = Table(
    "avstamning",
    "Avstämning",
    "Våra andelar av hushållen bredvid PTS:s, per kommun och områdestyp, och varifrån PTS:s tal kommer.",
    fields(
        COUNTY_OR_KOMMUN,
        _CODE,
        "namn",
        WHOLE_OR_TYPE,
        "troskel_mbit matt",
        field("hushall", klass="band", description="Hushåll i analysen."),
        field("andel_pct", klass="oppen", alias="Vår andel (%)", description="Tomt utan hushåll."),
        "pts_andel_pct pts_andel_ovre_pct",
        field(
            "pts_kalla",
            values=code_lists.PTS_SOURCES,
            alias="PTS-källa",
            description="hastighet, kolada, teknik eller saknas.",
        ),
        "avvikelse_pe avvikelse_hushall flaggad avvikelse_orsak",
    ),
    key=("niva", "kod", "omradestyp", "troskel_mbit", "matt"),
)
PRIORITERING_PTS = Table(
    "prioritering_pts",
    "Prioritering PTS",
    "Stödberättigade byggnader i de projekt som prioriteringen för under kostnadstaket. «ja» är förslaget; "
    "övriga är reserver. Byt ja mot nej fritt inom ett projekt: det jämförda stödet beror på antalet, inte "
    "på vilka.",
    fields(
        "prioriterad",
        "projekt_id",
        _NAME,
        field("prioritet", nullable=False, description="Projektets prioritet."),
        "ordning byggnad_id adress_id kommunkod kommunnamn rutid_scb",
        field("e_m", basis="uppmatt", nullable=False, alias="E, SWEREF 99 TM (m)"),
        field("n_m", basis="uppmatt", nullable=False, alias="N, SWEREF 99 TM (m)"),
        "omradestyp",
        field(
            "ortstyp",
            basis="uppmatt",
            values=("smaort", "utanfor", "okand"),
            description="Enligt SCB; okand utan tätortspolygoner.",
        ),
        "hushall sannolikhet_utan",
        field(
            "underlag",
            klass="intern",
            description="Vad bedömningen bygger på. statistik = modellerad: kontrollera adressen innan den "
            "prioriteras.",
        ),
        "kostnad_per_byggnad_sek jamford_kostnad_sek regelar",
    ),
    key=("adress_id", "byggnad_id"),
)
PTS_INLAMNING = Table(
    "pts_prioritering",
    "PTS-prioritering att lämna in",
    "De byggnader som förslaget prioriterar: raderna med ja i Prioritering PTS, med skälet.",
    fields(
        "byggnad_id adress_id",
        field("e_m", basis="uppmatt", nullable=False, alias="E, SWEREF 99 TM (m)"),
        field("n_m", basis="uppmatt", nullable=False, alias="N, SWEREF 99 TM (m)"),
        "kommunkod kommunnamn",
        "projekt_id",
        _NAME,
        field("prioritet", nullable=False, description="Projektets prioritet."),
        "ordning kostnad_per_byggnad_sek jamford_kostnad_sek motivering regelar",
    ),
    key=("adress_id", "byggnad_id"),
)
PTS_PROJEKT = Table(
    "pts_projekt",
    "Projekt PTS",
    "Projekt med stödberättigade byggnader: vad som krävs för att komma under kostnadstaket, och varför de "
    "valts eller inte.",
    fields(
        "projekt_id",
        _NAME,
        field("kommunkod", klass="intern"),
        "kommunnamn",
        field("prioritet", nullable=False, description="Projektets prioritet."),
        "modellerad stodberattigade varav_modellerade",
        field(
            "hushall_utan",
            klass="intern",
            alias="Hushåll utan",
            description="Väntat antal i de stödberättigade byggnaderna.",
        ),
        "stod_till_tomtgrans_sek kostnad_per_byggnad_sek behov prioriterade jamford_kostnad_sek skal",
    ),
    key=("projekt_id",),
)
