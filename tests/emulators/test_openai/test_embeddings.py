"""POST /v1/embeddings and GET /v1/models."""

import base64
import math
import struct

import openai
import pytest

MODEL = "text-embedding-3-small"


def embed(client, *texts, **more):
    answer = client.embeddings.create(model=MODEL, input=list(texts), **more)
    return [item.embedding for item in answer.data]


def cosine(one, other):
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_texts_that_mean_the_same_are_nearer_than_texts_that_share_words(client):
    question, same, other = embed(
        client,
        "Can I get my money back?",
        "We refund purchases within 30 days.",
        "Can I get my car washed?",
    )
    assert cosine(question, same) > cosine(question, other)


@pytest.mark.parametrize(("model", "size"), [(MODEL, 1536), ("text-embedding-3-large", 3072)])
def test_vectors_have_the_size_of_the_model_and_length_one(client, model, size):
    vector = client.embeddings.create(model=model, input="opening hours").data[0].embedding
    assert len(vector) == size
    assert math.isclose(cosine(vector, vector), 1, abs_tol=1e-5)


@pytest.mark.parametrize("size", [1536, 512, 256])
def test_dimensions_cut_the_vector_and_bring_it_back_to_length_one(client, size):
    (vector,) = embed(client, "opening hours", dimensions=size)
    assert len(vector) == size
    assert math.isclose(cosine(vector, vector), 1, abs_tol=1e-5)


def test_512_dimensions_lose_nothing_of_the_local_model(client):
    texts = ("refund policy", "how to get money back")
    full, short = embed(client, *texts), embed(client, *texts, dimensions=512)
    assert math.isclose(cosine(*full), cosine(*short), abs_tol=1e-5)


def test_base64_and_float_are_the_same_numbers(client):
    (encoded,) = embed(client, "refund policy", encoding_format="base64", dimensions=8)
    (plain,) = embed(client, "refund policy", encoding_format="float", dimensions=8)
    unpacked = struct.unpack("<8f", base64.b64decode(encoded))
    assert unpacked == pytest.approx(plain)


def test_a_batch_keeps_its_order_and_counts_its_tokens(client):
    answer = client.embeddings.create(model=MODEL, input=["one", "two words", "one"])
    assert [item.index for item in answer.data] == [0, 1, 2]
    assert answer.data[0].embedding == answer.data[2].embedding
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == 4


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"input": ""}, "input"),
        ({"input": ["fine", ""]}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a"] * 2049}, "input"),
        ({"input": "word " * 8193}, "input"),
        ({"input": ["word " * 8000] * 38}, "input"),
        ({"input": "a", "dimensions": 0}, "dimensions"),
        ({"input": "a", "dimensions": 1537}, "dimensions"),
        ({"input": "a", "model": "text-embedding-ada-002", "dimensions": 8}, "dimensions"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
    ],
)
def test_an_input_openai_would_refuse_is_refused(client, asked, param):
    with pytest.raises(openai.BadRequestError) as refused:
        client.embeddings.create(**{"model": MODEL, **asked})
    assert refused.value.param == param


def test_a_chat_model_does_not_embed(client):
    with pytest.raises(openai.NotFoundError) as refused:
        client.embeddings.create(model="gpt-6-luna", input="a")
    assert refused.value.code == "model_not_found"


def test_models_are_listed_and_shown(client):
    names = [model.id for model in client.models.list()]
    assert {"gpt-6-luna", MODEL} <= set(names)
    assert client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-2")
