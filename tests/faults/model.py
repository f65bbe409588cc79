"""The model's server and its fault switches."""

from __future__ import annotations

from typing import Any

import requests

from tests.flows.running_product import PATIENCE, Product

EMBEDDINGS, CHAT = "/embeddings", "/chat/completions"


class Model:
    """The local OpenAI server of a stack."""

    def __init__(self, product: Product) -> None:
        self._faults = product.emulator("openai").removesuffix("/v1") + "/_emulator/faults"

    def fail(self, path: str, status: int, times: int = 1000, **more: Any) -> None:
        """The next `times` requests to a path are answered by an error."""
        fault = {"path": path, "status": status, "times": times, **more}
        requests.post(self._faults, json=fault, timeout=PATIENCE).raise_for_status()

    def cut(self, path: str, after: int) -> None:
        """The next stream breaks off after so many events."""
        fault = {"path": path, "cut_after": after}
        requests.post(self._faults, json=fault, timeout=PATIENCE).raise_for_status()

    def recover(self) -> None:
        """Nothing fails any more."""
        requests.delete(self._faults, timeout=PATIENCE).raise_for_status()
