"""What a request must look like, and what the answer looks like when it does not."""

import io
import json

import pytest

from tests.runtime.service import SMALL

TEA = {"item": "tea", "quantity": 2}


def slug(response) -> str:
    assert response.mimetype == "application/problem+json"
    body = response.get_json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["request_id"] == response.headers["X-Request-Id"]
    return body["type"].removeprefix("/problems/")


def test_a_created_resource_is_answered_with_its_etag(door):
    created = door("POST", "/v1/orders", TEA)
    assert created.status_code == 201
    assert created.headers["ETag"] == '"1"'
    assert created.get_json()["item"] == "tea"
    read = door("GET", f"/v1/orders/{created.get_json()['id']}")
    assert read.get_json() == created.get_json()


def test_head_answers_like_get_without_the_body(door):
    order_id = door("POST", "/v1/orders", TEA).get_json()["id"]
    head = door("HEAD", f"/v1/orders/{order_id}")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", '"1"')


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/orders/", "/v1/orders/a/b", "/v1/ordersX", "/v1/secretsXjson"]
)
def test_an_unknown_path_is_404(door, path):
    answer = door("GET", path)
    assert (answer.status_code, slug(answer)) == (404, "not-found")


def test_a_wrong_method_is_405_and_names_the_right_ones(door):
    answer = door("PATCH", "/v1/orders/ord_1")
    assert (answer.status_code, slug(answer)) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "DELETE, GET, PUT"


def test_a_path_part_of_the_wrong_type_is_404(door):
    assert door("GET", "/v1/lines/7").get_json() == {"text": "7"}
    assert slug(door("GET", "/v1/lines/seven")) == "not-found"


def test_every_wrong_field_is_named(door):
    answer = door("POST", "/v1/orders", {"quantity": 0, "colour": "red"})
    assert (answer.status_code, slug(answer)) == (422, "invalid-body")
    fields = {error["field"] for error in answer.get_json()["errors"]}
    assert fields == {"item", "quantity", "colour"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"item": "\xff"}', b"[" * 5000])
def test_broken_json_is_422(door, body):
    answer = door("POST", "/v1/orders", data=body, content_type="application/json")
    assert (answer.status_code, slug(answer)) == (422, "invalid-body")


def test_another_media_type_is_415(door):
    answer = door("POST", "/v1/orders", data=b"item=tea", content_type="text/plain")
    assert (answer.status_code, slug(answer)) == (415, "unsupported-media-type")


@pytest.mark.parametrize("form", [False, True])
def test_a_body_over_the_limit_is_413(door, form):
    if form:
        answer = door("POST", "/v1/files", data={"file": (io.BytesIO(b"x" * SMALL * 2), "f")})
    else:
        answer = door("POST", "/v1/files", {"title": "x" * SMALL})
    assert (answer.status_code, slug(answer)) == (413, "payload-too-large")


def test_a_body_of_untold_length_is_413_as_soon_as_it_is_over_the_limit(door):
    endless = io.BufferedReader(Endless())
    answer = door(
        "POST",
        "/v1/files",
        headers={"Transfer-Encoding": "chunked"},
        content_type="application/json",
        environ_overrides={"wsgi.input": endless, "wsgi.input_terminated": True},
    )
    assert (answer.status_code, slug(answer)) == (413, "payload-too-large")
    assert endless.raw.given < SMALL * 10


def test_a_chunked_upload_is_read_whole(door):
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="menu.pdf"\r\n\r\n'
    answer = door(
        "POST",
        "/v1/files",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={
            "CONTENT_TYPE": "multipart/form-data; boundary=x",
            "wsgi.input": io.BytesIO(head + b"%PDF" * 2000 + b"\r\n--x--\r\n"),
            "wsgi.input_terminated": True,
        },
    )
    assert answer.get_json() == {"text": ":menu.pdf:8000"}


class Endless(io.RawIOBase):
    """A body that never ends."""

    given = 0

    def readable(self):
        return True

    def readinto(self, buffer):
        self.given += len(buffer)
        buffer[:] = b" " * len(buffer)
        return len(buffer)


