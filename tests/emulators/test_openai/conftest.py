"""One server for all tests of the local OpenAI, and the official client to reach it."""

from collections.abc import Callable, Iterator
from threading import Thread

import openai
import pytest
import urllib3
import waitress

from emulators.openai.app import create_app


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    server = waitress.create_server(create_app(), host="127.0.0.1", port=0, send_bytes=1)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=5)


@pytest.fixture
def client(address: str) -> Iterator[openai.OpenAI]:
    for switch in ("faults", "calls"):
        urllib3.request("DELETE", f"{address}/_emulator/{switch}")
    with openai.OpenAI(api_key="sk-test", base_url=f"{address}/v1", max_retries=0) as client:
        yield client


@pytest.fixture
def break_next(address: str) -> Callable[..., None]:
    """Sets a fault switch."""

    def add(**fault: object) -> None:
        answer = urllib3.request("POST", f"{address}/_emulator/faults", json=fault)
        assert answer.status == 201

    return add


@pytest.fixture
def calls(address: str) -> Callable[[], list[dict[str, object]]]:
    """What the server has seen."""
    return lambda: urllib3.request("GET", f"{address}/_emulator/calls").json()["items"]


@pytest.fixture
def ask(client: openai.OpenAI) -> Callable[..., str]:
    """The answer of Chat Completions to a question on numbered sources."""

    def answer(question: str, *sources: str, refusal: str = "") -> str:
        numbered = [f"[{number}] {text}" for number, text in enumerate(sources, 1)]
        told = ["Answer from the sources alone."]
        told += [f"Refusal: {refusal}"] if refusal else []
        completion = client.chat.completions.create(
            model="gpt-6-luna",
            messages=[
                {"role": "system", "content": "\n\n".join(told + numbered)},
                {"role": "user", "content": question},
            ],
        )
        return completion.choices[0].message.content

    return answer
