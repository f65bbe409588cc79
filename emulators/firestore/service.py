"""google.firestore.v1.Firestore: the methods by name. Write is UNIMPLEMENTED."""

from __future__ import annotations

from emulators.firestore.engine import Firestore
from emulators.firestore.listen import Listens
from emulators.firestore.listing import Lists
from emulators.firestore.protos import V1
from emulators.firestore.reading import Reads
from emulators.firestore.writing import Writes
from emulators.rpc.faults import Faults
from emulators.rpc.protos import message
from emulators.rpc.server import Service

NAME = "google.firestore.v1.Firestore"


def service(firestore: Firestore, faults: Faults) -> Service:
    """The gRPC service of an engine."""
    reads, writes = Reads(firestore), Writes(firestore)
    lists, listens = Lists(firestore), Listens(firestore)
    served = Service(NAME, faults)
    for method, response, answer in (
        ("GetDocument", V1 + "Document", reads.get),
        ("CreateDocument", V1 + "Document", writes.create),
        ("UpdateDocument", V1 + "Document", writes.update),
        ("DeleteDocument", "google.protobuf.Empty", writes.delete),
        ("BeginTransaction", V1 + "BeginTransactionResponse", writes.begin),
        ("Commit", V1 + "CommitResponse", writes.commit),
        ("Rollback", "google.protobuf.Empty", writes.roll_back),
        ("BatchWrite", V1 + "BatchWriteResponse", writes.batch_write),
        ("ListDocuments", V1 + "ListDocumentsResponse", lists.documents),
        ("ListCollectionIds", V1 + "ListCollectionIdsResponse", lists.collection_ids),
        ("PartitionQuery", V1 + "PartitionQueryResponse", lists.partitions),
    ):
        served.unary(method, message(f"{V1}{method}Request"), message(response), answer)
    for method, stream in (
        ("BatchGetDocuments", reads.batch_get),
        ("RunQuery", reads.run_query),
        ("RunAggregationQuery", reads.run_aggregation),
        ("ExecutePipeline", reads.execute_pipeline),
    ):
        request, result = message(f"{V1}{method}Request"), message(f"{V1}{method}Response")
        served.server_stream(method, request, result, stream)
    served.duplex(
        "Listen", message(V1 + "ListenRequest"), message(V1 + "ListenResponse"), listens.listen
    )
    return served
