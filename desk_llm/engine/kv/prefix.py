"""Common beginnings of token sequences, and how much of one a KV state can give."""

from __future__ import annotations

from collections.abc import Sequence

# Lists or arrays, but both of a pair alike: a list and an array are never equal.
Tokens = Sequence[int]


def common_prefix(a: Tokens, b: Tokens) -> int:
    """Length of the longest common beginning; slices compare in C, so bisect.

    >>> common_prefix([1, 2, 3, 4], [1, 2, 9]), common_prefix([], [1]), common_prefix([1], [1])
    (2, 0, 1)
    """
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while low < high:
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def usable_prefix(
    held: Tokens, prompt: Tokens, checkpoints: Sequence[int], *, can_cut: bool
) -> int:
    """How many tokens of `prompt` a state of `held` tokens saves.

    At least one is always computed: its logits are needed. A state that cannot be cut is used as
    a whole, or from its longest checkpoint on.

    >>> usable_prefix([1, 2, 3], [1, 2, 3], (), can_cut=True)
    2
    >>> [usable_prefix([1, 2, 3], p, (1,), can_cut=False) for p in ([1, 2, 3], [1, 2, 3, 4], [2])]
    [1, 3, 0]
    """
    n = min(common_prefix(held, prompt), len(prompt) - 1)
    if can_cut or n == len(held):
        return max(n, 0)
    return max((position for position in checkpoints if position <= n), default=0)
