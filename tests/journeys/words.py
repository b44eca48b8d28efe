"""What the portal itself says on a page, apart from what people wrote."""

import re
from typing import Any

# Buttons, labels, headings, table heads, terms, navigation, badges, tooltips and choices; not what
# stands in cells, prose and lists, where people's own words are.
_SAID = """() => {
  const where = "nav a, button, label, legend, summary, h1, h2, h3, th, dt, option, .gp-badge," +
    " .btn, .form-text, .gp-alert, [placeholder]";
  const said = [];
  const words = (node) => {
    const copy = node.cloneNode(true);
    copy.querySelectorAll("code, kbd, .mono, pre, time, input, textarea, select, [lang]")
      .forEach((each) => each.remove());
    return copy.textContent.replace(/\\s+/g, " ").trim();
  };
  for (const node of document.querySelectorAll(where)) {
    if (node.closest(".gp-queue")) continue;
    if (node.closest("pre, code, .prose, .gp-file, .gp-timeline, tbody:not(:has(th)), [data-theirs]")
        && !node.matches(".gp-badge, button, .btn")) continue;
    const own = document.documentElement.lang;
    const lang = node.closest("[lang]");
    if (lang && lang.lang !== own) continue;
    said.push(words(node));
    for (const name of ["placeholder", "title", "aria-label"])
      if (node.getAttribute(name)) said.push(node.getAttribute(name));
  }
  return [...new Set(said)].filter(Boolean);
}"""
HANGUL = re.compile(r"[가-힣]")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
# Names that are the same in both languages, and what tools call their findings.
NAMES = re.compile(
    r"(?i:Gatepass|SHA-?256|SHA256SUMS|KISA|ISMS-P|Nmap|Trivy|Lynis|SARIF|XCCDF|ARF|OpenSCAP|testssl(?:.sh)?"
    r"|ISO/IEC 27001|NIST SP 800-53|CIS Controls|Grype|Nessus|Prowler|ZAP|Port \d+/tcp \([\w-]+\)"
    r"|PDF|PNG|JPEG|WebP|HEIC|XLSX|DOCX|PPTX|HWPX?|ZIP|CSV|JSON|XML|YAML|EML|TXT|URL|DNS|SSH|NTP"
    r"|(?:NET|SRV|LOG|DAT)\b|(?:OI|YO)-[A-Z]+-\d+|EV-\d+|GP-\d+-\d+|CVE-[\d…-]+|Ctrl|Enter|verify_packet"
    r"|manage\.py|[\w.-]+@[\w.-]+|[\w-]+\.(?:xml|json|csv|pdf|png|zip|sh|example)\b|order-web-\d+)"
)


def said(page: Any) -> list[str]:
    return list(page.evaluate(_SAID))


def english_in(sentences: list[str]) -> list[str]:
    """Return what has English words and no Hangul: nobody translated it."""
    return [
        each
        for each in sentences
        if not HANGUL.search(each) and ENGLISH.search(NAMES.sub("", each))
    ]


def hangul_in(sentences: list[str], known: set[str]) -> list[str]:
    """Return what has Hangul after everything that people or the profile wrote is taken out."""
    found = []
    for each in sentences:
        rest = each
        for data in sorted(known, key=len, reverse=True):
            rest = rest.replace(data, "")
        if HANGUL.search(rest):
            found.append(each)
    return found
