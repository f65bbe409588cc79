"""A handle that was made for one tenant cannot name another tenant's records or files."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.base import Page, new_id
from shared.runtime import Files, Problem, Store, Work
from shared.runtime.store import noun
from tests.runtime.orders import Order, order

ODD_IDS = ["", ".", "..", "a/b", "../ten_1", "__id__", "a\n", "a\x00", "é", "a b", "x" * 301]
ODD_TENANTS = ["", "ten_1", "ten_" + "A" * 25 + "/", "ten_" + "A" * 26 + "\n", "Directory", "__x__"]


@pytest.mark.parametrize("record_id", ODD_IDS)
def test_an_id_that_could_be_a_path_is_not_found(tenant, record_id):
    store = Store(tenant)
    for act in (
        lambda: store.get(Order, record_id),
        lambda: store.find_all(Order, [record_id]),
        lambda: store.remove(Order, [record_id]),
        lambda: store.save(order(record_id)),
        lambda: Work(tenant).put(order(record_id)),
    ):
        with pytest.raises(Problem, match="no such order"):
            act()


@pytest.mark.parametrize("path", ["a%2Fb", "..", "__x__", "%00", "a%0A"])
def test_an_odd_id_in_a_path_is_404_over_http_too(door, path):
    assert door("GET", f"/v1/orders/{path}").status_code == 404


@pytest.mark.parametrize("name", ODD_TENANTS)
def test_no_handle_is_made_for_what_is_no_tenant(name):
    for handle in (Store, Work, Files):
        with pytest.raises(ValueError, match="not a tenant id"):
            handle(name)


@pytest.mark.parametrize("path", ["/etc", "a/../../b", "", "a//b", "a/", "a\n", "a/é"])
def test_a_file_path_stays_under_the_tenant(tenant, path):
    with pytest.raises(Problem, match="no such file"):
        Files(tenant).read(path)


def test_a_file_is_read_back_by_its_tenant_alone(tenant):
    Files(tenant).write("texts/one.json", b"{}")
    assert Files(tenant).read("texts/one.json") == b"{}"
    with pytest.raises(Problem):
        Files(new_id("ten")).read("texts/one.json")


def test_another_tenants_record_is_as_absent_as_one_that_never_was(door, signer, orders):
    order_id = door("POST", "/v1/orders", {"item": "tea"}).get_json()["id"]
    stranger = signer.token(new_id("ten"), orders.service.name)
    answers = [
        door("GET", f"/v1/orders/{wanted}", token=stranger).get_json()
        for wanted in (order_id, new_id("ord"))
    ]
    for answer in answers:
        answer.pop("request_id")
    assert answers[0] == answers[1]
    assert answers[0]["detail"] == f"There is no such {noun(Order)}."


ids = st.sampled_from(["a", "b", "c"])
steps = st.lists(
    st.tuples(st.booleans(), st.sampled_from(["save", "work", "delete", "remove"]), ids),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps)
def test_whatever_two_tenants_do_they_never_meet(google, taken):
    tenants = {True: new_id("ten"), False: new_id("ten")}
    expected: dict[bool, dict[str, str]] = {True: {}, False: {}}
    for step, (who, what, record_id) in enumerate(taken):
        made = order(record_id, item=f"{who}-{step}")
        act(tenants[who], what, made)
        if what in ("save", "work"):
            expected[who][record_id] = made.item
        else:
            expected[who].pop(record_id, None)
    for who, tenant in tenants.items():
        store = Store(tenant)
        found = [
            store.all(Order),
            store.page(Order, Page()).items,
            store.find_all(Order, ["a", "b", "c"]),
            [one for one in (store.find(Order, i) for i in "abc") if one],
            [one for one in (Work(tenant).find(Order, i) for i in "abc") if one],
        ]
        for records in found:
            assert {record.id: record.item for record in records} == expected[who]


def act(tenant: str, what: str, record: Order) -> None:
    if what == "save":
        Store(tenant).save(record)
        return
    if what == "remove":
        Store(tenant).remove(Order, [record.id])
        return
    work = Work(tenant)
    if what == "work":
        work.put(record)
    else:
        work.delete(Order, record.id)
    work.commit()
