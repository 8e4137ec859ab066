"""The ensemble: partitions of many resampled networks.

A run drops 5 % of the ties, permutes the people, and partitions the rest by Leiden (Traag, Waltman, van Eck, Sci.
Rep. 9, 2019), by modularity at each resolution. Accidents of the method or of single ties differ from run to run.

Runs are independent, and each is a function of its number and the seed, so that several processes give the same
bytes as one. The workers are fresh interpreters at the other end of pipes: nothing is forked, so threads of other
libraries do no harm; the caller's main module is not imported again, as multiprocessing would do; a keyboard
interrupt reaches the caller alone; and a worker whose caller is gone reads the end of its input, and ends.
"""

from __future__ import annotations

import os
import pickle
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection, spawn
from typing import BinaryIO, cast

import igraph
import numpy as np
from numpy.typing import NDArray

from graphkoc.communities.circles.ties import Ties
from graphkoc.graph.network import seeded

__all__ = ["Ensemble", "Partitions", "resolutions", "run", "serve"]

DROPPED = 0.05
"""Share of the ties that a run does without."""
ITERATIONS = 2
"""Of Leiden, in each run."""
WORTH_A_WORKER = 50_000
"""Minimum number of ties for a worker to save more time than it takes to start."""

START = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from graphkoc.communities.circles.ensemble import serve; serve(sys.stdin.buffer, sys.stdout.buffer)"
)

Partitions = list[NDArray[np.int32]]
"""For each resolution that was asked for, the cluster of each person: (n,) int32."""


def resolutions(number_of_ties: int) -> list[float]:
    """The resolutions to look at: 1, 3, 10, 30, and in larger networks 100, 300 and so on.

    The resolution from which a cluster of a given size and density is distinguished from its neighbours grows with
    the number of ties (Fortunato and Barthelemy, "Resolution limit in community detection", PNAS 104, 2007); 30
    serves up to 300,000 ties, 100 up to a million, and so on.
    """
    levels = [1.0, 3.0, 10.0, 30.0]
    while levels[-1] * 10_000 < number_of_ties:
        levels.append(levels[-2] * 10)
    return levels


def run(ties: Ties, rng_seed: int, number: int, levels: Sequence[float]) -> Partitions:
    """The partitions of one run, one for each of the levels, which do not depend on one another."""
    rng = np.random.default_rng([rng_seed, number])
    kept = rng.random(len(ties)) >= DROPPED
    vertex = rng.permutation(len(ties.people)).astype(np.int32)
    ends = np.sort(np.column_stack([vertex[ties.low[kept]], vertex[ties.high[kept]]]), axis=1)
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    # igraph takes tuples faster than an array, and pairs in order faster than others.
    pairs = zip(ends[order, 0].tolist(), ends[order, 1].tolist(), strict=True)
    graph = igraph.Graph(len(vertex), pairs, edge_attrs={"weight": ties.weight[kept][order].tolist()})
    found = []
    for level in levels:
        with seeded(int(np.random.SeedSequence([rng_seed, number, round(level)]).generate_state(1)[0])):
            clusters = graph.community_leiden(
                objective_function="modularity", weights="weight", resolution=level, n_iterations=ITERATIONS
            )
        found.append(np.asarray(clusters.membership, dtype=np.int32)[vertex])
    return found


class Ensemble:
    """Runs over the same ties; it is a context manager that ends its workers when it is left.

    processes: how many may compute, by default as many as there are processors for this one.
    """

    def __init__(self, ties: Ties, rng_seed: int, processes: int | None = None) -> None:
        self._ties = ties
        self._rng_seed = rng_seed
        wanted = processes or _processors()
        self._workers: list[_Worker] = []
        if wanted > 1 and len(ties) >= WORTH_A_WORKER:
            self._workers = [_Worker() for _ in range(wanted)]

    def __enter__(self) -> Ensemble:
        for worker in self._workers:
            worker.send(spawn.get_preparation_data("circles")["sys_path"])
            worker.send((self._ties, self._rng_seed))
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.end()

    def runs(self, numbers: Sequence[int], levels: Sequence[float]) -> Iterator[tuple[int, Partitions]]:
        """Each run's number and partitions, in the order in which they are done."""
        waiting = list(reversed(numbers))
        busy: dict[int, tuple[_Worker, int]] = {}
        idle = [worker for worker in self._workers if worker.alive]
        while waiting or busy:
            while idle and waiting:
                worker, number = idle.pop(), waiting.pop()
                worker.send((number, list(levels)))
                busy[worker.answers.fileno()] = worker, number
            if not busy:
                number = waiting.pop()
                yield number, run(self._ties, self._rng_seed, number, levels)
                continue
            for answers in connection.wait(list(busy)):
                worker, number = busy.pop(cast(int, answers))
                found = worker.receive()
                if found is None:
                    waiting.append(number)
                else:
                    idle.append(worker)
                    yield number, found


class _Worker:
    """An interpreter that answers (number, levels) with that run's partitions.

    One that cannot start, or is killed, is no longer `alive`, and its run is done elsewhere.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [os.fsdecode(spawn.get_executable()), "-c", START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.alive = True

    @property
    def answers(self) -> BinaryIO:
        """What becomes readable when an answer is there."""
        return cast(BinaryIO, self._process.stdout)

    def send(self, message: object) -> None:
        try:
            pickle.dump(message, cast(BinaryIO, self._process.stdin), pickle.HIGHEST_PROTOCOL)
            cast(BinaryIO, self._process.stdin).flush()
        except BrokenPipeError:
            self.alive = False

    def receive(self) -> Partitions | None:
        try:
            return cast(Partitions, pickle.load(self.answers))
        except (EOFError, pickle.UnpicklingError):
            self.alive = False
            return None

    def end(self) -> None:
        self._process.kill()
        with suppress(BrokenPipeError):
            self._process.communicate()


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """What a worker does: answer the runs that it is asked for, until there are no more questions."""
    with suppress(EOFError, BrokenPipeError):
        ties, rng_seed = pickle.load(questions)
        while True:
            number, levels = pickle.load(questions)
            pickle.dump(run(ties, rng_seed, number, levels), answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


def _processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
