"""Questions the model cannot answer, and the plain words with which it says so."""

from parse import Fact, read_facts
from settings import CORPUS


def decline_facts() -> list[Fact]:
    """The facts of declines.txt; kept apart because there are so many ways to be off topic."""
    return read_facts(CORPUS / "declines.txt")
