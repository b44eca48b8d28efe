"""SVG from outside as a drawing that opens nothing: what draws is kept, everything else is left out.

Scripts, pictures, foreign markup, addresses and fonts go; what stays is drawn as one PDF page with
the packet's own fonts.
"""

import re
from collections.abc import Callable, Iterable
from itertools import chain
from xml.etree.ElementTree import Element, tostring

import tinycss2
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from compliance.packets import fonts

MOST_BYTES = 8 * 1024 * 1024
# Elements as drawn, what is used several times counted each time; and how deep they stand.
_MOST_DRAWN, _DEEPEST = 60_000, 80
# The longer side of the page that is made of a drawing, in CSS pixels.
_LONG, _STEEPEST = 1600.0, 40.0
_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_DRAWING = frozenset(
    [
        "svg",
        "g",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "textPath",
        "defs",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "pattern",
        "marker",
        "symbol",
        "use",
        "style",
    ]
)
# Wrappers whose children are drawn as they are.
_WRAPPING = frozenset({"a", "switch"})
_BOLD = frozenset(["bold", "bolder", "600", "700", "800", "900"])
_LEFT_OUT = frozenset({"font-family", "font", "src", "cursor", "filter", "xml:base"})
_ADDRESS = re.compile(r"url\s*\(\s*['\"]?\s*(?!#)|@|expression|light-dark|var\(|\\", re.IGNORECASE)
_LENGTH = re.compile(r"\s*([0-9.]+)\s*(px|pt|mm|cm|in)?\s*$")
_UNITS = {"px": 1.0, "pt": 96 / 72, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0}


class Undrawable(ValueError):
    """The text is no SVG, or more of one than is drawn."""


def as_pdf(data: bytes) -> bytes:
    """Return the drawing as a PDF of one page. Raises Undrawable."""
    safe, (wide, tall) = clean(data)
    # WeasyPrint takes 26 MB, which few processes need.
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    from compliance.packets.fetcher import BASE, Locked

    faces: dict[str, Callable[[], bytes]] = {
        "sans.otf": fonts.sans,
        "bold.otf": fonts.bold_measures,
    }
    page = (
        f'<style>@font-face{{font-family:"Gatepass Sans";src:url({BASE}sans.otf)}}'
        f'@font-face{{font-family:"Gatepass Sans Bold";src:url({BASE}bold.otf)}}'
        f"@page{{size:{wide}px {tall}px;margin:0}}img{{display:block;width:{wide}px;height:{tall}px}}"
        f'</style><img src="{BASE}drawing.svg">'
    )
    pictures = {"drawing.svg": (safe, "image/svg+xml")}
    document = HTML(string=page, base_url=BASE, url_fetcher=Locked(faces, pictures))
    try:
        return bytes(document.write_pdf(font_config=FontConfiguration()))
    except (ValueError, TypeError, KeyError, RuntimeError, OverflowError) as error:
        raise Undrawable(str(error)) from error


