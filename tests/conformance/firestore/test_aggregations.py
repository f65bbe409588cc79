"""Counts, sums and averages."""

from __future__ import annotations

import math

import pytest
from google.api_core.exceptions import InvalidArgument
from google.cloud.firestore import Client, FieldFilter
from google.cloud.firestore_v1._helpers import decode_value
from google.cloud.firestore_v1.base_aggregation import CountAggregation

from tests.conformance.differences import differs

MAX = 2**63 - 1


def stored(db: Client, *values: object):
    batch = db.batch()
    for place, value in enumerate(values):
        batch.set(db.document(f"a/{place:03}"), {"v": value, "place": place})
    batch.set(db.document("a/without"), {"place": -1})
    batch.commit()
    return db.collection("a")


def value(query) -> object:
    """The one result of the aggregation, of the type the server gave (the client loses it)."""
    client = query._client
    request = {
        "parent": f"{client._database_string}/documents",
        "structured_aggregation_query": query._to_protobuf(),
    }
    (answer,) = client._firestore_api.run_aggregation_query(request=request)
    ((_, result),) = answer.result.aggregate_fields.items()
    return decode_value(result, client)


def test_a_count_counts(db: Client) -> None:
    assert value(stored(db, 1, 2).count()) == 3


def test_a_count_of_nothing_is_zero(db: Client) -> None:
    assert value(db.collection("none").count()) == 0


def test_a_count_is_filtered(db: Client) -> None:
    query = stored(db, 1, 2, 3).where(filter=FieldFilter("v", ">", 1))
    assert value(query.count()) == 2


def test_a_count_stops_at_its_limit(db: Client) -> None:
    assert value(stored(db, *range(9)).limit(4).count()) == 4


def test_a_count_may_have_an_upper_bound(db: Client) -> None:
    request = {
        "parent": f"{db._database_string}/documents",
        "structured_aggregation_query": {
            "structured_query": {"from": [{"collection_id": "a"}]},
            "aggregations": [{"alias": "n", "count": {"up_to": 3}}],
        },
    }
    stored(db, *range(9))
    (answer,) = db._firestore_api.run_aggregation_query(request=request)
    assert answer.result.aggregate_fields["n"].integer_value == 3


def test_a_count_after_a_cursor(db: Client) -> None:
    assert value(stored(db, 1, 2, 3).order_by("v").start_after({"v": 1}).count()) == 2


@pytest.mark.parametrize(
    "values, total",
    [
        ([1, 2, 3], 6),
        ([1, 2.5], 3.5),
        ([], 0),
        (["text", None, [1], 4], 4),
        ([MAX, -1], MAX - 1),
        ([MAX, 1], float(2**63)),
        ([MAX, MAX, -MAX], MAX),
        ([math.inf, 1], math.inf),
        ([0.1, 0.2, 0.3], 0.6),
    ],
    ids=str,
)
def test_a_sum_adds_the_numbers(db: Client, values: list, total: object) -> None:
    got = value(stored(db, *values).sum("v"))
    assert got == pytest.approx(total)
    assert type(got) is type(total)


@pytest.mark.parametrize("values", [[math.nan, 1], [math.inf, -math.inf]], ids=str)
def test_a_sum_may_be_not_a_number(db: Client, values: list) -> None:
    assert math.isnan(value(stored(db, *values).sum("v")))


@pytest.mark.parametrize(
    "values, mean",
    [
        ([1, 2], 1.5),
        ([2, 2], 2.0),
        (["text", None, 4], 4.0),
        ([MAX, MAX], float(MAX)),
        ([], None),
        (["text"], None),
    ],
    ids=str,
)
def test_an_average_is_of_the_numbers(db: Client, values: list, mean: object) -> None:
    got = value(stored(db, *values).avg("v"))
    assert (got, type(got)) == (mean, type(mean))


def test_an_average_with_not_a_number_is_none(db: Client) -> None:
    assert math.isnan(value(stored(db, 1, math.nan).avg("v")))


def test_a_sum_of_a_nested_field(db: Client) -> None:
    db.document("a/1").set({"m": {"n": 2}})
    db.document("a/2").set({"m": {"n": 3}})
    assert value(db.collection("a").sum("m.n")) == 5


def test_several_aggregations_at_once(db: Client) -> None:
    query = stored(db, 1, 2).count(alias="n").sum("v", alias="s").avg("v", alias="m")
    ((*results,),) = query.get()
    assert {each.alias: each.value for each in results} == {"n": 2, "s": 3, "m": 1.5}


def test_unnamed_aggregations_are_numbered(db: Client) -> None:
    ((*results,),) = stored(db, 1).count().sum("place").get()
    assert {each.alias for each in results} == {"field_1", "field_2"}


def test_a_sum_leaves_documents_without_the_field_out_of_the_limit(db: Client) -> None:
    query = stored(db, 5, "text", 7).limit(2)
    assert value(query.sum("v")) == 12


@differs(
    "google",
    "Answers UNKNOWN to six aggregations.",
    "google.firestore.v1 StructuredAggregationQuery: at most five aggregations",
)
def test_more_than_five_aggregations_are_refused(db: Client) -> None:
    query = db.collection("a").count()
    query.add_aggregations([CountAggregation(alias=f"n{n}") for n in range(5)])
    with pytest.raises(InvalidArgument):
        query.get()


def test_an_aggregation_runs_in_a_transaction(db: Client) -> None:
    stored(db, 1, 2)
    transaction = db.transaction()
    transaction._begin()
    ((result,),) = db.collection("a").count().get(transaction=transaction)
    transaction._rollback()
    assert result.value == 3
