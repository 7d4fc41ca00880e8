"""The configuration as a planner wrote it: read whatever the file may be, each fault told in Swedish, all at once."""

from __future__ import annotations

import difflib
import re
import stat
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from pipelines.core.errors import DataError, by_library, printable
from pipelines.core.redact import clean_url, redacted

LARGEST = 1 << 20
"""Bytes. All Sweden's 290 kommuner take 21 kB."""
DEEPEST = 8
"""Tables in tables; the model has four."""
MOST = 60
"""Faults told at a time."""
_DOTTED = re.compile(r"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')){12}")
_QUOTED = re.compile(r"(?:\"[^\"\n]*+\"|'[^'\n]*+')(?:[ \t]*+\.[ \t]*+(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')){12}")
"""A key of more parts than there are tables in tables: tomllib takes hours over one of a hundred thousand."""
_CORRECT = "Rätta filen; docs/konfiguration.md beskriver varje nyckel."


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a configuration file holds.

    Raises
    ------
    DataError
        When there is no such file, it is something else than a text file, or no TOML.
    """
    body = _bytes(path)
    text = _text(body, path)
    if _DOTTED.search(text) or _QUOTED.search(text):
        raise _too_deep(path)
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as e:
        raise _no_toml(path, e, text) from None
    except RecursionError:
        raise _too_deep(path) from None
    except ValueError as e:  # a whole number of thousands of digits
        raise _no_toml(path, e, "") from None
    if not _shallow(given):
        raise _too_deep(path)
    return given


def _bytes(path: Path) -> bytes:
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            raise _file_error("CONFIG är en mapp, inte en fil.", path)
        if not stat.S_ISREG(info.st_mode):
            raise _file_error("CONFIG är ingen vanlig fil (ett rör, en enhet eller en sockel).", path)
        if info.st_size > LARGEST:
            raise _file_error(
                "Konfigurationsfilen är orimligt stor.",
                path,
                expected=f"högst {LARGEST >> 10} kB",
                found=f"{info.st_size >> 10} kB",
            )
        with path.open("rb") as file:
            return file.read(LARGEST + 1)[:LARGEST]
    except FileNotFoundError:
        raise _file_error("Konfigurationsfilen finns inte.", path) from None
    except PermissionError:
        raise DataError(
            "Konfigurationsfilen får inte läsas: du saknar behörighet.",
            file=path,
            action="Ge dig själv läsrätt till filen och mapparna den ligger i, eller ange en annan med CONFIG=….",
        ) from None
    except (OSError, ValueError) as e:
        why = e.strerror if isinstance(e, OSError) and e.strerror else str(e)
        raise _file_error(
            "Konfigurationsfilen går inte att läsa.", path, found=by_library("fel", OSError(why))
        ) from None


def _file_error(problem: str, path: Path, expected: str | None = None, found: str | None = None) -> DataError:
    return DataError(
        problem,
        file=path,
        expected=expected or "en textfil (TOML), till exempel config/vastra-gotaland.toml",
        found=found,
        action="Ange en annan fil med CONFIG=config/<region>.toml.",
    )


def _text(body: bytes, path: Path) -> str:
    """Return the text; what an editor puts first to say that it is UTF-8 is no part of it."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _coding(path, "UTF-16")
    if b"\0" in body:
        raise _file_error("Konfigurationsfilen är ingen text.", path, found="en binär fil")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        raise _coding(
            path, f"en byte som inte är UTF-8 (0x{body[e.start]:02x})", body[: e.start].count(b"\n") + 1
        ) from None
    if not text.strip():
        raise _file_error("Konfigurationsfilen är tom.", path)
    return unicodedata.normalize("NFC", text)


def _coding(path: Path, found: str, row: int | None = None) -> DataError:
    return DataError(
        "Konfigurationsfilen har fel teckenkodning.",
        file=path,
        row=row,
        expected="UTF-8",
        found=found,
        action="Öppna filen i en textredigerare och spara den som UTF-8.",
    )


def _no_toml(path: Path, error: ValueError, text: str) -> DataError:
    said = re.sub(r"\s*\(at (?:line \d+, column \d+|end of document)\)$", "", str(error))
    where = re.search(r"at line (\d+), column (\d+)", str(error))
    key = text.split("\n")[int(where[1]) - 1].partition("=")[0] if where and text else ""
    other = "en nyckel med å, ä eller ö; nycklarna skrivs utan, till exempel bandgranser"
    what = "något som inte är TOML" if key.isascii() or '"' in key else other
    found = by_library(what, ValueError(redacted(said)))
    return DataError(
        "Konfigurationsfilen går inte att läsa som TOML.",
        file=path,
        row=where[1] if where else None,
        column=f"tecken {where[2]}" if where else None,
        expected='nyckel = värde, till exempel namn = "Ale"',
        found=found,
        action=_CORRECT,
    )


