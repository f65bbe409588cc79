"""Markdown, kept as it is but for front matter, comments, underlined headings, link labels."""

from __future__ import annotations

import re

from shared.knowledge.extraction.decoding import decode
from shared.knowledge.extraction.formats.markdown_links import written_out
from shared.knowledge.extraction.reading import Reading, clean

FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$", re.S | re.M)
YAML_LINE = re.compile(r"\s*$|\s+\S|[#-]|[^\s:][^:]*:(?:\s|$)")
YAML_TITLE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.M | re.I)
ATX_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*)", re.M)

# Code is matched first and kept, so that nothing in it is taken for a comment or a heading.
CODE_OR_REWRITTEN = re.compile(
    r"(?P<code>^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?^ {0,3}(?P=fence)[`~]*[ \t]*$|.*)"
    r"|`[^`\n]+`)"
    r"|<!--(?:.*?-->|.*)"
    r"|(?:\A|(?<=\n\n))(?P<heading>[^\s#>|=`~<-][^\n]*)\n(?P<line>=+|-{2,})[ \t]*$",
    re.S | re.M,
)


def read(data: bytes) -> Reading:
    """The text with every heading in `#` form; the title is the front matter's or a heading's."""
    title, text = _front_matter(clean(decode(data)))
    text = clean(written_out(CODE_OR_REWRITTEN.sub(_rewrite, text)))
    first = ATX_HEADING.search(text)
    return Reading(text, title=title or (first[1].rstrip("# \t") if first else None))


def _front_matter(text: str) -> tuple[str | None, str]:
    """The title in a YAML block at the top, and the text after the block."""
    block = FRONT_MATTER.match(text)
    if not block or not all(map(YAML_LINE.match, block[1].split("\n"))):
        return None, text
    title = YAML_TITLE.search(block[1])
    return title[1].strip("\"'") if title else None, text[block.end() :]


def _rewrite(found: re.Match[str]) -> str:
    if found["code"]:
        return found["code"]
    if found["heading"]:
        return f"{'#' if found['line'][0] == '=' else '##'} {found['heading'].rstrip()}"
    return ""
