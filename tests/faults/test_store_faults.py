"""The store fails; nothing is lost, doubled or half written."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tests.faults.faulty_line import FaultyLine
from tests.faults.library import Library, text
from tests.flows.client import PROBLEM
from tests.flows.running_product import eventually

DOCUMENTS = 10


def test_documents_arrive_whole_although_connections_to_the_store_keep_breaking(
    line: FaultyLine, library: Library
) -> None:
    with ThreadPoolExecutor(1) as pool:
        uploading = pool.submit(library.upload_all, range(DOCUMENTS))
        while not uploading.done():
            line.cut()
            time.sleep(0.3)
        uploaded = uploading.result()
    for _ in range(5):  # the events are under way now
        line.cut()
        time.sleep(0.3)
    library.is_whole(uploaded)


def test_documents_under_way_arrive_whole_after_the_store_was_away(
    line: FaultyLine, library: Library
) -> None:
    uploaded = library.upload_all(range(DOCUMENTS))
    with line.closed():
        time.sleep(3)
    library.is_whole(uploaded)


def test_without_the_store_a_request_is_refused_in_words_and_leaves_nothing(
    line: FaultyLine, library: Library
) -> None:
    staff = library.business.staff
    uploaded = library.upload_all([0])
    library.is_whole(uploaded)
    soon = {"X-Deadline-Ms": "3000"}
    requests = [
        partial(staff.post, "/v1/documents", {"text": text(1)}, headers=soon),
        partial(staff.get, "/v1/documents", headers=soon),
        partial(staff.post, "/v1/search", {"query": "code of a room"}, headers=soon),
        partial(staff.delete, f"/v1/documents/{uploaded[0]['id']}", headers=soon),
    ]
    with line.closed(), ThreadPoolExecutor(len(requests)) as pool:
        for response in pool.map(lambda send: send(), requests):
            assert response.headers["Content-Type"].startswith(PROBLEM)
            problem = response.json()
            assert problem["type"] in ("/problems/unavailable", "/problems/deadline-exceeded")
            assert problem["detail"]
            assert problem["request_id"]
    eventually(lambda: staff.get("/v1/documents").status_code == 200)
    library.is_whole(uploaded)


def test_a_slow_store_makes_everything_slow_and_nothing_wrong(
    line: FaultyLine, library: Library
) -> None:
    with line.slow(0.03):
        uploaded = library.upload_all([2])
        library.is_whole(uploaded)
        answer = library.business.ask("Which code opens room 2-7?")
    assert answer["citations"]
