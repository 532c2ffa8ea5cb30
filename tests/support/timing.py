"""How long something takes where other programs use the machine, too."""

import time
from collections.abc import Callable

ROUNDS = 10


def fastest(*works: Callable[[], object], times: int = 30) -> list[float]:
    """Return how many seconds each takes at its fastest; they take turns.

    What else runs makes some turns longer and none shorter.
    """
    taken: list[list[float]] = [[] for _work in works]
    for _time in range(times):
        for work, seconds in zip(works, taken, strict=True):
            begun = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - begun)
    return [min(seconds) for seconds in taken]


def holds_once(condition: Callable[[], bool]) -> bool:
    """Whether a comparison of times holds in one of several rounds; what is slow never does."""
    return any(condition() for _round in range(ROUNDS))
