"""google.cloud.secretmanager.v1.SecretManagerService: the methods by name.

Those it does not have, and fields it would have to ignore, are UNIMPLEMENTED.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import google_crc32c

from emulators.rpc.errors import InvalidArgument, Unimplemented
from emulators.rpc.faults import Faults
from emulators.rpc.server import Service
from emulators.secrets.protos import PACKAGE, Secret, SecretVersion, named
from emulators.secrets.vault import Vault

SECRET_ID = re.compile(r"[A-Za-z0-9_-]{1,255}")
PARENT = re.compile(r"projects/[^/]+")
SECRET = re.compile(rf"{PARENT.pattern}/secrets/{SECRET_ID.pattern}")
VERSION = re.compile(rf"{SECRET.pattern}/versions/([0-9]{{1,18}}|latest)")
LARGEST_PAYLOAD = 65536
LARGEST_PAGE = 25000
OUTPUT_ONLY = {"name", "create_time"}
KEPT = {"replication", "labels", "annotations"}


class Methods:
    """Each takes its request message and returns its response."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def service(self, faults: Faults) -> Service:
        """The methods that there are."""
        service = Service(f"{PACKAGE}.SecretManagerService", faults)
        for method, response, answer in (
            ("CreateSecret", Secret, self.create_secret),
            ("GetSecret", Secret, self.get_secret),
            ("ListSecrets", named("ListSecretsResponse"), self.list_secrets),
            ("AddSecretVersion", SecretVersion, self.add_version),
            ("GetSecretVersion", SecretVersion, self.get_version),
            ("ListSecretVersions", named("ListSecretVersionsResponse"), self.list_versions),
            ("AccessSecretVersion", named("AccessSecretVersionResponse"), self.access_version),
            ("EnableSecretVersion", SecretVersion, self.enable_version),
            ("DisableSecretVersion", SecretVersion, self.disable_version),
            ("DestroySecretVersion", SecretVersion, self.destroy_version),
        ):
            service.unary(method, named(f"{method}Request"), response, answer)
        return service

    async def create_secret(self, request: Any) -> Any:
        """Raises InvalidArgument, Unimplemented, AlreadyExists."""
        _check(PARENT, request.parent)
        if not SECRET_ID.fullmatch(request.secret_id):
            said = "secret_id must be 1 to 255 letters, digits, hyphens or underscores."
            raise InvalidArgument(said)
        if not request.secret.HasField("replication"):
            raise InvalidArgument("replication must be provided.")
        for field, _ in request.secret.ListFields():
            if field.name not in OUTPUT_ONLY | KEPT:
                raise Unimplemented(f"This emulator does not support {field.name}.")
        return self._vault.create(f"{request.parent}/secrets/{request.secret_id}", request.secret)

    async def get_secret(self, request: Any) -> Any:
        """Raises InvalidArgument, NotFound."""
        return self._vault.get(_check(SECRET, request.name))

    async def list_secrets(self, request: Any) -> Any:
        """Of a project, newest first. Raises InvalidArgument, Unimplemented."""
        found = self._vault.under(_check(PARENT, request.parent))
        page, following = _page(found, request)
        return named("ListSecretsResponse")(
            secrets=page, next_page_token=following, total_size=len(found)
        )

    async def add_version(self, request: Any) -> Any:
        """Raises InvalidArgument, NotFound."""
        secret, payload = _check(SECRET, request.parent), request.payload
        if not 0 < len(payload.data) <= LARGEST_PAYLOAD:
            raise InvalidArgument(f"The payload must have 1 to {LARGEST_PAYLOAD} bytes.")
        checked = payload.HasField("data_crc32c")
        if checked and payload.data_crc32c != google_crc32c.value(payload.data):
            raise InvalidArgument("The payload does not match its data_crc32c.")
        return self._vault.add(secret, payload.data)

    async def get_version(self, request: Any) -> Any:
        """Raises InvalidArgument, NotFound."""
        return self._vault.version(_check(VERSION, request.name))

    async def list_versions(self, request: Any) -> Any:
        """Newest first. Raises InvalidArgument, Unimplemented, NotFound."""
        found = self._vault.versions(_check(SECRET, request.parent))
        page, following = _page(found, request)
        return named("ListSecretVersionsResponse")(
            versions=page, next_page_token=following, total_size=len(found)
        )

    async def access_version(self, request: Any) -> Any:
        """The payload with its checksum. Raises InvalidArgument, NotFound, FailedPrecondition."""
        version, data = self._vault.access(_check(VERSION, request.name))
        payload = named("SecretPayload")(data=data, data_crc32c=google_crc32c.value(data))
        return named("AccessSecretVersionResponse")(name=version.name, payload=payload)

    async def enable_version(self, request: Any) -> Any:
        """Raises InvalidArgument, Unimplemented, NotFound, FailedPrecondition."""
        return self._change(request, SecretVersion.ENABLED)

    async def disable_version(self, request: Any) -> Any:
        """Raises InvalidArgument, Unimplemented, NotFound, FailedPrecondition."""
        return self._change(request, SecretVersion.DISABLED)

    async def destroy_version(self, request: Any) -> Any:
        """For good. Raises InvalidArgument, Unimplemented, NotFound, FailedPrecondition."""
        return self._change(request, SecretVersion.DESTROYED)

    def _change(self, request: Any, state: int) -> Any:
        if request.etag:
            raise Unimplemented("This emulator does not support etags.")
        return self._vault.change(_check(VERSION, request.name), state)


def _check(form: re.Pattern[str], name: str) -> str:
    if not form.fullmatch(name):
        raise InvalidArgument(f"{name!r} is not a valid resource name here.")
    return name


def _page(found: Sequence[Any], request: Any) -> tuple[Sequence[Any], str]:
    """The page asked for and the token of the next; tokens are positions."""
    if request.filter:
        raise Unimplemented("This emulator does not support filters.")
    if request.page_size < 0:
        raise InvalidArgument("page_size must not be negative.")
    if not re.fullmatch(r"[0-9]{0,9}", request.page_token):
        raise InvalidArgument("page_token is not one of ours.")
    start = int(request.page_token or 0)
    end = start + min(request.page_size or LARGEST_PAGE, LARGEST_PAGE)
    return found[start:end], str(end) if end < len(found) else ""
