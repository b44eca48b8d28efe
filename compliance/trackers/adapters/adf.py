"""The Atlassian Document Format that Jira Cloud keeps texts in, from and to plain text."""

from typing import Any

DEEPEST = 40
_BLOCKS = {
    *("paragraph", "heading", "listItem", "codeBlock", "blockquote", "tableRow"),
    *("panel", "rule", "mediaSingle"),
}


def document(text: str) -> dict[str, Any]:
    """Return *text* as a document: a blank line ends a paragraph, a line break stays one."""
    paragraphs = [each for each in text.replace("\r\n", "\n").split("\n\n") if each.strip()]
    content = [{"type": "paragraph", "content": _lines(each.strip("\n"))} for each in paragraphs]
    return {"type": "doc", "version": 1, "content": content}


def _lines(paragraph: str) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = []
    for number, line in enumerate(paragraph.split("\n")):
        if number:
            nodes.append({"type": "hardBreak"})
        if line:
            nodes.append({"type": "text", "text": line})
    return nodes


def plain(node: Any, deep: int = 0) -> str:
    """Return what a document says; what is no text (pictures, macros) is left out."""
    if isinstance(node, str):
        return node
    if not isinstance(node, dict) or deep > DEEPEST:
        return ""
    kind = node.get("type")
    own = _own(node, kind)
    if own is not None:
        return own
    parts = node.get("content") or []
    inner = "".join(plain(each, deep + 1) for each in parts if isinstance(each, dict))
    if kind == "listItem":
        return f"- {inner.strip()}\n"
    return f"{inner}\n\n" if kind in _BLOCKS else inner


def _own(node: dict[str, Any], kind: Any) -> str | None:
    attributes = node.get("attrs")
    facts = attributes if isinstance(attributes, dict) else {}
    if kind == "text":
        return str(node.get("text") or "")
    if kind == "hardBreak":
        return "\n"
    if kind in {"mention", "emoji"}:
        return str(facts.get("text") or facts.get("shortName") or "")
    if kind in {"inlineCard", "blockCard"}:
        return str(facts.get("url") or "")
    return None
