"""The gRPC service google.cloud.secretmanager.v1; methods it does not have are UNIMPLEMENTED."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import google_crc32c
import grpc
from google.cloud.secretmanager_v1 import types

from emulators.secrets.vault import AlreadyExists, NotFound, State, Vault, WrongState

SERVICE = "google.cloud.secretmanager.v1.SecretManagerService"
SECRET_ID = re.compile(r"^[A-Za-z0-9_-]{1,255}$")
PARENT = re.compile(r"^projects/[^/]+$")
SECRET = re.compile(r"^projects/[^/]+/secrets/[A-Za-z0-9_-]{1,255}$")
VERSION = re.compile(r"^projects/[^/]+/secrets/[A-Za-z0-9_-]{1,255}/versions/(\d+|latest)$")
LARGEST_PAYLOAD = 65536
LARGEST_PAGE = 25000
STATUS = {
    AlreadyExists: grpc.StatusCode.ALREADY_EXISTS,
    NotFound: grpc.StatusCode.NOT_FOUND,
    WrongState: grpc.StatusCode.FAILED_PRECONDITION,
    ValueError: grpc.StatusCode.INVALID_ARGUMENT,
    NotImplementedError: grpc.StatusCode.UNIMPLEMENTED,
}
UNSUPPORTED = ("expire_time", "ttl", "rotation", "topics", "version_aliases", "version_destroy_ttl")

Item = TypeVar("Item")
Method = Callable[[Any], Any]


class SecretManager:
    """The methods by name; each takes its request and returns its response."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def create_secret(self, request: types.CreateSecretRequest) -> types.Secret:
        _require(PARENT, request.parent)
        if not SECRET_ID.match(request.secret_id):
            raise ValueError("secret_id must be 1 to 255 letters, digits, hyphens or underscores.")
        if "replication" not in request.secret:
            raise ValueError("replication must be provided.")
        for name in UNSUPPORTED:
            if name in request.secret:
                raise NotImplementedError(f"This emulator does not support {name}.")
        return self._vault.create(f"{request.parent}/secrets/{request.secret_id}", request.secret)

    def get_secret(self, request: types.GetSecretRequest) -> types.Secret:
        return self._vault.get(_require(SECRET, request.name))

    def list_secrets(self, request: types.ListSecretsRequest) -> types.ListSecretsResponse:
        found = self._vault.under(_require(PARENT, request.parent))
        page, following = _page(found, request)
        return types.ListSecretsResponse(
            secrets=page, next_page_token=following, total_size=len(found)
        )

    def add_secret_version(self, request: types.AddSecretVersionRequest) -> types.SecretVersion:
        name = _require(SECRET, request.parent)
        payload = request.payload
        if not payload.data or len(payload.data) > LARGEST_PAYLOAD:
            raise ValueError(f"The payload must have 1 to {LARGEST_PAYLOAD} bytes.")
        if "data_crc32c" in payload and payload.data_crc32c != google_crc32c.value(payload.data):
            raise ValueError("The payload does not match its data_crc32c.")
        return self._vault.add(name, payload.data)

    def get_secret_version(self, request: types.GetSecretVersionRequest) -> types.SecretVersion:
        return self._vault.version(_require(VERSION, request.name))

    def list_secret_versions(
        self, request: types.ListSecretVersionsRequest
    ) -> types.ListSecretVersionsResponse:
        found = self._vault.versions(_require(SECRET, request.parent))
        page, following = _page(found, request)
        return types.ListSecretVersionsResponse(
            versions=page, next_page_token=following, total_size=len(found)
        )

    def access_secret_version(
        self, request: types.AccessSecretVersionRequest
    ) -> types.AccessSecretVersionResponse:
        version, data = self._vault.access(_require(VERSION, request.name))
        payload = types.SecretPayload(data=data, data_crc32c=google_crc32c.value(data))
        return types.AccessSecretVersionResponse(name=version.name, payload=payload)

    def enable_secret_version(
        self, request: types.EnableSecretVersionRequest
    ) -> types.SecretVersion:
        return self._change(request, State.ENABLED)

    def disable_secret_version(
        self, request: types.DisableSecretVersionRequest
    ) -> types.SecretVersion:
        return self._change(request, State.DISABLED)

    def destroy_secret_version(
        self, request: types.DestroySecretVersionRequest
    ) -> types.SecretVersion:
        return self._change(request, State.DESTROYED)

    def _change(self, request: Any, state: int) -> types.SecretVersion:
        if request.etag:
            raise NotImplementedError("This emulator does not support etags.")
        return self._vault.change(_require(VERSION, request.name), state)


# RPC: request, response. A dict of what is served: gRPC itself refuses the rest.
METHODS: dict[str, tuple[Any, Any]] = {
    "CreateSecret": (types.CreateSecretRequest, types.Secret),
    "GetSecret": (types.GetSecretRequest, types.Secret),
    "ListSecrets": (types.ListSecretsRequest, types.ListSecretsResponse),
    "AddSecretVersion": (types.AddSecretVersionRequest, types.SecretVersion),
    "GetSecretVersion": (types.GetSecretVersionRequest, types.SecretVersion),
    "ListSecretVersions": (types.ListSecretVersionsRequest, types.ListSecretVersionsResponse),
    "AccessSecretVersion": (types.AccessSecretVersionRequest, types.AccessSecretVersionResponse),
    "EnableSecretVersion": (types.EnableSecretVersionRequest, types.SecretVersion),
    "DisableSecretVersion": (types.DisableSecretVersionRequest, types.SecretVersion),
    "DestroySecretVersion": (types.DestroySecretVersionRequest, types.SecretVersion),
}


def serve(vault: Vault, address: str) -> grpc.Server:
    """A started server. Raises RuntimeError when the address is taken."""
    server = grpc.server(ThreadPoolExecutor(8), options=[("grpc.so_reuseport", 0)])
    methods = SecretManager(vault)
    handlers = {
        rpc: grpc.unary_unary_rpc_method_handler(
            _answering(getattr(methods, _snake(rpc))), request.deserialize, response.serialize
        )
        for rpc, (request, response) in METHODS.items()
    }
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
    server.add_insecure_port(address)
    server.start()
    return server


def _answering(method: Method) -> Callable[[Any, grpc.ServicerContext], Any]:
    """Failures become gRPC's status codes."""

    def answer(request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(request)
        except tuple(STATUS) as wrong:
            context.abort(STATUS[type(wrong)], str(wrong))

    return answer


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _require(form: re.Pattern[str], name: str) -> str:
    if not form.match(name):
        raise ValueError(f"{name!r} is not a valid resource name here.")
    return name


def _page(found: Sequence[Item], request: Any) -> tuple[Sequence[Item], str]:
    """The page asked for and the token of the next; tokens are positions."""
    if request.filter:
        raise NotImplementedError("This emulator does not support filters.")
    start = int(request.page_token or 0)
    end = start + (min(request.page_size, LARGEST_PAGE) or LARGEST_PAGE)
    return found[start:end], str(end) if end < len(found) else ""
