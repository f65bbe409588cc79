"""The order of types: every value of one comes before every value of the next.

https://firebase.google.com/docs/firestore/manage-data/data-types#value_type_ordering
"""

from __future__ import annotations

from enum import IntEnum


class Rank(IntEnum):
    """The first item of a sort key. Some are of the Enterprise edition's BSON types."""

    NULL = 0
    MINIMUM = 1
    BOOLEAN = 2
    NUMBER = 3
    TIMESTAMP = 4
    BSON_TIMESTAMP = 5
    STRING = 6
    BYTES = 7
    BINARY = 8
    REFERENCE = 9
    OBJECT_ID = 10
    POINT = 11
    REGEX = 12
    ARRAY = 13
    VECTOR = 14
    MAP = 15
    MAXIMUM = 16
