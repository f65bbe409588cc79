"""The API's errors: status, body and headers as OpenAI sends them.

Sources: the error-codes and rate-limits guides on developers.openai.com, and bodies quoted in the
public issues of client libraries.
"""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from werkzeug.exceptions import HTTPException

INVALID = "invalid_request_error"
KEYS_PAGE = "https://platform.openai.com/account/api-keys"
# What a fault switch answers by status: message, type and code.
USUAL: dict[int, tuple[str, str, str | None]] = {
    400: ("Invalid request.", INVALID, None),
    401: (f"Incorrect API key provided. Find yours at {KEYS_PAGE}.", INVALID, "invalid_api_key"),
    403: (
        "You are not allowed to use this model.",
        INVALID,
        "unsupported_country_region_territory",
    ),
    404: ("The model does not exist.", INVALID, "model_not_found"),
    429: ("Rate limit reached for requests. Try again later.", "requests", "rate_limit_exceeded"),
    500: ("The server had an error while processing your request.", "server_error", None),
    503: (
        "The engine is currently overloaded, please try again later.",
        "service_unavailable_error",
        "server_is_overloaded",
    ),
}


class ApiError(Exception):
    """An answer other than 2xx."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = INVALID,
        param: str | None = None,
        code: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.body = {"error": {"message": message, "type": kind, "param": param, "code": code}}

    def response(self) -> Response:
        """The error as the client sees it."""
        response: Response = jsonify(self.body)
        response.status_code = self.status
        response.headers.update(self.headers)
        return response


def bad_request(message: str, param: str | None = None, code: str | None = None) -> ApiError:
    """400: the request itself is wrong."""
    return ApiError(400, message, param=param, code=code)


def unsupported(param: str, advice: str = "") -> ApiError:
    """400: the model does not take this parameter."""
    message = f"Unsupported parameter: '{param}' is not supported with this model.{advice}"
    return bad_request(message, param, "unsupported_parameter")


def missing(param: str) -> ApiError:
    """400: a required parameter is not there."""
    return bad_request(
        f"Missing required parameter: '{param}'.", param, "missing_required_parameter"
    )


def require_object(item: Any, param: str) -> dict[str, Any]:
    """`item` if it is a JSON object; else 400."""
    if not isinstance(item, dict):
        message = f"Invalid type for '{param}': expected an object."
        raise bad_request(message, param, "invalid_type")
    return item


def unknown_model(name: Any) -> ApiError:
    """404: no such model."""
    message = f"The model `{name}` does not exist or you do not have access to it."
    return ApiError(404, message, code="model_not_found")


def no_key() -> ApiError:
    """401: the request carries no API key."""
    return ApiError(
        401,
        "You didn't provide an API key. You need to provide your API key in an Authorization "
        f"header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY). See {KEYS_PAGE}.",
    )


def wrong_key(key: str) -> ApiError:
    """401: a key that does not start with `sk-`; the message shows no more than its ends."""
    shown = f"{key[:4]}****{key[-4:]}" if len(key) > 12 else "****"
    message = f"Incorrect API key provided: {shown}. You can find your API key at {KEYS_PAGE}."
    return ApiError(401, message, code="invalid_api_key")


def injected(
    status: int, code: str | None, message: str | None, headers: dict[str, str]
) -> ApiError:
    """The error a fault switch asks for, with the type and code that belong to its status."""
    text, kind, usual_code = USUAL.get(status, ("Injected fault.", "server_error", None))
    if status == 429 and code not in (None, usual_code):
        text, kind = (
            "You exceeded your current quota, please check your plan.",
            "insufficient_quota",
        )
    if status == 429:
        headers = {"retry-after": "1", **headers}
    return ApiError(status, message or text, kind=kind, code=code or usual_code, headers=headers)


def from_http(error: HTTPException, method: str, path: str) -> ApiError:
    """What OpenAI answers to an unknown address, a wrong method or any other protocol error."""
    if error.code == 405:
        message = f"Not allowed to {method} on {path}."
        return ApiError(405, message, code="method_not_supported")
    if error.code == 404:
        return ApiError(404, f"Invalid URL ({method} {path})", code="unknown_url")
    return ApiError(error.code or 500, error.description or error.name)
