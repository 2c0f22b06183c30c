"""Counting tokens: made from the package's own file, and the same as the package counts."""

from importlib.resources import files

import pytest

from licit.adapters.tokens import count_tokens, token_counter

tekken = pytest.importorskip("mistral_common.tokens.tokenizers.tekken")


@pytest.fixture(scope="module")
def tokenizer():
    """The package's own tokenizer."""
    return tekken.Tekkenizer.from_file(str(files("mistral_common") / "data/tekken_240911.json"))


@pytest.mark.parametrize("text", ["", "Bonjour, ça va ?\n\n  Oui.", "<s>[INST] no command </s>", "a" * 300, "日本語 👩‍👩‍👧 e\u0301",
                                  "def f(x):\n\treturn x  # 1234567890"])
def test_counts_are_the_packages_own(tokenizer, text):
    """What is written in a manifest under the package's name is what the package counts."""
    assert count_tokens(text) == len(tokenizer.encode(text, bos=False, eos=False))
    assert token_counter()[0].startswith("mistral-common@")
