"""The filter language, by itself."""

import pytest

from emulators.pubsub.filters import FilterError, parse

ORDER = {"kind": "order", "region": "eu-west", "iana.org/language_tag": "en"}


@pytest.mark.parametrize(
    "text",
    [
        "attributes:kind",
        'attributes:"iana.org/language_tag"',
        'attributes.kind = "order"',
        'attributes.kind="order"',
        'attributes.kind != "refund"',
        'attributes.absent != "order"',
        'hasPrefix(attributes.region, "eu-")',
        "NOT attributes:absent",
        "-attributes:absent",
        'attributes:kind AND attributes:region AND hasPrefix(attributes.kind, "or")',
        "attributes:absent OR attributes:kind",
        "attributes:kind AND (attributes:absent OR attributes:region)",
        "NOT (attributes:absent OR attributes:gone)",
        r'attributes.kind = "\x6frd\145\u0072"',
    ],
)
def test_a_filter_lets_through_what_it_describes(text: str) -> None:
    assert parse(text)(ORDER)


@pytest.mark.parametrize(
    "text",
    [
        "attributes:absent",
        'attributes.kind = "Order"',
        'attributes.kind != "order"',
        'hasPrefix(attributes.absent, "")',
        "NOT attributes:kind",
        "attributes:kind AND attributes:absent",
        "(attributes:absent OR attributes:kind) AND attributes:absent",
    ],
)
def test_a_filter_holds_back_the_rest(text: str) -> None:
    assert not parse(text)(ORDER)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "position 0"),
        ("data:x", "position 0: expected attributes"),
        ("attributes:a AND attributes:b OR attributes:c", "parentheses"),
        ("attributes.a", "expected = or !="),
        ("attributes.a = b", "expected a string"),
        ("attributes:a and attributes:b", "unexpected text"),
        ('hasPrefix(attributes.a "x")', "expected ,"),
        ("(attributes:a", "expected )"),
        ("attributes:a ~", "position 12"),
        (r'attributes.a = "\q"', "escape"),
        (r'attributes.a = "\uD800"', "Unicode"),
        ('attributes.a = "' + "x" * 250 + '"', "256 bytes"),
    ],
)
def test_what_is_not_a_filter_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(FilterError) as refused:
        parse(text)
    assert reason in str(refused.value)
