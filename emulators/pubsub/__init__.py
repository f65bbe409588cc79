"""Pub/Sub's gRPC API (google.pubsub.v1) in one process, with push, replay and faults."""
