"""Which part of an HTML page is its content.

A page without boilerplate is kept whole. In one with boilerplate (navigation, sidebars, footers)
the content is what the page itself marks as such, or else the innermost element that still holds
most of the text outside links: readability's idea, without ever dropping a large part.
"""

from __future__ import annotations

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

NEVER_CONTENT = (
    "script, style, noscript, template, svg, iframe, object, canvas, audio, video, "
    "button, select, textarea, input, datalist, "
    "[hidden]:not([hidden=until-found]), [aria-hidden=true], "
    "[style*='display:none' i], [style*='display: none' i], "
    "[style*='visibility:hidden' i], [style*='visibility: hidden' i]"
)
NAVIGATION = "nav, menu, [role=navigation], [role=search], [role=menu], [role=menubar]"
BOILERPLATE = "footer, aside, [role=contentinfo], [role=complementary], [role=banner]"
MARKED = ("main, [role=main]", "article")
NAMED = "div, section, ul, ol, p"
BOILERPLATE_NAME = re.compile(
    r"\b(?:comments?|related|share|sharing|social|promo|sidebar|newsletter|subscribe|"
    r"breadcrumbs?|advert\w*|ads?|recommended|popular|cookies?|consent|disqus|trending|teasers?|"
    r"signup|paywall|pagination|skip-link)\b",
    re.I,
)
MARKED_SHARE = 0.3
"""An element marked as the content is believed if it holds this share of the text."""

KEPT_SHARE = 0.7
"""What is left out together with the elements around the content is less than the rest."""


def content(page: LexborHTMLParser) -> LexborNode | None:
    """The element to read, cleared of what is no content; None if the page has no body."""
    body = whole(page)
    if body is None:
        return None
    bulk = _weight(body)
    if not _remove(body, NAVIGATION) + _remove_boilerplate(body, bulk):
        return body
    return _marked(body) or _innermost(body, KEPT_SHARE * _weight(body))


def whole(page: LexborHTMLParser) -> LexborNode | None:
    """The body with all that is shown of it, for pages that are content only: mails, chapters."""
    if page.body is not None:
        _remove(page.body, NEVER_CONTENT)
    return page.body


def _remove_boilerplate(body: LexborNode, bulk: int) -> int:
    """How many elements were removed; never one that holds half of the page."""
    named = [n for n in body.css(NAMED) if BOILERPLATE_NAME.search(_names(n))]
    small = [n for n in [*body.css(BOILERPLATE), *named] if _weight(n) * 2 < bulk]
    for node in small:
        node.decompose()
    return len(small)


def _marked(body: LexborNode) -> LexborNode | None:
    for selector in MARKED:
        found = body.css(selector)
        if len(found) == 1 and _weight(found[0]) >= MARKED_SHARE * _weight(body):
            return found[0]
    return None


def _innermost(node: LexborNode, enough: float) -> LexborNode:
    while True:
        inner = next((c for c in node.iter() if c.tag != "table" and _weight(c) >= enough), None)
        if inner is None:
            return node
        node = inner


def _weight(node: LexborNode) -> int:
    """The length of its text outside links."""
    linked = sum(len(link.text(strip=True)) for link in node.css("a"))
    return max(1, len(node.text(strip=True)) - linked)


def _names(node: LexborNode) -> str:
    values = node.attributes
    return f"{values.get('class') or ''} {values.get('id') or ''}".replace("_", "-")


def _remove(body: LexborNode, selector: str) -> int:
    found = body.css(selector)
    for node in found:
        node.decompose()
    return len(found)
