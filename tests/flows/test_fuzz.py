"""Whatever the OpenAPI document allows, and much that it does not, gets a sane answer."""

from __future__ import annotations

import json
import secrets

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from emulators.cli.openapi import render
from tests.flows.business import sign_up
from tests.flows.client import PROBLEM
from tests.flows.running_product import REPOSITORY, Product

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
# The Functions Framework itself refuses any other method, before our code sees it.
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}
# It ends the session that every request here needs; what it does has tests of its own.
schema = schemathesis.openapi.from_dict(json.loads(render(REPOSITORY))).exclude(path="/v1/logout")


@pytest.fixture(scope="module")
def authorization(product: Product) -> dict[str, str]:
    token = sign_up(product.gateway).tokens["access_token"]
    return {"Authorization": f"Bearer {token}"}


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_route_answers_any_request_as_its_description_says(
    case: schemathesis.Case, product: Product, authorization: dict[str, str]
) -> None:
    assume(case.method.upper() in METHODS)
    address = f"198.51.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
    headers = {**authorization, "X-Forwarded-For": address}
    response = case.call(base_url=product.gateway, headers=headers)
    if response.status_code >= 400:
        assert response.headers["content-type"][0] == PROBLEM, response.content
        problem = response.json()
        assert problem["request_id"] and problem["type"].startswith("/problems/")
        assert "Traceback" not in response.text
    case.validate_response(response, checks=CHECKS)
