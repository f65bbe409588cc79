"""Reads of a tenant's records, and the few writes that need no guard."""

import pytest

from shared.contracts.base import Page
from shared.runtime import Problem, Store
from tests.runtime.orders import Order, Stock, order


@pytest.fixture
def store(tenant):
    return Store(tenant)


def test_a_record_is_found_or_a_default_or_404(store):
    store.save(Stock(id="all", orders=3))
    assert store.get(Stock, "all").orders == 3
    assert store.get(Stock, "none", Stock(id="none")).orders == 0
    assert store.find(Stock, "none") is None
    with pytest.raises(Problem, match="no such stock"):
        store.get(Stock, "none")


def test_many_are_found_in_one_round_trip_and_absent_ones_left_out(store):
    for name in ("a", "b"):
        store.save(Stock(id=name))
    assert {found.id for found in store.find_all(Stock, ["a", "b", "c"])} == {"a", "b"}
    assert store.find_all(Stock, []) == []


def test_removing_what_is_gone_is_no_error(store):
    store.save(Stock(id="a"))
    for _ in range(2):
        store.remove(Stock, ["a", "b"])
    assert store.all(Stock) == []


def test_more_than_one_commit_holds_are_removed_all_the_same(store):
    for number in range(310):
        store.save(Stock(id=f"s{number}"))
    store.remove_where(Stock, [("orders", "==", 0)])
    assert store.all(Stock) == []


def test_only_matching_records_are_removed(store):
    for name, count in (("a", 1), ("b", 2)):
        store.save(Stock(id=name, orders=count))
    store.remove_where(Stock, [("orders", "==", 2)])
    assert [left.id for left in store.all(Stock)] == ["a"]


def test_records_are_read_whole_in_the_order_of_a_field(store):
    for name, count in (("a", 2), ("b", 1), ("c", 3)):
        store.save(Stock(id=name, orders=count))
    assert [found.id for found in store.all(Stock, order="orders")] == ["b", "a", "c"]
    some = store.all(Stock, where=[("orders", ">", 1)], order="orders")
    assert [found.id for found in some] == ["a", "c"]


def test_records_of_one_moment_are_all_on_some_page(store):
    first = order()
    for _ in range(5):
        store.save(order(created_at=first.created_at))
    seen, cursor = [], None
    while True:
        page = store.page(Order, Page(limit=2, cursor=cursor), order="created_at")
        seen += [found.id for found in page.items]
        if (cursor := page.next_cursor) is None:
            break
    assert len(seen) == len(set(seen)) == 5


def test_a_field_that_the_contract_no_longer_knows_does_not_hide_the_record(store, tenant):
    from shared.cloud import firestore

    path = store.path(Stock, "old")
    firestore.client().document(path).set({"orders": 1, "revision": 4, "colour": "red"})
    assert store.get(Stock, "old") == Stock(id="old", orders=1, revision=4)
