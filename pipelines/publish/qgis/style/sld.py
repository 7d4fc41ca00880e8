"""The same style as SLD 1.1 (OGC Symbology Encoding), made from its QML, for servers that do not read QGIS's.

Not said, because SLD has no words for it: column aliases, value maps, map tips, and labels from an expression
(labels from a column are there). Diagonal lines are GeoServer's well-known mark ``shape://slash``; the standard
names none. Widths are pixels of 0.28 mm, as the standard counts them.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

_MM_PER_PIXEL = 0.28
_FAR = 100_000_000.0
_NAMESPACES = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.1.0",
}
_TOKEN = re.compile(
    r"""\s*(?:(?P<column>"[^"]+")|(?P<text>'(?:[^']|'')*')|(?P<number>\d+(?:\.\d+)?)"""
    r"""|(?P<word>[A-Za-z]+)|(?P<sign><=|>=|<>|[<>=*+\-(),]))"""
)
_COMPARED = {
    "=": "PropertyIsEqualTo",
    "<>": "PropertyIsNotEqualTo",
    "<": "PropertyIsLessThan",
    ">": "PropertyIsGreaterThan",
    "<=": "PropertyIsLessThanOrEqualTo",
    ">=": "PropertyIsGreaterThanOrEqualTo",
}
_RECKONED = {"*": "ogc:Mul", "+": "ogc:Add", "-": "ogc:Sub"}


def of_qml(qml: str, layer: str, name: str) -> str:
    """Return a style as SLD; empty for a style that draws nothing.

    Parameters
    ----------
    qml : str
        A document of :func:`pipelines.publish.qgis.style.qml.document`.
    layer, name : str
        What the style is of, and what it is called.

    Raises
    ------
    ValueError
        When the style has a rule that SLD cannot say: a fault of the program, found when the style is made.
    """
    style = ET.fromstring(qml.split("\n", 1)[1])
    renderer = style.find("renderer-v2")
    if renderer is None:
        return ""
    root = ET.Element("StyledLayerDescriptor", _NAMESPACES)
    named = _in(root, "NamedLayer")
    _in(named, "se:Name", layer)
    user = _in(named, "UserStyle")
    _in(user, "se:Name", name)
    drawn = _in(user, "se:FeatureTypeStyle")
    scales = _layer_scales(style)
    for rule in _drawn(renderer):
        _append(drawn, rule, scales)
    for rule in _labelled(style):
        _append(drawn, rule, scales)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


class _Rule:
    """One rule: its label, conditions that all hold, smallest scale, symbolizers."""

    def __init__(self, label: str, where: list[ET.Element], far: float, symbols: list[ET.Element]) -> None:
        self.label, self.where, self.far, self.symbols = label, where, far, symbols


def _append(to: ET.Element, rule: _Rule, scales: tuple[float, float]) -> None:
    nearest, furthest = scales[0], min(scales[1], rule.far)
    out = _in(to, "se:Rule")
    if rule.label:
        _in(out, "se:Name", rule.label)
        _in(_in(out, "se:Description"), "se:Title", rule.label)
    if rule.where:
        _in(out, "ogc:Filter").append(_all(rule.where))
    if nearest:
        _in(out, "se:MinScaleDenominator", f"{nearest:g}")
    if furthest < _FAR:
        _in(out, "se:MaxScaleDenominator", f"{furthest:.0f}")
    out.extend(rule.symbols)


def _layer_scales(style: ET.Element) -> tuple[float, float]:
    if style.get("hasScaleBasedVisibilityFlag") != "1":
        return 0.0, _FAR
    return float(style.get("maxScale", "0")), float(style.get("minScale", f"{_FAR}"))


def _drawn(renderer: ET.Element) -> Iterator[_Rule]:
    """Return each rule that draws; QGIS lets the first that fits win in ranges, so SLD's exclude each other."""
    symbols = {s.get("name"): _symbolizers(s) for s in renderer.findall("symbols/symbol")}
    for i, part in enumerate(renderer.findall("ranges/range")):
        value = condition_part(renderer.get("attr", ""))
        low = _compare(">=" if i == 0 else ">", value, _number(part.get("lower", "")))
        high = _compare("<=", value, _number(part.get("upper", "")))
        yield _Rule(part.get("label", ""), [low, high], _FAR, symbols[part.get("symbol")])
    for part in renderer.findall("categories/category"):
        value = condition_part(renderer.get("attr", ""))
        fits = _compare("=", value, _literal(part.get("value", "")))
        yield _Rule(part.get("label", ""), [fits], _FAR, symbols[part.get("symbol")])
    for heading in renderer.findall("rules/rule"):
        outer = _conditions(heading)
        if heading.get("symbol") is not None:
            yield _Rule(heading.get("label", ""), outer, _furthest(heading), symbols[heading.get("symbol")])
        for part in heading.findall("rule"):
            far = min(_furthest(heading), _furthest(part))
            yield _Rule(part.get("label", ""), [*outer, *_conditions(part)], far, symbols[part.get("symbol")])


