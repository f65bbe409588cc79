"""Query Explain: which index a query would use, and what running it cost."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from google.protobuf.message import Message

from emulators.firestore.fields import spell
from emulators.firestore.filters import equalities
from emulators.firestore.protos import V1
from emulators.firestore.queries import Query
from emulators.rpc.protos import message

ExplainMetrics = message(V1 + "ExplainMetrics")


@dataclass(frozen=True)
class Explanation:
    """What a request's explain_options ask for, and since when it runs."""

    wanted: bool
    runs: bool
    began: float = field(default_factory=time.perf_counter)

    @classmethod
    def asked(cls, request: Message) -> Explanation:
        """Without options the query runs unexplained; without `analyze` it does not run."""
        wanted = request.HasField("explain_options")
        return cls(wanted, runs=not wanted or request.explain_options.analyze)

    def metrics(self, query: Query, results: int) -> Message:
        """The plan and, where it ran, the cost: one read for each result, at least one."""
        metrics = ExplainMetrics()
        scope = "Collection group" if query.scope.descendants else "Collection"
        for properties in dict.fromkeys(_indexes(query)):
            used = metrics.plan_summary.indexes_used.add()
            used.update({"query_scope": scope, "properties": properties})
        if self.runs:
            stats = metrics.execution_stats
            stats.results_returned = results
            stats.read_operations = max(1, results)
            stats.execution_duration.FromNanoseconds(
                round((time.perf_counter() - self.began) * 1_000_000_000)
            )
            stats.debug_stats.update(
                {
                    "index_entries_scanned": str(results),
                    "documents_scanned": str(results),
                    "billing_details": {
                        "documents_billable": str(results),
                        "index_entries_billable": "0",
                        "min_query_cost": str(int(not results)),
                    },
                }
            )
        return metrics


def _indexes(query: Query) -> Iterator[str]:
    """The index of each disjunction: "(a ASC, __name__ ASC)", equalities first."""
    for conjunction in query.conjunctions():
        equal = equalities(conjunction)
        parts = [f"{spell(path)} ASC" for path in sorted(equal)]
        parts += [
            f"{spell(order.path)} {'DESC' if order.descending else 'ASC'}"
            for order in query.orders
            if order.path not in equal
        ]
        if query.nearest:
            parts.append(f"{spell(query.nearest.path)} VECTOR<{len(query.nearest.vector)}>")
        yield f"({', '.join(parts)})"
