"""Dead letters are listed and replayed, by administrators, each tenant its own."""

import pytest

from shared.contracts.base import new_id
from shared.runtime import DeadLetter, Problem
from tests.runtime.orders import OrderPlaced, Shipment


@pytest.fixture
def path(door):
    for order_id in ("ord_1", "ord_2"):
        door.push(OrderPlaced(order_id=order_id), path="/dead-letters")
    return f"/v1/operations/{door.orders.service.name}/dead-letters"


def test_they_are_listed_newest_first(door, path):
    items = door("GET", path).get_json()["items"]
    assert ['"ord_2"' in items[0]["data"], '"ord_1"' in items[1]["data"]] == [True, True]
    assert items[0]["reason"] == "The service did not answer."


def test_they_are_listed_by_type(door, path):
    assert len(door("GET", f"{path}?type={OrderPlaced.type}").get_json()["items"]) == 2
    assert door("GET", f"{path}?type=other.v1").get_json()["items"] == []


def test_they_are_for_administrators(door, path, signer, tenant):
    token = signer.token(tenant, door.orders.service.name, scopes=("read", "write"))
    assert door("GET", path, token=token).status_code == 403
    assert door("POST", f"{path}/replay", {}, token=token).status_code == 403


def test_they_are_each_tenants_own(door, path, signer):
    token = signer.token(new_id("ten"), door.orders.service.name)
    assert door("GET", path, token=token).get_json()["items"] == []


def test_a_dry_run_only_tells(door, path, bus):
    bus.received()
    told = door("POST", f"{path}/replay", {"dry_run": True}).get_json()
    assert len(told["ids"]) == 2
    assert bus.received() == []
    assert len(door.store.all(DeadLetter)) == 2


def test_one_is_replayed_by_its_id_and_handled(door, path, bus):
    bus.received()
    chosen = door("GET", path).get_json()["items"][0]["id"]
    assert door("POST", f"{path}/replay", {"ids": [chosen]}).get_json()["ids"] == [chosen]
    (message,) = bus.received()
    assert door.redeliver(message).status_code == 204
    assert [one.id for one in door.store.all(Shipment)] == ["ord_2"]
    assert len(door.store.all(DeadLetter)) == 1


def test_an_old_one_is_replayed_by_its_id_however_many_came_after(door, path, bus):
    (oldest, newest) = door("GET", path).get_json()["items"][::-1]
    known = door.store.get(DeadLetter, newest["id"])
    for number in range(100):
        door.store.save(known.model_copy(update={"id": f"{known.id}.{number}"}))
    replayed = door("POST", f"{path}/replay", {"ids": [oldest["id"]]}).get_json()
    assert replayed["ids"] == [oldest["id"]]


def test_another_services_dead_letter_is_not_ours_to_replay(door, path):
    (newest, _) = door("GET", path).get_json()["items"]
    known = door.store.get(DeadLetter, newest["id"])
    door.store.save(known.model_copy(update={"id": "other.evt_1", "service": "other"}))
    assert door("POST", f"{path}/replay", {"ids": ["other.evt_1"]}).get_json()["ids"] == []


def test_a_replay_by_type_leaves_other_types_alone(door, path, bus):
    assert door("POST", f"{path}/replay", {"type": "other.v1"}).get_json()["ids"] == []
    assert len(door("POST", f"{path}/replay", {"type": OrderPlaced.type}).json["ids"]) == 2


def test_a_replay_is_for_the_service_that_gave_up(door, path, bus):
    bus.received()
    door("POST", f"{path}/replay", {})
    message = bus.received()[0]
    assert message["attributes"]["only"] == door.orders.service.name
    others = message["attributes"] | {"only": "another-service"}
    assert door.redeliver(message | {"attributes": others}).status_code == 204
    assert door.store.all(Shipment) == []


def test_what_fails_again_is_a_dead_letter_again(door, path, bus):
    bus.received()
    door("POST", f"{path}/replay", {})
    door.orders.interrupt = unreadable
    for message in bus.received():
        assert door.redeliver(message).status_code == 204
    assert [one.reason for one in door.store.all(DeadLetter)] == ["The world is not ready."] * 2


def unreadable():
    raise Problem("unreadable-document", "The world is not ready.")
