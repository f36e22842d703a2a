"""Which rules reach each other: Tarjan's algorithm, without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def circles(edges: Mapping[int, Iterable[int]]) -> dict[int, int]:
    """A number for each node; nodes that reach each other share it.

    What a node leads to has the same number or a smaller one.
    """
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    circle: dict[int, int] = {}
    path: list[int] = []
    n_circles = 0
    for start in edges:
        work = [] if start in index else [(start, iter(edges[start]))]
        if work:
            index[start] = low[start] = len(index)
            path.append(start)
        while work:
            node, rest = work[-1]
            for other in rest:
                if other not in index:
                    index[other] = low[other] = len(index)
                    path.append(other)
                    work.append((other, iter(edges[other])))
                    break
                if other not in circle:
                    low[node] = min(low[node], index[other])
            else:
                work.pop()
                if work:
                    above = work[-1][0]
                    low[above] = min(low[above], low[node])
                if low[node] == index[node]:
                    member = -1
                    while member != node:
                        member = path.pop()
                        circle[member] = n_circles
                    n_circles += 1
    return circle
