"""Pages of a listing; a token is the last name of the page before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from emulators.rpc.errors import InvalidArgument

LARGEST_PAGE = 1000

Item = TypeVar("Item")


def page(
    items: Mapping[str, Item], parent: str, page_size: int, token: str
) -> tuple[list[Item], str]:
    """The items below a parent ("projects/p/") by name, and the token of the next page.

    Raises InvalidArgument for a negative size.
    """
    if page_size < 0:
        raise InvalidArgument("page_size must not be negative.")
    size = min(page_size or LARGEST_PAGE, LARGEST_PAGE)
    names = sorted(name for name in items if name.startswith(parent) and name > token)
    following = names[size - 1] if len(names) > size else ""
    return [items[name] for name in names[:size]], following
