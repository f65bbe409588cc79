"""Vector search: the documents whose vector is nearest to one given."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from operator import mul

from google.protobuf.message import Message

from emulators.firestore.fields import Path, parse
from emulators.firestore.limits import check_vector
from emulators.firestore.protos import V1, Document
from emulators.firestore.ranks import Rank
from emulators.firestore.stored import Stored
from emulators.firestore.values import is_vector, number
from emulators.rpc.errors import InvalidArgument
from emulators.rpc.protos import enum_names

MEASURES = enum_names(V1 + "StructuredQuery.FindNearest.DistanceMeasure")
LARGEST_LIMIT = 1000

Vector = tuple[float, ...]


@dataclass(frozen=True)
class Nearest:
    """A FindNearest; `threshold` is the farthest distance, for products the smallest."""

    path: Path
    vector: Vector
    measure: str
    limit: int
    threshold: float | None
    result_field: str

    @classmethod
    def read(cls, asked: Message) -> Nearest:
        """Raises InvalidArgument."""
        measure = MEASURES.get(asked.distance_measure, "")
        if measure not in ("EUCLIDEAN", "COSINE", "DOT_PRODUCT"):
            raise InvalidArgument("Unknown Distance Measure.")
        if not 0 < asked.limit.value <= LARGEST_LIMIT:
            raise InvalidArgument(
                f"FindNearest.limit must be a positive integer of no more than {LARGEST_LIMIT}"
            )
        if not is_vector(asked.query_vector):
            raise InvalidArgument("Query Value must be of type vector.")
        check_vector(asked.query_vector)
        elements = asked.query_vector.map_value.fields["value"].array_value.values
        threshold = asked.distance_threshold.value if asked.HasField("distance_threshold") else None
        return cls(
            path=parse(asked.vector_field.field_path),
            vector=tuple(float(number(element)) for element in elements),
            measure=measure,
            limit=asked.limit.value,
            threshold=threshold,
            result_field=asked.distance_result_field,
        )

    def of(self, documents: Iterable[Stored]) -> list[Stored]:
        """The nearest first, by name where equal; other dimensions are passed over."""
        found = []
        for document in documents:
            key = document.key(self.path)
            if key and key[0] == Rank.VECTOR and key[1] == len(self.vector):
                distance = self._distance(key[2])
                if self._within(distance):
                    found.append((self._rank(distance), document.name_key, distance, document))
        found.sort(key=lambda one: one[:2])
        return [self._told(document, distance) for _, _, distance, document in found[: self.limit]]

    def _distance(self, vector: Vector) -> float:
        if self.measure == "EUCLIDEAN":
            return math.dist(vector, self.vector)
        product: float = sum(map(mul, vector, self.vector))
        if self.measure == "DOT_PRODUCT":
            return product
        norms = math.hypot(*vector) * math.hypot(*self.vector)
        return 1 - product / norms if norms else math.nan

    def _within(self, distance: float) -> bool:
        if self.threshold is None:
            return True
        if self.measure == "DOT_PRODUCT":
            return distance >= self.threshold
        return distance <= self.threshold

    def _rank(self, distance: float) -> tuple[bool, float]:
        if math.isnan(distance):
            return (True, 0.0)
        return (False, -distance if self.measure == "DOT_PRODUCT" else distance)

    def _told(self, document: Stored, distance: float) -> Stored:
        """The document, with the distance in a field where that was asked for."""
        if not self.result_field:
            return document
        copy = Document()
        copy.CopyFrom(document.proto)
        copy.fields[self.result_field].double_value = distance
        return Stored(copy)
