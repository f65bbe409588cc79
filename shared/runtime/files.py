"""A tenant's files in Cloud Storage: a handle made for one tenant, like Store for records."""

from __future__ import annotations

import re

from shared.cloud import storage
from shared.runtime.context import current
from shared.runtime.problems import Problem, not_found
from shared.runtime.store import TENANT

PATH = re.compile(r"(?!.*\.\.)[A-Za-z0-9_-]+(/[A-Za-z0-9._-]+)*")


class Files:
    """Bytes by path. Paths are immutable by convention: another content gets another path."""

    def __init__(self, tenant: str) -> None:
        if not TENANT.fullmatch(tenant):
            raise ValueError(f"not a tenant id: {tenant!r}")
        self._root = f"tenants/{tenant}/"

    def write(self, path: str, data: bytes, content_type: str = "application/json") -> None:
        """Puts the whole file; doing it again after a crash changes nothing."""
        with _answering():
            storage.write(self._path(path), data, content_type, current().remaining())

    def read(self, path: str) -> bytes:
        """The whole file, or 404."""
        with _answering():
            data = storage.read(self._path(path), current().remaining())
        if data is None:
            raise not_found("file")
        return data

    def delete_under(self, folder: str) -> None:
        """Deletes every file under a folder."""
        with _answering():
            storage.delete_under(self._path(folder) + "/")

    def _path(self, path: str) -> str:
        if not PATH.fullmatch(path):
            raise not_found("file")
        return self._root + path


class _answering:
    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, storage.StorageUnavailable):
            raise Problem(
                "unavailable", "The file store does not answer.", headers={"Retry-After": "1"}
            ) from error
