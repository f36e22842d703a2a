"""Texts for speculation: a JSON and a code file that are rewritten, and prose that is not.

Each reply is what a careful assistant would answer to its question, written out by hand or by the
same edits that were asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PRODUCTS = [
    ("Desk lamp", "39.50", 12, "office", "light"),
    ("Walnut shelf", "129.00", 4, "furniture", "wood"),
    ("Notebook A5", "6.20", 310, "paper", "office"),
    ("Ceramic mug", "11.75", 58, "kitchen", "gift"),
    ("Wool blanket", "74.90", 21, "textile", "winter"),
    ("Travel kettle", "45.30", 17, "kitchen", "travel"),
]
_RECORD = """\
  {{
    "id": {n},
    "name": "{name}",
    "price": {price},
    "stock": {stock},
    "tags": ["{first}", "{second}"]
  }}"""
_JSON = (
    "[\n"
    + ",\n".join(
        _RECORD.format(n=101 + n, name=name, price=price, stock=stock, first=first, second=second)
        for n, (name, price, stock, first, second) in enumerate(_PRODUCTS)
    )
    + "\n]\n"
)
_NEW_JSON = re.sub(r'"price": ([\d.]+)', r'"unit_price": \1,\n    "currency": "EUR"', _JSON)

_CODE = '''\
import csv
from pathlib import Path


def read_rows(path):
    """Rows of a CSV file without the empty ones."""
    with open(path, newline="") as file:
        reader = csv.DictReader(file)
        return [row for row in reader if any(row.values())]


def total_by_month(rows):
    """Amounts of all rows, summed by month."""
    totals = {}
    for row in rows:
        month = row["date"][:7]
        amount = float(row["amount"])
        totals[month] = totals.get(month, 0.0) + amount
    return totals


def write_report(totals, path):
    """One line for each month, the newest last."""
    lines = []
    for month in sorted(totals):
        lines.append(f"{month}  {totals[month]:10.2f}")
    Path(path).write_text("\\n".join(lines) + "\\n")


def main(source, target):
    rows = read_rows(source)
    totals = total_by_month(rows)
    write_report(totals, target)
'''
_NEW_CODE = _CODE
for _before, _after in (
    ("def read_rows(path):", "def read_rows(path: Path) -> list[dict[str, str]]:"),
    ("def total_by_month(rows):", "def total_by_month(rows, currency):"),
    (
        "    for row in rows:\n",
        '    for row in rows:\n        if row["currency"] != currency:\n            continue\n',
    ),
    ("def main(source, target):", 'def main(source, target, currency="EUR"):'),
    ("total_by_month(rows)\n", "total_by_month(rows, currency)\n"),
    ("summed by month.", "summed by month, in one currency."),
):
    _NEW_CODE = _NEW_CODE.replace(_before, _after)

_PROSE = """\
Sourdough begins with patience rather than skill. Flour and water, left alone in a warm corner, \
slowly fill with wild yeast that drifted in from grain, hands and air. After three or four days \
bubbles appear, then a sharp smell like green apples, and finally steady growth that doubles its \
volume between breakfast and noon. Bakers call this culture a starter, feed it daily, and give it \
pet names without embarrassment.

Once lively, a spoonful raises an entire loaf. Mix it into bread flour, add salt only after half \
an hour, because early salt tightens gluten before hydration finishes. Fold every thirty minutes \
instead of kneading; stretched sheets trap gas more gently than pounding ever could. Overnight, \
cold storage slows fermentation while acids keep developing, which explains why refrigerated dough \
tastes deeper although nothing visible changes.

Heat decides everything else. An iron pot, scorching before use, holds steam around raw surfaces \
so crust stays elastic long enough for its final expansion. Uncover halfway through, wait until \
mahogany spots show, then resist cutting: crumb continues setting as moisture migrates outward. \
Listen closely, and cooling bread crackles quietly, singing to whoever stayed awake. People who \
dislike sour flavours should shorten each rest, choose younger cultures, or blend in some whole \
wheat, whose minerals speed up rising.
"""


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A question and the reply to it; `start` is the number of tokens the prompt must have."""

    name: str
    question: str
    reply: str
    start: int


REWRITES = (
    Rewrite(
        "JSON rewrite",
        f"Rename price to unit_price and add the currency EUR after it:\n\n{_JSON}\n",
        _NEW_JSON,
        start=600,
    ),
    Rewrite(
        "code edit",
        f"Count one currency only, EUR by default, and type read_rows:\n\n{_CODE}\n",
        _NEW_CODE,
        start=925,
    ),
    Rewrite(
        "prose",
        "Tell me about sourdough in three paragraphs, without headings or lists.\n\n",
        _PROSE,
        start=1230,
    ),
)
