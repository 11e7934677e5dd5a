"""One row: DiffREPL and the peers, checked against each other and then run alternately."""

import array
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field

from .child import Child, Failure
from .repl import Repl

REST = 0.2
"""Seconds between turns: a peer's threads go on looking for work for a while after a run."""


@dataclass
class Side:
    """One engine's rounds of one workload."""

    name: str
    version: str = ""
    values: list = field(default_factory=list)
    gradients: list = field(default_factory=list)
    prepare: float = None
    peak_bytes: int = None
    trouble: str = None
    """Why there are no rounds, or why they do not count."""

    @property
    def value(self):
        return statistics.median(self.values) if self.values else None

    @property
    def gradient(self):
        return statistics.median(self.gradients) if self.gradients else None

    @property
    def factor(self):
        """Gradient over value, the median over rounds."""
        if not self.values:
            return None
        return statistics.median(g / v for g, v in zip(self.gradients, self.values))


@dataclass
class Row:
    """A workload with what was measured."""

    workload: object
    ours: Side
    peers: list

    @property
    def best(self):
        """The fastest engine that agrees; the yardstick in C is none."""
        sound = [
            peer for peer in self.peers
            if peer.gradients and not peer.trouble and peer.name != "C"]
        return min(sound, key=lambda peer: peer.gradient, default=None)

    def ratio(self, peer, of="gradients"):
        """Median, least and largest of the peer's time over ours, round by round."""
        ratios = [p / o for p, o in zip(getattr(peer, of), self.ours.gradients)]
        return statistics.median(ratios), min(ratios), max(ratios)


def measure(workload, program, start_peer, core, rounds, log):
    """Runs the rounds of one workload.

    start_peer gives the command of a peer, or None where it is absent.
    """
    ours, row_peers, children = Side("DiffREPL"), [], []
    repl = Repl(program, core)
    try:
        repl.try_setting("threads", 1)
        repl.type(workload.lines, seconds=600)
        answer = repl.time(workload)
        expected = None
        for name in workload.peers:
            peer, child = Side(name), None
            row_peers.append(peer)
            command = start_peer(name, workload)
            if command is None:
                peer.trouble = "absent"
                continue
            log(f"  {name}: preparing")
            child = Child(command, core)
            try:
                ready = child.receive(600)
                peer.prepare, peer.version = ready["prepare"], ready["version"]
                expected = expected or repl.result(workload)
                peer.trouble = disagreement(expected, peer_result(child))
                children.append((peer, child))
            except Failure as failure:
                peer.trouble = str(failure)
                child.close()
        prepares = []
        for _ in range(rounds):
            time.sleep(REST)
            answer = repl.time(workload)
            ours.gradients.append(answer["gradient"])
            if answer["value"]:
                ours.values.append(answer["value"])
            if answer["prepare"]:
                prepares.append(answer["prepare"])
            for peer, child in children:
                time.sleep(REST)
                child.send("run")
                times = child.receive(600)
                peer.gradients.append(times["gradient"])
                if times["value"]:
                    peer.values.append(times["value"])
        ours.prepare = statistics.median(prepares) if prepares else None
    except Failure as failure:
        ours.trouble = str(failure)
    finally:
        repl.close()
        ours.peak_bytes = repl.peak_bytes
        for peer, child in children:
            child.close()
            peer.peak_bytes = child.peak_bytes
    return Row(workload, ours, row_peers)


def peer_result(child):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "result")
        child.send(f"check {path}")
        child.receive(600)
        result = array.array("d")
        with open(path, "rb") as file:
            result.frombytes(file.read())
        return result


def disagreement(ours, theirs, tolerance=1e-9):
    """Where two results differ; None if they agree.

    A component agrees to a relative tolerance, or to a thousandth of it of the largest one, which
    rounding may leave of components that cancel.
    """
    if len(ours) != len(theirs):
        return f"disagrees: {len(theirs)} numbers, ours are {len(ours)}"
    floor = 1e-3 * tolerance * max(map(abs, theirs))
    for place, (a, b) in enumerate(zip(ours, theirs)):
        if not abs(a - b) <= tolerance * abs(b) + floor:
            return f"disagrees: {b!r}, ours is {a!r} (component {place})"
    return None