def _labelled(style: ET.Element) -> Iterator[_Rule]:
    for settings in style.findall("labeling/settings"):
        if text := _text(settings):
            yield _Rule("", [], _FAR, [text])
    for rule in style.findall("labeling/rules/rule"):
        settings_ = rule.find("settings")
        text = _text(settings_) if settings_ is not None else None
        if text is not None:
            yield _Rule("", _conditions(rule), _furthest(rule), [text])


def _conditions(rule: ET.Element) -> list[ET.Element]:
    return [condition(rule.get("filter", ""))] if rule.get("filter") else []


def _furthest(rule: ET.Element) -> float:
    return float(rule.get("scalemaxdenom", f"{_FAR}"))


def _symbolizers(symbol: ET.Element) -> list[ET.Element]:
    """Return what draws a symbol: a polygon's filling with its border, its diagonal lines, a line, or a round mark."""
    out = []
    for layer in symbol.findall("layer"):
        options = {p.get("k", ""): p.get("v", "") for p in layer.findall("prop")}
        kind = layer.get("class")
        if kind == "SimpleMarker":
            out.append(_point(options))
        elif kind == "SimpleFill":
            polygon = ET.Element("se:PolygonSymbolizer")
            if options["style"] != "no":
                _parameters(_in(polygon, "se:Fill"), fill=_hex(options["color"]))
            if options["outline_style"] != "no":
                _stroke(polygon, options["outline_color"], options["outline_width"])
            out += [polygon] if len(polygon) else []
        elif kind == "SimpleLine":
            drawn = ET.Element("se:LineSymbolizer")
            _stroke(drawn, options["line_color"], options["line_width"], options["line_style"] == "dash")
            out.append(drawn)
        elif kind == "LinePatternFill":
            line = {p.get("k", ""): p.get("v", "") for p in layer.findall("symbol/layer/prop")}
            polygon = ET.Element("se:PolygonSymbolizer")
            graphic = _in(_in(_in(polygon, "se:Fill"), "se:GraphicFill"), "se:Graphic")
            mark = _in(graphic, "se:Mark")
            _in(mark, "se:WellKnownName", "shape://slash")
            _stroke(mark, line["line_color"], line["line_width"])
            _in(graphic, "se:Size", _pixels(options["distance"]))
            out.append(polygon)
        else:
            raise ValueError(kind)
    return out


def _point(options: dict[str, str]) -> ET.Element:
    point = ET.Element("se:PointSymbolizer")
    graphic = _in(point, "se:Graphic")
    mark = _in(graphic, "se:Mark")
    _in(mark, "se:WellKnownName", options["name"])
    _parameters(_in(mark, "se:Fill"), fill=_hex(options["color"]))
    _stroke(mark, options["outline_color"], options["outline_width"])
    _in(graphic, "se:Size", _pixels(options["size"]))
    return point


def _text(settings: ET.Element) -> ET.Element | None:
    style = settings.find("text-style")
    if style is None or style.get("isExpression") == "1":
        return None
    out = ET.Element("se:TextSymbolizer")
    _in(_in(out, "se:Label"), "ogc:PropertyName", style.get("fieldName"))
    points = float(style.get("fontSize", "9"))
    font = {"font-family": "sans-serif", "font-weight": "bold", "font-size": f"{points * 25.4 / 72 / 0.28:.0f}"}
    _parameters(_in(out, "se:Font"), **font)
    place = _in(_in(out, "se:LabelPlacement"), "se:PointPlacement")
    anchor = _in(place, "se:AnchorPoint")
    for name in ("se:AnchorPointX", "se:AnchorPointY"):
        _in(anchor, name, "0.5")
    halo = _in(out, "se:Halo")
    _in(halo, "se:Radius", "2")
    _parameters(_in(halo, "se:Fill"), fill="#ffffff")
    _parameters(_in(out, "se:Fill"), fill=_hex(style.get("textColor", "0,0,0")))
    return out


def condition(expression: str) -> ET.Element:
    """Return a condition in QGIS's words as an OGC filter's.

    Knows what the styles here use: comparisons of columns, numbers and texts, ``*``, ``+``, ``-``, ``IN``,
    ``IS [NOT] NULL``, a yes-or-no column alone, ``NOT`` and ``AND``.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> ET.tostring(condition('"adresser" > 0'), encoding="unicode")
    '<ogc:PropertyIsGreaterThan><ogc:PropertyName>adresser</ogc:PropertyName><ogc:Literal>0</ogc:Literal></ogc:PropertyIsGreaterThan>'
    """
    parser = _Parser(expression)
    out = parser.all_of()
    parser.end()
    return out


def condition_part(expression: str) -> ET.Element:
    """Return a value in QGIS's words (a column or a sum) as an OGC expression; a bare name is a column."""
    if expression.isidentifier():
        return _value("ogc:PropertyName", expression)
    parser = _Parser(expression)
    out = parser.value()
    parser.end()
    return out


