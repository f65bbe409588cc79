"""Secret Manager: the latest version of a secret by name, kept for five minutes."""

from __future__ import annotations

import os
import threading
import time
from functools import cache
from typing import TYPE_CHECKING

from shared.cloud.patience import within

if TYPE_CHECKING:
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient

KEEP_SECONDS = 300.0
_making = threading.Lock()
_kept: dict[str, tuple[float, str]] = {}


def secret(name: str) -> str:
    """The secret's text. A rotated one is seen within five minutes, without a restart."""
    until, value = _kept.get(name, (0.0, ""))
    if time.monotonic() < until:
        return value
    with _making:
        client = _client()
    version = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/secrets/{name}/versions/latest"
    value = client.access_secret_version(name=version, **within(10)).payload.data.decode()
    _kept[name] = (time.monotonic() + KEEP_SECONDS, value)
    return value


@cache
def _client() -> SecretManagerServiceClient:
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient

    address = os.environ.get("SECRET_MANAGER_EMULATOR_HOST")
    if not address:
        return SecretManagerServiceClient()
    import grpc
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcTransport,
    )

    return SecretManagerServiceClient(
        transport=SecretManagerServiceGrpcTransport(channel=grpc.insecure_channel(address))
    )
