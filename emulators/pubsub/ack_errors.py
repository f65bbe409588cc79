"""How an acknowledgement fails with exactly-once delivery: an outcome for every ack id.

Source: google.rpc.Status in the trailer grpc-status-details-bin, as client libraries read it.
"""

from __future__ import annotations

from collections.abc import Mapping

from emulators.pubsub.backlog import Outcome
from emulators.rpc.errors import FailedPrecondition

DOMAIN = "pubsub.googleapis.com"
TRAILER = "grpc-status-details-bin"
UNORDERED = "Some acknowledgement ids in the request were sent out of order."
INVALID = (
    "Some acknowledgement ids in the request were invalid. This could be because the "
    "acknowledgement ids have expired or the acknowledgement ids were malformed."
)


class AckFailure(FailedPrecondition):
    """Some acknowledgements of a request failed; `trailing_metadata` says which and why."""

    def __init__(self, failed: Mapping[str, Outcome]) -> None:
        unordered = all(outcome is Outcome.UNORDERED for outcome in failed.values())
        text = UNORDERED if unordered else INVALID
        super().__init__(text)
        self.trailing_metadata = ((TRAILER, _status(self.code.value[0], text, failed)),)


def _status(code: int, text: str, failed: Mapping[str, Outcome]) -> bytes:
    from google.rpc.error_details_pb2 import ErrorInfo
    from google.rpc.status_pb2 import Status

    status = Status(code=code, message=text)
    outcomes = {ack_id: outcome.value for ack_id, outcome in failed.items()}
    status.details.add().Pack(
        ErrorInfo(reason=next(iter(outcomes.values())), domain=DOMAIN, metadata=outcomes)
    )
    return bytes(status.SerializeToString())
