"""Why a document cannot be read."""

from __future__ import annotations


class Unreadable(Exception):
    """The document is at fault, not the service; trying again gives the same.

    `code` is one of the slugs `empty-document`, `unsupported-format`, `binary-document`,
    `encrypted-document`, `damaged-document`, `document-too-complex`, `no-text`; `reason` is one
    sentence for the document's owner, saying what to do next.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


def damaged(what: str) -> Unreadable:
    """`what` is the name of the format, as the owner knows it."""
    return Unreadable(
        "damaged-document",
        f"This {what} is damaged and cannot be read; open it in the program it comes from, "
        "save it again and upload the new file.",
    )


def too_complex(why: str) -> Unreadable:
    """`why` is a clause such as "it has more than 2000 pages"."""
    return Unreadable(
        "document-too-complex",
        f"This document cannot be processed because {why}; split it into smaller documents "
        "and upload those.",
    )
