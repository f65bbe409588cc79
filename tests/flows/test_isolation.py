"""Two businesses with the same documents never learn anything of one another."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from tests.flows.business import Business, Json, sign_up
from tests.flows.client import done, refused
from tests.flows.running_product import Product

SIDES = ("north", "south")
NAMES = ("hours", "prices", "parking")
TEXTS = {
    "hours": "The {side} shop is open until {n} o'clock on working days.",
    "prices": "A day ticket costs {n} euros in the {side} shop.",
    "parking": "There are {n} parking places behind the {side} shop.",
}
QUESTIONS = {
    "hours": "How long is the shop open?",
    "prices": "What does a day ticket cost?",
    "parking": "How many parking places are there?",
}

sides, names, numbers = (
    st.sampled_from(SIDES),
    st.sampled_from(NAMES),
    st.integers(min_value=10, max_value=99),
)


class TwoShops(RuleBasedStateMachine):
    """Both do the same things at random; `known` is what each must have: id and text by name."""

    product: ClassVar[Product]

    @initialize()
    def open_both(self) -> None:
        self.shops = {side: sign_up(self.product.gateway) for side in SIDES}
        self.known: dict[str, dict[str, tuple[str, str]]] = {side: {} for side in SIDES}
        self.deleted: dict[str, list[str]] = {side: [] for side in SIDES}

    @rule(side=sides, name=names, n=numbers)
    def teach(self, side: str, name: str, n: int) -> None:
        text = TEXTS[name].format(side=side, n=n)
        fields = {"external_id": name, "tags": [name]}
        [document] = self.shops[side].learn(text, **fields)
        if name in self.known[side]:
            assert self.known[side][name][0] == document["id"]
        self.known[side][name] = (document["id"], text)

    @rule(side=sides, name=names)
    def forget(self, side: str, name: str) -> None:
        document_id, _ = self.known[side].pop(name, ("doc_nobody", ""))
        gone = self.shops[side].staff.delete(f"/v1/documents/{document_id}")
        assert gone.status_code == (404 if document_id == "doc_nobody" else 204)
        self.deleted[side].append(document_id)

    @rule(side=sides, name=names, filtered=st.booleans())
    def search(self, side: str, name: str, filtered: bool) -> None:
        filters = {"external_ids": [name]} if filtered else {}
        hits = self.shops[side].search(QUESTIONS[name], filters=filters, top_k=100)
        own = self.known[side]
        expected = {name: own[name]} if filtered and name in own else {} if filtered else own
        found = {hit["external_id"]: (hit["document_id"], hit["text"]) for hit in hits}
        assert found == expected
        assert len(hits) == len(found)

    @rule(side=sides, name=names)
    def ask(self, side: str, name: str) -> None:
        answer = self.shops[side].ask(QUESTIONS[name])
        own = {document_id for document_id, _ in self.known[side].values()}
        assert {citation["document_id"] for citation in answer["citations"]} <= own
        assert not answer["answered"] or self.other(side) not in answer["answer"]

    @rule(side=sides, name=names)
    def reach_over(self, side: str, name: str) -> None:
        """The other's ids open nothing, whether they still exist or not."""
        other = self.other(side)
        document_id, _ = self.known[other].get(name, ("doc_nobody", ""))
        staff, path = self.shops[side].staff, f"/v1/documents/{document_id}"
        refused(staff.get(path), 404, "not-found")
        refused(staff.get(f"{path}/versions/1/text"), 404, "not-found")
        refused(staff.put(path, {"text": f"The {side} shop was here."}), 404, "not-found")
        refused(staff.delete(path), 404, "not-found")
        filters = {"document_ids": [document_id]}
        assert self.shops[side].search(QUESTIONS[name], filters=filters) == []

    @invariant()
    def each_lists_its_own(self) -> None:
        for side, shop in getattr(self, "shops", {}).items():
            listed = {document["id"]: document for document in shop.documents()}
            assert set(listed) == {document_id for document_id, _ in self.known[side].values()}
            assert all(self.is_whole(shop, document) for document in listed.values())

    def is_whole(self, shop: Business, document: Json) -> bool:
        return document["status"] == "ready" and document["live_version"] == document["version"]

    @staticmethod
    def other(side: str) -> str:
        return SIDES[1 - SIDES.index(side)]


@pytest.mark.timeout(600)
def test_two_tenants_doing_anything_at_random_stay_apart(product: Product) -> None:
    TwoShops.product = product
    some = settings(
        max_examples=12,
        stateful_step_count=20,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # to shrink a failure would take longer than to read it
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(TwoShops, settings=some)


def test_equal_uploads_of_two_tenants_with_one_idempotency_key_are_two_documents(
    product: Product,
) -> None:
    body, headers = {"text": "Parking is free.", "external_id": "p"}, {"Idempotency-Key": "p-1"}
    shops = [sign_up(product.gateway) for _ in SIDES]
    made = [done(shop.staff.post("/v1/documents", body, headers=headers), 201) for shop in shops]
    assert made[0]["id"] != made[1]["id"]
    for shop, document in zip(shops, made, strict=True):
        shop.ready(document["id"])
        assert [hit["document_id"] for hit in shop.search("parking")] == [document["id"]]
