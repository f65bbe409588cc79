"""Cloud Storage: bytes at a path of the one bucket."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from google.cloud.storage import Bucket

_making = threading.Lock()


class StorageUnavailable(Exception):
    """Cloud Storage did not answer; writing the same bytes again is safe."""


def bucket() -> Bucket:
    """The bucket named by FRONTDESK_BUCKET. STORAGE_EMULATOR_HOST points elsewhere locally."""
    with _making:
        return _bucket()


@cache
def _bucket() -> Bucket:
    from google.cloud import storage

    if os.environ.get("STORAGE_EMULATOR_HOST"):
        from google.auth.credentials import AnonymousCredentials

        client = storage.Client(
            project=os.environ["GOOGLE_CLOUD_PROJECT"], credentials=AnonymousCredentials()
        )
    else:
        client = storage.Client()
    return client.bucket(os.environ["FRONTDESK_BUCKET"])


def write(path: str, data: bytes, content_type: str, timeout: float = 30) -> None:
    """Puts the whole object; the same path again replaces it."""
    with _errors():
        blob = bucket().blob(path)
        blob.upload_from_string(data, content_type=content_type, **_within(timeout))


def read(path: str, timeout: float = 30) -> bytes | None:
    """The whole object, or None where there is none."""
    from google.api_core.exceptions import NotFound

    with _errors():
        try:
            data: bytes = bucket().blob(path).download_as_bytes(**_within(timeout))
        except NotFound:
            return None
        return data


def delete_under(prefix: str, timeout: float = 60) -> None:
    """Deletes every object whose path starts with `prefix`."""
    from google.api_core.exceptions import NotFound

    with _errors():
        for blob in list(bucket().list_blobs(prefix=prefix, **_within(timeout))):
            try:
                blob.delete(**_within(timeout))
            except NotFound:
                continue  # another delivery of the same deletion was here first


def _within(seconds: float) -> dict[str, Any]:
    """Bounds a call with its retries, which by default go on for two minutes."""
    from google.cloud.storage.retry import DEFAULT_RETRY

    return {"retry": DEFAULT_RETRY.with_timeout(seconds), "timeout": seconds}


class _errors:
    """Turns the client's many failures into StorageUnavailable."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            return
        from google.api_core.exceptions import GoogleAPIError
        from requests.exceptions import RequestException

        if isinstance(error, GoogleAPIError | RequestException):
            raise StorageUnavailable(str(error)) from error
