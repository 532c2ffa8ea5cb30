"""Two commands as whole processes, in turn: a machine that changes its speed changes both."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Pair:
    """How long each of two commands took, run by run, in seconds."""

    ours: list[float]
    floor: list[float]

    @property
    def ratio(self) -> float:
        """The median of the ratios, pair by pair."""
        return statistics.median(a / b for a, b in zip(self.ours, self.floor, strict=True))

    def told(self, name: str, most: float) -> str:
        """Say the medians and the ratio against what is promised."""
        ours, floor = statistics.median(self.ours), statistics.median(self.floor)
        verdict = "holds" if self.ratio <= most else "BROKEN"
        return (
            f"{name}: {ours * 1000:.0f} ms against {floor * 1000:.0f} ms,"
            f" ratio {self.ratio:.2f} (at most {most}): {verdict}"
        )


def pair(
    ours: Sequence[str], floor: Sequence[str], environ: Mapping[str, str], runs: int = 15
) -> Pair:
    """Run both commands ``runs`` times in turn, after one run of each that does not count."""
    measured = Pair([], [])
    for number in range(runs + 1):
        times = [_seconds(command, environ) for command in (ours, floor)]
        if number:
            measured.ours.append(times[0])
            measured.floor.append(times[1])
    return measured


def python(*arguments: str) -> list[str]:
    """Return the command that runs this interpreter."""
    return [sys.executable, *arguments]


def _seconds(command: Sequence[str], environ: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environ})
    return time.perf_counter() - started
