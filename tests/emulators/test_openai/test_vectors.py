"""The parts of the embedding model that the API does not show."""

import numpy as np

from emulators.openai.vectors import HashedNgrams, Vectors
from emulators.openai.wordpiece import WordPiece


def test_a_word_is_cut_into_its_longest_known_pieces():
    # ids of bert-base-uncased: una, ##ffa, ##ble, !, with [CLS] and [SEP] around them
    assert WordPiece().encode("Unaffable!", 256) == [101, 14477, 20961, 3468, 999, 102]


def test_accents_case_and_control_characters_do_not_matter():
    wordpiece = WordPiece()
    assert wordpiece.tokens("CAFÉ\x00 au\u00a0lait") == wordpiece.tokens("cafe au lait")


def test_a_text_over_the_limit_keeps_its_end_mark():
    ids = WordPiece().encode("word " * 300, 256)
    assert len(ids) == 256
    assert ids[-1] == 102


def test_without_the_model_texts_that_share_words_are_still_nearer():
    vectors = Vectors(HashedNgrams(), WordPiece())
    refund = "How do I get a refund?"
    near, far = "Refunds are paid in 30 days.", "The museum is closed on Monday."
    assert vectors.similarity(refund, near) > vectors.similarity(refund, far)


def test_vectors_survive_a_restart_in_the_data_folder(tmp_path):
    class Once:
        name = "once"

        def encode(self, text):
            assert not made, "made a second time"
            made.append(text)
            return np.arange(384, dtype=np.float32)

    made = []
    first = Vectors(Once(), WordPiece(), tmp_path).of("hello")
    again = Vectors(Once(), WordPiece(), tmp_path).of("hello")
    assert np.array_equal(first, again)