def test_a_body_that_breaks_off_is_the_clients_fault(door):
    answer = door(
        "POST",
        "/v1/orders",
        input_stream=io.BytesIO(b'{"item"'),
        content_type="application/json",
        headers={"Content-Length": "500"},
    )
    assert answer.status_code in (400, 422)


def test_a_query_is_validated_like_a_body(door):
    answer = door("GET", "/v1/orders?limit=0&sort=up")
    assert {error["field"] for error in answer.get_json()["errors"]} == {"limit", "sort"}


def test_a_repeated_query_field_is_a_list(door):
    for item in ("tea", "milk", "salt"):
        door("POST", "/v1/orders", {"item": item})
    found = door("GET", "/v1/orders?tags=tea&tags=salt").get_json()["items"]
    assert {order["item"] for order in found} == {"tea", "salt"}


def test_pages_follow_each_other_newest_first(door):
    made = [door("POST", "/v1/orders", {"item": f"item {n}"}).get_json()["id"] for n in range(5)]
    seen, cursor = [], ""
    while cursor is not None:
        page = door("GET", f"/v1/orders?limit=2{cursor and '&cursor=' + cursor}").get_json()
        seen += [order["id"] for order in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "W10=", "WzEsMl0=", "WyIyMDI2LTAxLTAxIiwgImEvYiJd"])
def test_a_cursor_of_somebody_elses_making_is_400(door, cursor):
    assert slug(door("GET", f"/v1/orders?cursor={cursor}")) == "invalid-request"


def test_a_file_comes_with_its_name_and_fields(door):
    form = {"title": "Menu", "file": (io.BytesIO(b"%PDF"), "menu.pdf", "application/pdf")}
    assert door("POST", "/v1/files", data=form).get_json() == {"text": "Menu:menu.pdf:4"}


def test_a_reply_says_its_own_media_type(door):
    picture = door("GET", "/v1/picture")
    assert (picture.mimetype, picture.data) == ("image/png", b"\x89PNG")


def test_an_answer_without_a_body_has_no_media_type(door):
    order_id = door("POST", "/v1/orders", TEA).get_json()["id"]
    gone = door("DELETE", f"/v1/orders/{order_id}")
    assert (gone.status_code, gone.data) == (204, b"")
    assert "Content-Type" not in gone.headers


def test_no_stack_trace_leaves_the_service(door, lines):
    answer = door("GET", "/v1/broken")
    assert (answer.status_code, slug(answer)) == (500, "internal-error")
    assert b"hunter2" not in answer.data
    assert b"RuntimeError" not in answer.data
    (logged,) = [line for line in lines() if line["message"] == "unhandled error"]
    assert "hunter2" in logged["stack_trace"]
    assert logged["logging.googleapis.com/labels"]["request_id"] == answer.get_json()["request_id"]


def test_the_request_id_is_echoed_and_made_where_it_is_missing_or_odd(door):
    assert door("GET", "/healthz", headers={"X-Request-Id": "mine-1234"}).headers[
        "X-Request-Id"
    ] == ("mine-1234")
    made = door("GET", "/healthz", headers={"X-Request-Id": "a b"}).headers["X-Request-Id"]
    assert made.startswith("req_")


@pytest.mark.parametrize("value", ["-1", "²", "9" * 5000, "soon"])
def test_an_odd_deadline_header_is_no_deadline(door, value):
    answer = door("GET", "/v1/open", token="", headers={"X-Deadline-Ms": value})
    assert answer.status_code == 200


def test_health_tells_the_process_from_what_it_depends_on(door, monkeypatch, orders):
    assert door("GET", "/healthz", token="").get_json() == {
        "status": "ok",
        "service": orders.service.name,
    }
    assert door("GET", "/readyz", token="").get_json()["dependencies"] == {"firestore": "ok"}

    def down():
        raise ConnectionError

    monkeypatch.setattr("shared.cloud.firestore.client", down)
    ready = door("GET", "/readyz", token="")
    assert (ready.status_code, json.loads(ready.data)["status"]) == (503, "unavailable")
    assert door("GET", "/healthz", token="").status_code == 200
