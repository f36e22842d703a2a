"""The error tree: sentences with values, and a status for each."""

from __future__ import annotations

import pytest

from desk_llm import errors
from desk_llm.errors import ContextTooLong, DeskError, ModelNotFound, RequestError

CLASSES = [
    one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, DeskError)
]


def test_a_sentence_is_filled_from_its_values() -> None:
    error = ContextTooLong("{used} of {n_ctx}.", "Free {used}.", used=9, n_ctx=8)
    assert (error.message, error.hint) == ("9 of 8.", "Free 9.")
    assert str(error) == "9 of 8. Free 9."
    assert error.message_template == "{used} of {n_ctx}."


def test_values_with_braces_are_left_alone() -> None:
    assert str(DeskError("No {name}.", name="{x} {}")) == "No {x} {}."


def test_detail_is_not_for_the_sentence() -> None:
    assert str(DeskError("Failed.", detail="errno 5")) == "Failed."


@pytest.mark.parametrize("error", CLASSES, ids=lambda one: one.__name__)
def test_every_class_has_a_line_and_a_status(error: type[DeskError]) -> None:
    assert error.__doc__
    assert 400 <= error.status < 600


def test_a_missing_model_is_a_request_that_cannot_be_met() -> None:
    assert issubclass(ModelNotFound, RequestError)
    assert ModelNotFound.status == 404
