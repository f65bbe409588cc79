"""A service that is killed in the middle of its work loses nothing and does nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults.faulty_line import FaultyLine
from tests.faults.library import Library
from tests.flows.running_product import Product, eventually, manifest

DOCUMENTS = 20


@pytest.mark.parametrize("victim", manifest().services)
def test_twenty_documents_arrive_whole_although_a_service_is_killed_meanwhile(
    product: Product, library: Library, victim: str
) -> None:
    with ThreadPoolExecutor(1) as pool:
        uploading = pool.submit(library.upload_all, range(DOCUMENTS))
        for part in (1, 3):
            eventually(lambda part=part: sum(library.stored().values()) > part * DOCUMENTS)
            product.service(victim, "kill")
            product.wait_until_ready(victim)
        uploaded = uploading.result()
    library.is_whole(uploaded)


def test_a_crash_between_storing_an_index_and_committing_it_stores_no_chunk_twice(
    product: Product, line: FaultyLine, library: Library
) -> None:
    product.service("embedding-generation", "stop")
    uploaded = library.upload_all(range(8))
    with line.slow(0.1):  # so that many are in between whenever it is killed
        product.service("embedding-generation", "start")
        for stored in range(0, 8, 2):
            eventually(lambda stored=stored: len(library.stored()) > stored)
            product.service("embedding-generation", "kill")
    library.is_whole(uploaded)


def test_what_was_uploaded_while_embedding_stood_still_is_embedded_afterwards(
    product: Product, library: Library
) -> None:
    product.service("embedding-generation", "stop")
    try:
        uploaded = library.upload_all(range(3))
        for document in uploaded:
            eventually(
                lambda document=document: (
                    library.business.document(document["id"])["stages"][1]["state"] == "done"
                )
            )
        assert {one["status"] for one in library.business.documents()} == {"processing"}
        assert library.stored() == {}
    finally:
        product.service("embedding-generation", "start")
    library.is_whole(uploaded)
