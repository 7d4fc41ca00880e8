"""Kolada's answers, v2 and v3."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.utsatt import grids
from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Case, Collection, Figures, copy, json_body

KOLADA = Collection("kolada")
COLLECTIONS = [KOLADA]
PLAUSIBLE = "ett rimligt värde, som inget annat motsäger"


def values(
    name: str, *right: str, short: str = "kolada_v3", **more: Any
) -> Callable[[Callable[[Case, list[Any]], None]], None]:
    """Add a function that changes the list of values."""

    def put(do: Callable[[Case, list[Any]], None]) -> None:
        def change(case: Case) -> None:
            with json_body(case.path(short)) as held:
                do(case, held[0]["values"])

        KOLADA.add(name, change, *right, what=do.__doc__ or "", **more)

    return put


def ours(case: Case, entries: list[Any]) -> Any:
    """Return the inner value of one of the region's kommuner, by chance."""
    entry = case.random.choice([e for e in entries if e["municipality"] in ("9901", "9902")])
    case.say(f"{entry['kpi']} {entry['municipality']} {entry['period']}: {entry['values'][0]['value']}")
    return entry


for slip, value, right in (
    ("text", "okänt", (FEL,)),
    ("tal_som_text", "54.3", (FEL, SAMMA, RAKNAD)),
    ("negativ", -5, (FEL,)),
    ("over_hundra", 105, (FEL,)),
    ("orimlig", 1e12, (FEL,)),
    ("sant", True, (FEL,)),
    ("lista", [54.3], (FEL,)),
    ("objekt", {"v": 54.3}, (FEL,)),
    ("andel", 0.54, (FEL, RAKNAD, SAMMA)),
    ("nan", float("nan"), (FEL,)),
    ("oandlig", float("inf"), (FEL,)),
):
    for short in ("kolada_v3", "kolada_v2"):

        def _(case: Case, value: Any = value, short: str = short) -> None:
            with json_body(case.path(short)) as held:
                ours(case, held[0]["values"])["values"][0]["value"] = value

        KOLADA.add(f"{short}/varde_{slip}", _, *right, what=f"ett värde: {value!r}")


@values("varde_null", SAMMA, RAKNAD, ANDRAD, why="ett värde som Kolada inte har: serien saknar det året")
def _(case: Case, entries: list[Any]) -> None:
    """ett värde är null"""
    ours(case, entries)["values"][0]["value"] = None


@values(
    "borttaget_isdeleted",
    FEL,
    RAKNAD,
    ANDRAD,
    why="Kolada har tagit tillbaka värdet: serien saknar det året",
    figures=lambda a, b: lost_one(a, b),
)
def _(case: Case, entries: list[Any]) -> None:
    """ett värde märkt isdeleted: true"""
    ours(case, entries)["values"][0]["isdeleted"] = True