def _too_deep(path: Path) -> DataError:
    return DataError(
        "Konfigurationsfilen har tabeller eller listor i varandra i orimligt många led.",
        file=path,
        expected=f"högst {DEEPEST} led",
        action=_CORRECT,
    )


def _shallow(given: Any) -> bool:
    """Tell whether nothing lies too deep; without recursion, which what is too deep would break."""
    level = [given]
    for _ in range(DEEPEST + 1):
        level = [x for v in level for x in (v.values() if isinstance(v, dict) else v if isinstance(v, list) else ())]
        if not level:
            return True
    return False


def named_file(config: Path, name: str, key: str) -> Path:
    """Return a file that the configuration names beside itself.

    Raises
    ------
    DataError
        When it is not there, or is no file.
    """
    path = config.parent / name
    try:
        found = "ingen fil" if not path.exists() else "en mapp" if path.is_dir() else "ingen vanlig fil"
        whole = path.is_file()
    except OSError as e:
        found, whole = (by_library("ett namn som datorn inte tar emot", OSError(e.strerror or type(e).__name__)), False)
    if not whole:
        raise DataError(
            f"Filen som {key} anger finns inte.",
            file=path,
            expected="en fil (CSV) bredvid konfigurationen",
            found=found,
            action=f"Rätta {key} i konfigurationen {config.name}, eller lägg filen där.",
        )
    return path


# --- the schema's faults ---------------------------------------------------------------------------------


def broken(error: ValidationError, model: type[BaseModel], path: Path) -> DataError:
    """Return what to tell of a configuration that does not follow the schema: every fault, in the order of the file."""
    faults = [x for x in error.errors(include_url=False) if not _follows(x)]
    lines = [told(fault, model) for fault in faults[:MOST]]
    if len(faults) > MOST:
        lines.append(f"… och {len(faults) - MOST} fel till")
    return DataError(
        "Konfigurationen följer inte schemat.",
        file=path,
        details=lines,
        action="Rätta nycklarna ovan; docs/konfiguration.md beskriver var och en.",
    )


def _follows(fault: Mapping[str, Any]) -> bool:
    """Tell whether a list is too short only because entries of it, each told of by itself, are wrong."""
    given, limits = fault.get("input"), fault.get("ctx") or {}
    return fault["type"] == "too_short" and isinstance(given, tuple) and len(given) >= limits["min_length"]


def told(fault: Mapping[str, Any], model: type[BaseModel]) -> str:
    """Return one of pydantic's faults in Swedish: the key, what stands there, what is expected, an example."""
    where = tuple(fault["loc"])
    kind, given, limits = fault["type"], fault.get("input"), fault.get("ctx") or {}
    field, owner = _field(where, model)
    text = _TOLD[kind](given, limits) if kind in _TOLD else _other(fault)
    if kind == "extra_forbidden" and owner is not None:
        text += _nearest(str(where[-1]), list(owner.model_fields), model)
    if kind == "literal_error" and where[-1] == "[key]":
        known = re.findall(r"'([^']*)'", str(limits.get("expected")))
        text = "okänd nyckel" + (_nearest(str(where[-2]), known, model) or f"; väntat: {', '.join(known)}")
    example = "" if kind in ("extra_forbidden", "value_error", "literal_error") else _example(field)
    line = redacted(f"{_path(where)}: {text}{example}")
    return printable(line, 600)


def _field(where: tuple[int | str, ...], model: type[BaseModel]) -> tuple[FieldInfo | None, type[BaseModel] | None]:
    """Return the field a fault is in, and the part it belongs to."""
    field, owner, at = None, model, model
    for step in where:
        if isinstance(step, str) and at is not None and step in at.model_fields:
            field, owner = at.model_fields[step], at
            at = model_of(field.annotation)  # type: ignore[assignment]
        elif isinstance(step, str):
            owner, field = at, None
    return field, owner


def model_of(annotation: Any) -> type[BaseModel] | None:
    """Return the part of the configuration that a field holds, alone or in a list; None for a plain value."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for a in get_args(annotation) if (m := model_of(a)) is not None), None)


def _path(where: tuple[int | str, ...]) -> str:
    """Return where in the file, a list's entries counted from 1 as a person does."""
    out = ""
    for step in where:
        if isinstance(step, int):
            out += f" (nr {step + 1})"
        elif step != "[key]":
            out += ("." if out else "") + printable(clean_url(str(step)), 60)
    return out or "hela filen"


