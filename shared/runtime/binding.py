"""What a handler asks for by its annotations, taken from the request and validated by pydantic.

A pydantic model is the JSON or multipart body (POST, PUT, PATCH) or the query (GET, DELETE); a
name from the path template is that part of the path; Caller, Store, Work and Files are given.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.runtime.problems import Problem, invalid

if TYPE_CHECKING:
    from flask import Request

BODY_METHODS = {"POST", "PUT", "PATCH"}


@dataclass(frozen=True)
class Parameter:
    name: str
    annotation: Any

    @property
    def is_model(self) -> bool:
        return isinstance(self.annotation, type) and issubclass(self.annotation, BaseModel)


@cache
def parameters(handler: Callable[..., Any]) -> tuple[Parameter, ...]:
    """A handler's parameters with their annotations resolved."""
    signature = inspect.signature(handler, eval_str=True)
    return tuple(Parameter(p.name, p.annotation) for p in signature.parameters.values())


def bind(
    handler: Callable[..., Any], given: Mapping[Any, Any], texts: Mapping[str, str], source: Any
) -> dict[str, Any]:
    """The arguments of a call: by annotation from `given`, by name from the path's `texts`, and
    models from what `source()` reads. Raises 404 for a malformed path part, 422 for the rest.
    """
    arguments: dict[str, Any] = {}
    for parameter in parameters(handler):
        if parameter.annotation in given:
            arguments[parameter.name] = given[parameter.annotation]
        elif parameter.name in texts:
            arguments[parameter.name] = _path_value(parameter, texts[parameter.name])
        elif parameter.is_model:
            arguments[parameter.name] = _model(parameter.annotation, source)
        else:
            raise TypeError(f"{handler.__name__}: nothing to give for {parameter.name!r}")
    return arguments


def _path_value(parameter: Parameter, text: str) -> Any:
    try:
        return TypeAdapter(parameter.annotation).validate_python(text)
    except ValidationError as wrong:
        raise Problem("not-found", f"{text[:60]!r} cannot be a {parameter.name}.") from wrong


def _model(model: type[BaseModel], source: Any) -> BaseModel:
    try:
        read = source(model)
        if isinstance(read, bytes):
            return model.model_validate_json(read)
        return model.model_validate(read)
    except ValidationError as wrong:
        raise invalid(wrong) from wrong


def reader(request: Request) -> Callable[[type[BaseModel]], bytes | dict[str, Any]]:
    """Reads the part of the request that a model of it is validated from."""

    def read(model: type[BaseModel]) -> bytes | dict[str, Any]:
        if request.method not in BODY_METHODS:
            return _query(request, model)
        if request.mimetype == "multipart/form-data":
            return form_fields(request)
        if request.mimetype not in ("application/json", ""):
            raise Problem("unsupported-media-type", "Send application/json.")
        return request.get_data(cache=True)

    return read


def _query(request: Request, model: type[BaseModel]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, values in request.args.lists():
        field = model.model_fields.get(name)
        listed = field is not None and get_origin(field.annotation) is list
        fields[name] = values if listed else values[-1]
    return fields


def form_fields(request: Request) -> dict[str, Any]:
    """Form fields as they are, repeated ones as lists; the first file becomes name and content."""
    fields: dict[str, Any] = {}
    for name, values in request.form.lists():
        fields[name.removesuffix("[]")] = values if name.endswith("[]") else values[-1]
    for file in list(request.files.values())[:1]:
        fields["filename"] = fields.get("filename") or file.filename or "document"
        fields["content_type"] = fields.get("content_type") or file.mimetype or None
        file.seek(0)  # a request that runs again reads it again
        fields["content"] = file.read()
    return fields