class _Parser:
    """Recursive descent over the tokens of an expression."""

    def __init__(self, expression: str) -> None:
        self.expression, self.tokens, at = expression, [], 0
        while at < len(expression.rstrip()):
            found = _TOKEN.match(expression, at)
            if found is None:
                raise ValueError(expression)
            self.tokens.append((found.lastgroup, found.group(found.lastgroup or 0)))
            at = found.end()
        self.at = 0

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise ValueError(self.expression)

    def took(self, *texts: str) -> bool:
        """Step over the given tokens where they come next."""
        here = [t.upper() for kind, t in self.tokens[self.at : self.at + len(texts)] if kind in ("word", "sign")]
        fits = here == list(texts)
        self.at += len(texts) * fits
        return fits

    def all_of(self) -> ET.Element:
        parts = [self.one()]
        while self.took("AND"):
            parts.append(self.one())
        return _all(parts)

    def one(self) -> ET.Element:
        if self.took("NOT"):
            out = ET.Element("ogc:Not")
            out.append(self.one())
            return out
        left = self.value()
        if self.took("IS", "NOT", "NULL"):
            out = ET.Element("ogc:Not")
            _in(out, "ogc:PropertyIsNull").append(left)
            return out
        if self.took("IS", "NULL"):
            out = ET.Element("ogc:PropertyIsNull")
            out.append(left)
            return out
        if self.took("IN", "("):
            return self.listed(left)
        for sign in _COMPARED:
            if self.took(sign):
                return _compare(sign, left, self.value())
        if left.tag != "ogc:PropertyName":
            raise ValueError(self.expression)
        # A yes is 1 in the file and «true» in a program; QGIS asks both and takes each literally.
        return _either([_compare("=", left, _literal(yes)) for yes in ("1", "true")])

    def listed(self, left: ET.Element) -> ET.Element:
        fits = [_compare("=", left, self.value())]
        while self.took(","):
            fits.append(_compare("=", left, self.value()))
        if not self.took(")"):
            raise ValueError(self.expression)
        return _either(fits)

    def value(self) -> ET.Element:
        left = self.product()
        while self.took("+") or self.took("-"):
            sign = self.tokens[self.at - 1][1]
            out = ET.Element(_RECKONED[sign])
            out.extend([left, self.product()])
            left = out
        return left

    def product(self) -> ET.Element:
        left = self.factor()
        while self.took("*"):
            out = ET.Element(_RECKONED["*"])
            out.extend([left, self.factor()])
            left = out
        return left

    def factor(self) -> ET.Element:
        if self.at == len(self.tokens):
            raise ValueError(self.expression)
        kind, text = self.tokens[self.at]
        self.at += 1
        if kind == "column":
            return _value("ogc:PropertyName", text[1:-1])
        if kind == "text":
            return _literal(text[1:-1].replace("''", "'"))
        if kind == "number":
            return _literal(text)
        raise ValueError(self.expression)


def _all(parts: list[ET.Element]) -> ET.Element:
    if len(parts) == 1:
        return parts[0]
    out = ET.Element("ogc:And")
    for part in parts:
        out.extend(list(part) if part.tag == "ogc:And" else [part])
    return out


def _either(parts: list[ET.Element]) -> ET.Element:
    if len(parts) == 1:
        return parts[0]
    out = ET.Element("ogc:Or")
    out.extend(parts)
    return out


def _compare(sign: str, left: ET.Element, right: ET.Element) -> ET.Element:
    out = ET.Element(f"ogc:{_COMPARED[sign]}")
    out.extend([left, right])
    return out


def _number(text: str) -> ET.Element:
    return _literal(f"{float(text):g}")


def _literal(text: str) -> ET.Element:
    return _value("ogc:Literal", text)


def _value(tag: str, text: str) -> ET.Element:
    out = ET.Element(tag)
    out.text = text
    return out


def _in(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
    out = ET.SubElement(parent, tag)
    out.text = text
    return out


def _stroke(parent: ET.Element, colour: str, width_mm: str, dashed: bool = False) -> None:
    width = _pixels(width_mm)
    # QGIS's own dashes: four widths of line, two of air
    dashes = {"stroke-dasharray": f"{4 * float(width):.2g} {2 * float(width):.2g}"} if dashed else {}
    _parameters(_in(parent, "se:Stroke"), stroke=_hex(colour), **{"stroke-width": width}, **dashes)


def _parameters(parent: ET.Element, **given: str) -> None:
    for name, value in given.items():
        _in(parent, "se:SvgParameter", value).set("name", name)


def _pixels(mm: str) -> str:
    return f"{float(mm) / _MM_PER_PIXEL:.2g}"


def _hex(colour: str) -> str:
    """Return QGIS's ``r,g,b,a`` as ``#rrggbb``."""
    return "#" + "".join(f"{int(x):02x}" for x in colour.split(",")[:3])