def _nearest(key: str, known: list[str], model: type[BaseModel]) -> str:
    near = difflib.get_close_matches(key[:100].casefold(), known, n=1, cutoff=0.6)
    if near:
        return f"; menas {near[0]}?"
    elsewhere = [f"{path}.{name}" if path else name for path, name in _keys(model) if name == key]
    return f"; den hör hemma i {elsewhere[0]}" if elsewhere else ""


def _keys(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        yield path, name
        if inner := model_of(field.annotation):
            yield from _keys(inner, f"{path}.{name}" if path else name)


def _example(field: FieldInfo | None) -> str:
    if field is None:
        return ""
    value = field.examples[0] if field.examples else field.default
    written = "" if field.is_required() and not field.examples else as_toml(value)
    return f"; till exempel {written}" if written and len(written) <= 160 else ""


def as_toml(value: Any) -> str:
    """Return a plain value as it is written in the file; empty for what has no short form.

    >>> as_toml(("fiber", "nr")), as_toml(True), as_toml(0.5)
    ('["fiber", "nr"]', 'true', '0.5')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"' if value else ""
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, tuple | list):
        parts = [as_toml(v) for v in value]
        return f"[{', '.join(parts)}]" if parts and all(parts) else ""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {as_toml(v)}" for k, v in value.items()) + " }"
    return ""


def _found(value: Any) -> str:
    """Return what stands there, in words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"texten «{printable(clean_url(value), 60)}»"
    if isinstance(value, int):
        return str(value) if abs(value) < 10**15 else "ett tal med orimligt många siffror"
    if isinstance(value, float):
        return str(value)
    if isinstance(value, list | tuple):
        return f"en lista med {len(value)} värden" if len(value) != 1 else "en lista med 1 värde"
    if isinstance(value, dict | BaseModel):
        return "en tabell"
    return "ett datum eller klockslag (skriv det inom citattecken)"


def _type(expected: str) -> Any:
    return lambda given, limits: f"ska vara {expected}, men är {_found(given)}"


def _limit(words: str, name: str) -> Any:
    return lambda given, limits: f"ska vara {words} {_number(limits[name])}, men är {_found(given)}"


def _number(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 else f"{int(value)}"


def _one_of(given: Any, limits: Mapping[str, Any]) -> str:
    allowed = str(limits["expected"]).replace(" or ", " eller ").replace("'", "")
    return f"ska vara {allowed}, men är {_found(given)}"


def _few(given: Any, limits: Mapping[str, Any]) -> str:
    if isinstance(given, str):
        return "får inte vara tom"
    return f"har {limits['actual_length']} värden; minst {limits['min_length']} krävs"


_WHOLE, _NUMBER = "ett heltal utan citattecken", "ett tal utan citattecken"
_TOLD: dict[str, Any] = {
    "missing": lambda given, limits: "nyckeln saknas",
    "extra_forbidden": lambda given, limits: "okänd nyckel",
    "string_type": _type("text inom citattecken"),
    "int_type": _type(_WHOLE),
    "int_parsing": _type(_WHOLE),
    "int_parsing_size": _type(_WHOLE),
    "int_from_float": _type(_WHOLE),
    "float_type": _type(_NUMBER),
    "float_parsing": _type(_NUMBER),
    "finite_number": _type("ett ändligt tal"),
    "bool_type": _type("true eller false"),
    "bool_parsing": _type("true eller false"),
    "tuple_type": _type("en lista inom hakparenteser"),
    "list_type": _type("en lista inom hakparenteser"),
    "dict_type": _type("en tabell med nyckel = värde"),
    "mapping_type": _type("en tabell med nyckel = värde"),
    "model_type": _type("en tabell med nyckel = värde"),
    "model_attributes_type": _type("en tabell med nyckel = värde"),
    "string_unicode": _type("text"),
    "greater_than": _limit("större än", "gt"),
    "greater_than_equal": _limit("minst", "ge"),
    "less_than": _limit("mindre än", "lt"),
    "less_than_equal": _limit("högst", "le"),
    "multiple_of": _limit("jämnt delbart med", "multiple_of"),
    "string_too_short": lambda given, limits: "får inte vara tom",
    "string_too_long": lambda given, limits: f"är för lång; högst {limits['max_length']} tecken",
    "string_pattern_mismatch": lambda given, limits: f"har fel form: {_found(given)}",
    "too_short": lambda given, limits: _few(given, limits),
    "too_long": lambda given, limits: f"har för många värden; högst {limits['max_length']} får stå där",
    "literal_error": _one_of,
    "value_error": lambda given, limits: str(limits["error"]),
}


def _other(fault: Mapping[str, Any]) -> str:
    return by_library(f"värdet godtas inte ({_found(fault.get('input'))})", ValueError(str(fault["msg"])))
