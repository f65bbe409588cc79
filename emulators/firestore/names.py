"""Resource names: databases, documents, collections; what is valid and how they are ordered.

A document is "projects/P/databases/D/documents/c/d[/c/d…]"; a parent is a document or the root
"projects/P/databases/D/documents". The texts of refusals are those of the service.
"""

from __future__ import annotations

import re
from functools import lru_cache

from emulators.rpc.errors import InvalidArgument

ROOT = re.compile(r"^(projects/[^/]+/databases/[^/]+)(?:/documents(?:/|$))")
DATABASE = re.compile(r"^projects/[^/]+/databases/[^/]+$")
RESERVED = re.compile(r"^__.*__$", re.DOTALL)
NUMERIC = re.compile(r"^__id(-?\d+)__$")
ROOT_SEGMENTS = 5
LONGEST_ID = 1500

NameKey = tuple[tuple[int, int | bytes], ...]


def check_database(name: str) -> str:
    """The name itself. Raises InvalidArgument when it is not a database's."""
    if not DATABASE.match(name):
        raise InvalidArgument(f'Database name "{name}" lacks "/" at index {len(name)}.')
    return name


@lru_cache(maxsize=4096)
def database_of(name: str) -> str:
    """The database that a document, collection or parent is in. Raises InvalidArgument."""
    match = ROOT.match(name)
    if not match:
        raise InvalidArgument(f'Resource name "{name}" lacks "projects" at index 0.')
    return match[1]


@lru_cache(maxsize=16384)
def check_document(name: str) -> str:
    """The name itself. Raises InvalidArgument, as the service does, when it is not a document's."""
    database_of(name)
    if name.endswith("/"):
        raise InvalidArgument(f'Document name "{name}" is invalid: Omit trailing "/".')
    segments = name.split("/")[ROOT_SEGMENTS:]
    if not segments or len(segments) % 2:
        raise InvalidArgument(f'Document name "{name}" lacks "/" at index {len(name)}.')
    for n, segment in enumerate(segments):
        check_segment("Resource" if n % 2 else "Collection", segment, name)
    return name


@lru_cache(maxsize=4096)
def check_parent(name: str) -> str:
    """The name itself. Raises InvalidArgument when it is neither a document's nor the root."""
    database_of(name)
    if len(name.split("/")) > ROOT_SEGMENTS:
        if len(name.split("/")) % 2 == 0:
            raise InvalidArgument(f'Document parent name "{name}" lacks "/" at index {len(name)}.')
        check_document(name)
    return name


def check_segment(kind: str, segment: str, name: str) -> None:
    """Raises InvalidArgument when a collection's or document's id may not be used in `name`."""
    if not segment:
        raise InvalidArgument(f'Document name "{name}" lacks a {kind.lower()} id.')
    if "/" in segment:
        raise InvalidArgument(f'{kind} id "{segment}" is invalid because it contains "/".')
    if segment in (".", ".."):
        raise InvalidArgument(f'Document name "{name}" contains a resource id "{segment}".')
    if RESERVED.match(segment) and not NUMERIC.match(segment):
        raise InvalidArgument(f'{kind} id "{segment}" is invalid because it is reserved.')
    if len(segment.encode()) > LONGEST_ID:
        raise InvalidArgument("The key path element name is longer than 1500 bytes.")


def name_key(name: str) -> NameKey:
    """What documents are ordered by: segment by segment, `__id<n>__` before all others by n."""
    return tuple(_segment_key(segment) for segment in name.split("/"))


def _segment_key(segment: str) -> tuple[int, int | bytes]:
    if segment.startswith("__id"):
        numeric = NUMERIC.match(segment)
        if numeric:
            return (0, int(numeric[1]))
    return (1, segment.encode())
