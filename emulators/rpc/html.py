"""The look of the admin pages: safe HTML from plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from urllib.parse import quote

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #222 }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0;
  border-bottom: 1px solid #ddd; overflow-wrap: anywhere }
th { color: #666; font-weight: 500 }
nav a { margin-right: .3rem }
code { font: 13px/1.4 ui-monospace, monospace }
"""


class Html(str):
    """Text that is markup already; everything else is escaped."""

    __slots__ = ()


def text(value: object) -> Html:
    """A value as text."""
    return value if isinstance(value, Html) else Html(escape(str(value)))


def code(value: object) -> Html:
    """A value in monospace."""
    return Html(f"<code>{text(value)}</code>")


def link(label: object, *path: str) -> Html:
    """A link to the page at `path`, given as segments."""
    address = "/".join(quote(part, safe="") for part in path)
    return Html(f'<a href="/{address}">{text(label)}</a>')


def trail(*path: str) -> Html:
    """Links to all pages above and including `path`."""
    steps = [link(part, *path[: n + 1]) for n, part in enumerate(path)]
    return Html(f"<nav>{link('emulators')} / {' / '.join(steps)}</nav>")


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Html:
    """A table; cells that are Html stay as they are."""
    head = "".join(f"<th>{text(heading)}</th>" for heading in headings)
    body = "".join(f"<tr>{''.join(f'<td>{text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return Html(f"<table><tr>{head}</tr>{body}</table>")


def page(title: str, *parts: object) -> Html:
    """A whole document."""
    body = "\n".join(text(part) for part in parts)
    return Html(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{text(title)}</title>'
        f"<style>{STYLE}</style><h1>{text(title)}</h1>\n{body}</html>"
    )
