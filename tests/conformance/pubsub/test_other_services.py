"""What stands beside topics and subscriptions: schemas and access policies."""

from __future__ import annotations

import pytest
from google.api_core.exceptions import MethodNotImplemented
from google.pubsub_v1 import SchemaServiceClient
from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport

from tests.conformance.differences import differs
from tests.conformance.pubsub.bus import Bus

AVRO = '{"type": "record", "name": "Order", "fields": [{"name": "id", "type": "string"}]}'


@differs("embedded", "Schemas answer UNIMPLEMENTED.", "google.pubsub.v1 SchemaService")
def test_a_schema_is_kept(bus: Bus) -> None:
    channel = bus.batching.transport.grpc_channel
    schemas = SchemaServiceClient(transport=SchemaServiceGrpcTransport(channel=channel))
    schema = {"type_": "AVRO", "definition": AVRO}
    made = schemas.create_schema(
        request={"parent": bus.project, "schema_id": "order", "schema": schema}
    )
    assert made.definition == AVRO


def test_access_policies_are_said_to_be_missing(bus: Bus) -> None:
    with pytest.raises(MethodNotImplemented):
        bus.publisher.get_iam_policy(request={"resource": bus.topic()}, retry=None)
