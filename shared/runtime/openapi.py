"""The OpenAPI 3.1 description of services, from their routes, contracts and docstrings."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import models_json_schema

from shared.contracts.problems import CONTENT_TYPE, ProblemDetails
from shared.runtime.binding import BODY_METHODS, Parameter, parameters
from shared.runtime.replies import JSON, Reply, Stream
from shared.runtime.routing import PARAMETER

if TYPE_CHECKING:
    from shared.runtime.routing import Route
    from shared.runtime.service import Service

REFERENCE = "#/components/schemas/{model}"
SECURITY = {
    "apiKey": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
}
TEXT = {"type": "string"}
SERVER_EVENT = {"type": "object", "properties": {"id": TEXT, "event": TEXT, "data": TEXT}}


def describe(services: Iterable[Service], title: str, version: str) -> dict[str, Any]:
    """The document of every exposed route, sorted by path: it changes only with the code."""
    routes = [(s, r) for s in services for r in s.router.routes if r.exposed]
    models = {m for _, route in routes for m in _models(route)} | {ProblemDetails}
    ordered = sorted(models, key=lambda model: model.__name__)
    answers = {model for _, route in routes for model in _returned(route)}
    names, schemas = models_json_schema(
        [(model, "serialization" if model in answers else "validation") for model in ordered],
        ref_template=REFERENCE,
    )
    references = {model: schema for (model, _), schema in names.items()}
    paths: dict[str, dict[str, Any]] = {}
    for service, route in sorted(routes, key=lambda pair: (pair[1].path, pair[1].method)):
        operation = _operation(service, route, references)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": paths,
        "components": {"schemas": schemas.get("$defs", {}), "securitySchemes": SECURITY},
    }


def _operation(service: Service, route: Route, references: dict[Any, Any]) -> dict[str, Any]:
    summary = (route.handler.__doc__ or "").strip().partition("\n")[0]
    operation: dict[str, Any] = {
        "operationId": f"{service.name}.{route.handler.__name__}",
        "summary": summary,
        "tags": [service.name],
        "parameters": [*_path(route), *_query(route), *_headers(route)],
        "responses": _responses(route, references),
        "security": [{name: []} for name in SECURITY] if route.scope else [],
    }
    if route.scope:
        operation["x-scope"] = route.scope
    if body := _body(route):
        operation["requestBody"] = {"required": True, "content": _content(body, references)}
    return operation


def _models(route: Route) -> Iterator[type[BaseModel]]:
    if body := _body(route):
        yield body
    yield from _returned(route)


def _returned(route: Route) -> list[type[BaseModel]]:
    return [
        kind for kind in _kinds(route) if isinstance(kind, type) and issubclass(kind, BaseModel)
    ]


def _kinds(route: Route) -> tuple[Any, ...]:
    """What a handler may return."""
    returned = get_type_hints(route.handler).get("return")
    union = get_origin(returned) in (Union, types.UnionType)
    return get_args(returned) if union else (returned,)


def _asked(route: Route) -> list[Parameter]:
    """The models that a handler takes from the request itself."""
    found = [p for p in parameters(route.handler) if p.is_model]
    return [p for p in found if not p.annotation.__module__.startswith("shared.runtime.caller")]


def _body(route: Route) -> type[BaseModel] | None:
    asked = _asked(route) if route.method in BODY_METHODS else []
    return asked[0].annotation if asked else None


def _path(route: Route) -> Iterator[dict[str, Any]]:
    annotations = {p.name: p.annotation for p in parameters(route.handler)}
    for name in PARAMETER.findall(route.path):
        schema = TypeAdapter(annotations[name]).json_schema()
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query(route: Route) -> Iterator[dict[str, Any]]:
    if route.method in BODY_METHODS:
        return
    for parameter in _asked(route):
        schema = parameter.annotation.model_json_schema()
        for name, field in schema.get("properties", {}).items():
            required = name in schema.get("required", [])
            yield {"name": name, "in": "query", "required": required, "schema": field}


def _headers(route: Route) -> Iterator[dict[str, Any]]:
    text = {"type": "string", "maxLength": 255}
    if route.idempotent:
        yield {"name": "Idempotency-Key", "in": "header", "schema": text}
    if route.method in {"PUT", "DELETE"}:
        yield {"name": "If-Match", "in": "header", "schema": text}
    if Stream in _kinds(route):
        yield {"name": "Last-Event-ID", "in": "header", "schema": {"type": "integer"}}


def _content(body: type[BaseModel], references: dict[Any, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {JSON: {"schema": references[body]}}
    fields = body.model_json_schema()["properties"]
    if "content" in fields and "filename" in fields:
        others = {name: {"type": "string"} for name in fields if name not in {"content", "text"}}
        file = {"file": {"type": "string", "format": "binary"}}
        form = {"type": "object", "required": ["file"], "properties": {**file, **others}}
        content["multipart/form-data"] = {"schema": form}
    return content


def _responses(route: Route, references: dict[Any, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for kind in _kinds(route):
        if kind is Stream:
            content["text/event-stream"] = {"schema": SERVER_EVENT}
        elif kind is Reply:
            content["*/*"] = {"schema": {}}
        elif kind in references:
            content[JSON] = {"schema": references[kind]}
    answer: dict[str, Any] = {"description": "The answer."}
    if content:
        answer["content"] = content
    problem = {CONTENT_TYPE: {"schema": references[ProblemDetails]}}
    return {
        str(route.status): answer,
        "default": {"description": "A problem (RFC 9457).", "content": problem},
    }
