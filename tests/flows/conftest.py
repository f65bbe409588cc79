"""One stack for all flows; a business of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.flows.business import Business, sign_up
from tests.flows.running_product import Product, emulators, running


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The whole product, running."""
    emulators()
    with running(tmp_path_factory.mktemp("product")) as started:
        yield started


@pytest.fixture
def business(product: Product) -> Business:
    """A business that nobody has used."""
    return sign_up(product.gateway)


@pytest.fixture(scope="module")
def shared_business(product: Product) -> Business:
    """A business for tests of one module that only read."""
    return sign_up(product.gateway)