@values("alla_isdeleted", FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """alla värden märkta isdeleted: true"""
    for e in entries:
        e["values"][0]["isdeleted"] = True


@values("borttaget_och_nytt", SAMMA)
def _(case: Case, entries: list[Any]) -> None:
    """ett borttaget värde och det som gäller, i samma lista"""
    entry = ours(case, entries)
    entry["values"].insert(0, {**entry["values"][0], "value": 3.2, "isdeleted": True})


def lost_one(before: Figures, after: Figures) -> str:
    """Return what is wrong unless one value, and no more, is gone from the history."""
    a, b = len(before["historik"]["ar"]), len(after["historik"]["ar"])
    return "" if b == a - 1 else f"historiken har {b} rader, {a - 1} väntades"


@values("kon_k_m_t", SAMMA)
def _(case: Case, entries: list[Any]) -> None:
    """värden per kön, K och M före T"""
    for e in entries:
        e["values"] = [{**e["values"][0], "gender": g, "value": 1.0} for g in "KM"] + e["values"]


@values("bara_k", FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """bara värden för kvinnor"""
    for e in entries:
        e["values"][0]["gender"] = "K"


@values("utan_kon", SAMMA, FEL)
def _(case: Case, entries: list[Any]) -> None:
    """nyckeln gender saknas"""
    for e in entries:
        del e["values"][0]["gender"]


@values("tva_T", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """två olika T-värden för samma år"""
    entry = ours(case, entries)
    entry["values"].append({**entry["values"][0], "value": 11.0})


@values("samma_post_tva_ganger", SAMMA, RAKNAD)
def _(case: Case, entries: list[Any]) -> None:
    """en post två gånger"""
    entries.append(json.loads(json.dumps(ours(case, entries))))


@values("samma_post_andra_tal", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """en post två gånger med olika värden"""
    twice = json.loads(json.dumps(ours(case, entries)))
    twice["values"][0]["value"] += 3
    entries.append(twice)


@values("omkastade", SAMMA)
def _(case: Case, entries: list[Any]) -> None:
    """posterna omkastade"""
    case.random.shuffle(entries)


@values("alla_borta", FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """en tom lista av värden"""
    entries.clear()


@values("en_kommun_borta", FEL, RAKNAD)
def _(case: Case, entries: list[Any]) -> None:
    """en kommun saknas: bara en omgång av kommuner hämtad"""
    entries[:] = [e for e in entries if e["municipality"] != "9902"]


@values("andelar", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """alla värden delade med 100"""
    for e in entries:
        e["values"][0]["value"] = round(e["values"][0]["value"] / 100, 6)


@values("gånger_10", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """alla värden gånger 10"""
    for e in entries:
        e["values"][0]["value"] *= 10


@values("ett_ar_andelar", FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """ett års värden delade med 100"""
    for e in entries:
        if e["period"] == 2023:
            e["values"][0]["value"] = round(e["values"][0]["value"] / 100, 6)


@values("kommunkod_tal", SAMMA, FEL)
def _(case: Case, entries: list[Any]) -> None:
    """kommunkoder som tal"""
    for e in entries:
        e["municipality"] = int(e["municipality"]) if e["municipality"][0] != "0" else e["municipality"]


@values("kommunkod_tre_siffror", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """kommunkod utan inledande nolla"""
    ours(case, entries)["municipality"] = "990"


@values("kommunkod_tom", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """kommunkod tom"""
    ours(case, entries)["municipality"] = ""


@values("ar_text", SAMMA)
def _(case: Case, entries: list[Any]) -> None:
    """år som text"""
    for e in entries:
        e["period"] = str(e["period"])


@values("ar_manad", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """år med månad: 2024-10"""
    ours(case, entries)["period"] = "2024-10"


@values("ar_framtid", FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """ett värde för år 2099"""
    ours(case, entries)["period"] = 2099


@values("ar_forntid", FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """ett värde för år 1066"""
    ours(case, entries)["period"] = 1066


@values("annat_nyckeltal", FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """filen har ett annat nyckeltal"""
    for e in entries:
        e["kpi"] = "N12345"


@values("nyckeltal_gement", SAMMA, FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """nyckeltalets id med liten bokstav"""
    for e in entries:
        e["kpi"] = e["kpi"].lower()


@values(
    "nyckeltal_ombytta",
    ANDRAD,
    FEL,
    RAKNAD,
    short="kolada_v2",
    why="båda är rimliga andelar på var sin sida om totalen: inget i Koladas svar säger vilken som är vilken",
    figures=lambda a, b: "kommunernas tal är andra" if a["kommuner"] != b["kommuner"] else "",
)
def _(case: Case, entries: list[Any]) -> None:
    """tät och gles ombytta"""
    for e in entries:
        e["kpi"] = {"N07919": "N07920", "N07920": "N07919"}.get(e["kpi"], e["kpi"])


@values("nyckeltal_saknas", FEL, VARNAD)
def _(case: Case, entries: list[Any]) -> None:
    """posterna säger inte vilket nyckeltal"""
    for e in entries:
        del e["kpi"]


@values("en_post_null", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """en post är null"""
    entries[3] = None


@values("en_post_text", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """en post är en text"""
    entries[3] = "fel"


@values("inre_lista_tom", SAMMA, RAKNAD, ANDRAD, why="ett värde som Kolada inte har: serien saknar det året")
def _(case: Case, entries: list[Any]) -> None:
    """en post utan värden"""
    ours(case, entries)["values"] = []


@values("inre_null", FEL)
def _(case: Case, entries: list[Any]) -> None:
    """en posts värden är null"""
    ours(case, entries)["values"] = None


@values("extra_nycklar", SAMMA)
def _(case: Case, entries: list[Any]) -> None:
    """nycklar som ingen känner"""
    for e in entries:
        e["publ_date"] = "2025-03-01"
        e["values"][0]["note"] = {"a": [1, 2, 3]}


@values("status_missing", SAMMA, RAKNAD, ANDRAD, why="ett värde som Kolada säger saknas: serien saknar det året")
def _(case: Case, entries: list[Any]) -> None:
    """ett värde med status Missing och null"""
    ours(case, entries)["values"][0] |= {"status": "Missing", "value": None, "count": 0}


@values("rimligt_andrat", ANDRAD, why=PLAUSIBLE)
def _(case: Case, entries: list[Any]) -> None:
    """ett värde en halv punkt högre"""
    ours(case, entries)["values"][0]["value"] += 0.5


def body(name: str, *right: str, **more: Any) -> Callable[[Callable[[Any], Any]], None]:
    """Add a function from the whole body to what stands in its place."""

    def put(do: Callable[[Any], Any]) -> None:
        def change(case: Case) -> None:
            with json_body(case.path("kolada_v3")) as held:
                held[0] = do(held[0])

        KOLADA.add(name, change, *right, what=do.__doc__ or "", **more)

    return put


@body("sida_1_av_2", FEL, VARNAD)
def _(b: Any) -> Any:
    """sida 1 av 2: next_url finns"""
    url = "https://api.kolada.se/v3/data/kpi/N07900?page=2&per_page=8"
    return {**b, "values": b["values"][:8], "count": 8, "next_url": url}


@body("count_storre", FEL, VARNAD)
def _(b: Any) -> Any:
    """count säger fler poster än som finns"""
    return {**b, "values": b["values"][:8]}


@body("lista_av_sidor", SAMMA, FEL)
def _(b: Any) -> Any:
    """alla sidor som en lista av svar"""
    half = len(b["values"]) // 2
    return [{**b, "values": b["values"][:half]}, {**b, "values": b["values"][half:]}]


@body("bara_listan", SAMMA)
def _(b: Any) -> Any:
    """listan av poster utan omslag"""
    return b["values"]


@body("results_i_stallet", SAMMA)
def _(b: Any) -> Any:
    """v2 säger results"""
    return {"results": b["values"], "count": len(b["values"])}


@body("data_i_stallet", FEL)
def _(b: Any) -> Any:
    """nyckeln heter data"""
    return {"data": b["values"]}


@body("felsvar", FEL)
def _(b: Any) -> Any:
    """ett felsvar sparat"""
    return {"detail": "Not found"}


@body("tomt_objekt", FEL)
def _(b: Any) -> Any:
    """{}"""
    return {}


@body("null", FEL)
def _(b: Any) -> Any:
    """null"""
    return None


@body("ett_tal", FEL)
def _(b: Any) -> Any:
    """42"""
    return 42


@body("nyckeltalens_namn", FEL, VARNAD)
def _(b: Any) -> Any:
    """listan över nyckeltal, inte värden"""
    return {"values": [{"id": "N07900", "title": "Tillgång till bredband om minst 100 Mbit/s, andel (%)"}], "count": 1}


@body("djupt_nastlad", FEL)
def _(b: Any) -> Any:
    """hundra listor i varandra"""
    for _ in range(100):
        b = [b]
    return b


@KOLADA.case("nastlad_100000", FEL)
def _(case: Case) -> None:
    """hundra tusen hakparenteser"""
    case.path("kolada_v3").write_text("[" * 100_000)


@KOLADA.case("bom", SAMMA)
def _(case: Case) -> None:
    """UTF-8 med BOM"""
    path = case.path("kolada_v3")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())


@KOLADA.case("utf16", SAMMA, FEL)
def _(case: Case) -> None:
    """UTF-16"""
    path = case.path("kolada_v3")
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))


@KOLADA.case("ndjson", SAMMA, FEL)
def _(case: Case) -> None:
    """en post per rad"""
    path = case.path("kolada_v3")
    lines = [json.dumps(v) for v in json.loads(path.read_text(encoding="utf-8"))["values"]]
    path.write_text("\n".join(lines), encoding="utf-8")


@KOLADA.case("tva_svar_efter_varandra", FEL)
def _(case: Case) -> None:
    """två svar i samma fil"""
    path = case.path("kolada_v3")
    path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")


@KOLADA.case("dubblerad_nyckel", SAMMA, FEL)
def _(case: Case) -> None:
    """nyckeln values två gånger, den första tom"""
    path = case.path("kolada_v3")
    path.write_text('{"values": [], ' + path.read_text(encoding="utf-8")[1:], encoding="utf-8")


@KOLADA.case("komma_pa_slutet", SAMMA, FEL)
def _(case: Case) -> None:
    """ett komma för mycket"""
    path = case.path("kolada_v3")
    path.write_text(path.read_text(encoding="utf-8").replace("]}", "],}", 1), encoding="utf-8")


@KOLADA.case("enkla_citattecken", FEL)
def _(case: Case) -> None:
    """Pythons utskrift, inte JSON"""
    path = case.path("kolada_v3")
    path.write_text(repr(json.loads(path.read_text(encoding="utf-8"))), encoding="utf-8")


@KOLADA.case("kopia", SAMMA, RAKNAD)
def _(case: Case) -> None:
    """samma svar två gånger"""
    copy(case.path("kolada_v3"), case.path("kolada_v3").with_name("v3_N07900 (1).json"))


@KOLADA.case("aldre_hamtning_bredvid", FEL)
def _(case: Case) -> None:
    """en äldre hämtning med andra tal bredvid"""
    older = case.path("kolada_v3").with_name("v3_gammal.json")
    copy(case.path("kolada_v3"), older)
    with json_body(older) as held:
        held[0]["values"][5]["values"][0]["value"] -= 2


@KOLADA.case(
    "saknas",
    ANDRAD,
    FEL,
    RAKNAD,
    why="Kolada är frivilligt: serierna visas inte",
    figures=lambda a, b: "kommunernas tal är andra" if a["kommuner"] != b["kommuner"] else "",
)
def _(case: Case) -> None:
    """inga svar från Kolada"""
    case.path("kolada_v2").unlink()
    case.path("kolada_v3").unlink()


grids.damages(KOLADA, "kolada_v3", checksum=False, flips=1)
grids.damages(KOLADA, "kolada_v2", checksum=False, flips=1)
