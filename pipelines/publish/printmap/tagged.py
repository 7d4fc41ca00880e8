"""A PDF that says what it shows to who cannot see it: tagged texts, the map as a figure with its text, a language.

matplotlib draws but does not tag. It tells its renderer, however, when an artist begins and ends, and with which
``gid``; here that is the artist's tag, and what has none is an artifact. So text and tags come from one drawing.
Nothing claims PDF/UA: nobody has judged the sheets by all of it.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from matplotlib.backends import backend_mixed, backend_pdf

from pipelines.publish.printmap import quick_pdf
from pipelines.publish.printmap.title_block import CELLS

_pdf: Any = backend_pdf  # untyped
_mixed: Any = backend_mixed
Name, Verbatim = _pdf.Name, _pdf.Verbatim
_BDC, _BMC, _EMC = Verbatim(b"BDC"), Verbatim(b"BMC"), Verbatim(b"EMC")
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>sv-SE</rdf:li></rdf:Bag></dc:language>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""


class Tagged(NamedTuple):
    """A marked part of the page: its tag, and of a cell the row it stands in."""

    tag: str
    row: str


class _Renderer(quick_pdf.Renderer):
    """Marks what is drawn: an artist with a ``gid`` as that, within another nothing, all else as an artifact."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.tags: list[Tagged] = []
        self._open: list[bool] = []

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Begin an artist."""
        marks = bool(gid) and not any(self._open)
        if not self._open:
            self._artifact()
        if marks:
            tag, _, row = str(gid).partition(" ")
            self.file.output(_EMC)
            self.file.output(Name(tag), {"MCID": len(self.tags)}, _BDC)
            self.tags.append(Tagged(tag, row))
        self._open.append(marks)

    def close_group(self, s: str) -> None:
        """End an artist."""
        if self._open.pop():
            self.file.output(_EMC)
            self._artifact()
        if not self._open:
            self.file.output(_EMC)

    def _artifact(self) -> None:
        self.file.output(Name("Artifact"), _BMC)


class _File(quick_pdf.File):
    """A file whose catalogue and page lead to the structure."""

    def writeObject(self, object: Any, contents: Any) -> None:
        """Write an object, the catalogue and the page with what tags need."""
        kind = contents.get("Type") if isinstance(contents, dict) else None
        if kind == Name("Catalog"):
            self.tree, self.told = self.reserveObject("structure"), self.reserveObject("metadata")
            contents |= {
                "Version": Name("1.7"),
                "Lang": "sv-SE",
                "MarkInfo": {"Marked": True},
                "ViewerPreferences": {"DisplayDocTitle": True},
                "StructTreeRoot": self.tree,
                "Metadata": self.told,
            }
        elif kind == Name("Page"):
            contents |= {"StructParents": 0, "Tabs": Name("S")}
        super().writeObject(object, contents)


class Canvas(_pdf.FigureCanvasPdf):  # type: ignore[misc]
    """Writes a figure of one page as a tagged PDF; ``alternative`` is the text of its map."""

    alternative = ""

    def print_pdf(self, filename: Any, *, bbox_inches_restore: Any = None, metadata: Any = None, **_: Any) -> None:
        """Write the figure: matplotlib's own method, with a renderer and a file that tag."""
        dpi, self.figure.dpi = self.figure.dpi, 72
        width, height = self.figure.get_size_inches()
        file = _File(filename, metadata=metadata)
        try:
            file.newPage(width, height)
            inner = _Renderer(file, dpi, height, width)
            renderer = _mixed.MixedModeRenderer(
                self.figure, width, height, dpi, inner, bbox_inches_restore=bbox_inches_restore
            )
            self.figure.draw(renderer)
            renderer.finalize()
            file.endStream()
            _write_structure(file, inner.tags, self.alternative)
            xmp = _XMP.format(title=escape(metadata["Title"]), author=escape(metadata["Author"]))
            file.outputStream(file.told, xmp.encode("utf-8"), extra={"Type": Name("Metadata"), "Subtype": Name("XML")})
            file.finalize()
        finally:
            file.close()


def _write_structure(file: _File, tags: list[Tagged], alternative: str) -> None:
    """Write the tree: the title, then the map, then the column as it is read, cells in rows of tables."""
    title = next((i for i, x in enumerate(tags) if x.tag == "H1"), 0)
    order = sorted(range(len(tags)), key=lambda i: 1 if tags[i].tag == "Figure" else 2 if i > title else 0)
    owner = {i: file.reserveObject("element") for i in order}
    document = file.reserveObject("document")
    kids: list[Any] = []
    table: list[tuple[Any, str, list[Any]]] = []

    def close() -> None:
        """Write the table that is being read, if any."""
        if not table:
            return
        whole = file.reserveObject("table")
        for row, _, cells in table:
            file.writeObject(row, _element("TR", whole, cells))
        file.writeObject(whole, _element("Table", document, [row for row, _, _ in table]))
        kids.append(whole)
        table.clear()

    for i in order:
        tag, row = tags[i]
        parent = document
        more: dict[str, Any] = {}
        if tag in CELLS:
            if not table or table[-1][1] != row:
                table.append((file.reserveObject("row"), row, []))
            parent = table[-1][0]
            table[-1][2].append(owner[i])
            if tag == "TH":
                more = {"A": {"O": Name("Table"), "Scope": Name("Column")}}
        else:
            close()
            kids.append(owner[i])
        if tag == "Figure":
            box = [0, 0, 72 * file.width, 72 * file.height]
            more = {"Alt": alternative, "A": {"O": Name("Layout"), "BBox": box, "Placement": Name("Block")}}
        file.writeObject(owner[i], _element(tag, parent, i, Pg=file.pageList[0], **more))
    close()
    file.writeObject(document, _element("Document", file.tree, kids))
    parents = {"Nums": [0, [owner[i] for i in range(len(tags))]]}
    file.writeObject(
        file.tree, {"Type": Name("StructTreeRoot"), "K": [document], "ParentTree": parents, "ParentTreeNextKey": 1}
    )


def _element(tag: str, parent: Any, kids: Any, **more: Any) -> dict[str, Any]:
    return {"Type": Name("StructElem"), "S": Name(tag), "P": parent, "K": kids, **more}