def clean(data: bytes) -> tuple[bytes, tuple[float, float]]:
    """Return (the SVG without what it must not have, its size in pixels). Raises Undrawable."""
    if len(data) > MOST_BYTES:
        raise Undrawable("large")
    try:
        root = fromstring(data, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except (ParseError, DefusedXmlException, ValueError, RecursionError) as error:
        raise Undrawable(str(error)) from error
    if _name(root) != "svg":
        raise Undrawable("no svg")
    box = _box(root)
    kept = _kept(root, 0)
    _check_uses(kept)
    for name in ("x", "y", "width", "height"):
        kept.attrib.pop(name, None)
    kept.set("viewBox", " ".join(f"{each:g}" for each in box))
    kept.set("font-family", "Gatepass Sans")
    scale = _LONG / max(box[2:])
    return tostring(kept), (round(box[2] * scale, 2), round(box[3] * scale, 2))


def _name(element: Element) -> str:
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.removeprefix(_SVG) if tag.startswith(_SVG) or "}" not in tag else ""


def _box(root: Element) -> tuple[float, float, float, float]:
    """Return the view box: as said, or from the size of the drawing."""
    try:
        said = [
            float(each) for each in re.split(r"[\s,]+", root.get("viewBox", "").strip()) if each
        ]
    except ValueError:
        said = []
    if len(said) != 4:
        said = [0, 0, *(_pixels(root.get(name, "")) for name in ("width", "height"))]
    left, top, wide, tall = said
    if not (0 < wide < 1e6 and 0 < tall < 1e6 and 1 / _STEEPEST < wide / tall < _STEEPEST):
        raise Undrawable("size")
    return left, top, wide, tall


def _pixels(length: str) -> float:
    found = _LENGTH.match(length)
    return float(found[1]) * _UNITS[found[2] or "px"] if found else 0.0


def _kept(element: Element, depth: int) -> Element:
    """Return a copy of what draws in *element*."""
    if depth > _DEEPEST:
        raise Undrawable("deep")
    name = _name(element)
    made = Element(_SVG + ("g" if name in _WRAPPING else name), _attributes(element))
    if name == "style":
        made.text = _rules(element.text or "")
        return made
    says = name in {"text", "tspan", "textPath"}
    made.text = fonts.visible(element.text or "") if says else None
    for child in element:
        if _name(child) in _DRAWING or _name(child) in _WRAPPING:
            copy = _kept(child, depth + 1)
            copy.tail = fonts.visible(child.tail or "") if says else None
            made.append(copy)
    return made


def _attributes(element: Element) -> dict[str, str]:
    declared = tinycss2.parse_blocks_contents(element.get("style", ""), skip_whitespace=True)
    pairs: Iterable[tuple[str, str]] = chain(element.attrib.items(), _declarations(declared))
    kept: dict[str, str] = {}
    for key, value in pairs:
        name = "href" if key == _HREF else key
        if _may_stay(name, value):
            kept[name] = value
    if kept.get("font-weight", "").strip() in _BOLD:
        del kept["font-weight"]
        kept["font-family"] = "Gatepass Sans Bold"
    return kept


def _may_stay(name: str, value: str) -> bool:
    if name == "style" or name in _LEFT_OUT or name.lower().startswith("on") or "}" in name:
        return False
    if name == "href":
        return value.startswith("#")
    return not _ADDRESS.search(value)


def _declarations(nodes: Iterable[object]) -> list[tuple[str, str]]:
    return [
        (node.lower_name, tinycss2.serialize(node.value).strip())
        for node in nodes
        if isinstance(node, tinycss2.ast.Declaration)
    ]


def _rules(text: str) -> str:
    """Return a style sheet without rules that load, and without fonts of its own."""
    kept = []
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if not isinstance(rule, tinycss2.ast.QualifiedRule):
            continue
        inner = tinycss2.parse_blocks_contents(rule.content, skip_whitespace=True)
        said = [f"{k}:{v}" for k, v in _declarations(inner) if _may_stay(k, v)]
        kept.append(f"{tinycss2.serialize(rule.prelude)}{{{';'.join(said)}}}")
    return "".join(kept)


def _check_uses(root: Element) -> None:
    """Refuse what is used inside itself, or so often that drawing it would never end."""
    known = {each.get("id"): each for each in root.iter() if each.get("id")}
    weights: dict[int, int] = {}

    def weight(element: Element, above: frozenset[int]) -> int:
        if id(element) in above:
            raise Undrawable("circle")
        if id(element) not in weights:
            inside = above | {id(element)}
            total = 1 + sum(weight(child, inside) for child in element)
            used = known.get(element.get("href", "")[1:])
            if used is not None and _name(element) == "use":
                total += weight(used, inside)
            weights[id(element)] = total
            if total > _MOST_DRAWN:
                raise Undrawable("large")
        return weights[id(element)]

    weight(root, frozenset())
