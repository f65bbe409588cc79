"""Reads zip containers without ever unpacking more than the limits allow."""

from __future__ import annotations

import io
import zipfile
import zlib

from shared.knowledge.extraction import limits
from shared.knowledge.extraction.errors import Unreadable, damaged, too_complex

METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
"""What office files use; zipfile cannot bound how far one read of the others expands."""

ENCRYPTED = 0x1


class Archive:
    """The parts of a zip container. Raises `Unreadable` for a damaged one, a locked one, a bomb.

    `what` is the format's name as the document's owner knows it.
    """

    def __init__(self, data: bytes, what: str) -> None:
        self._what = what
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except zipfile.BadZipFile:
            raise damaged(what) from None
        self._check(len(data))

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    def read(self, name: str) -> bytes:
        """A part's bytes. zipfile stops at the declared size, which the check has bounded."""
        try:
            return self._zip.read(name)
        except (KeyError, zipfile.BadZipFile, zlib.error, EOFError):
            raise damaged(self._what) from None

    def _check(self, size: int) -> None:
        entries = self._zip.infolist()
        if any(entry.flag_bits & ENCRYPTED for entry in entries):
            raise Unreadable(
                "encrypted-document",
                f"This {self._what} is encrypted; remove the password and upload it again.",
            )
        if any(entry.compress_type not in METHODS for entry in entries):
            raise damaged(self._what)
        unpacked = sum(entry.file_size for entry in entries)
        packed = sum(entry.compress_size for entry in entries)
        # Entries that share their bytes (overlap) add up to more than the file holds.
        if len(entries) > limits.MAX_ENTRIES or unpacked > limits.MAX_UNZIPPED or packed > size:
            raise too_complex("it unpacks to far more than an ordinary document")
        if unpacked > limits.RATIO_FROM and unpacked > limits.MAX_RATIO * packed:
            raise too_complex("it unpacks to far more than an ordinary document")
