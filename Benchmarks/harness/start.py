"""The row of whole processes: from their start, over the first gradient, to their end."""

import os
import statistics
import subprocess
import time

from .child import ONE_THREAD, pinned
from .rounds import REST, Row, Side
from .workloads import Workload

WORKLOAD = Workload(
    "start", "process start to first gradient", [], "log(1 + exp(-3.5*w0))", ["start"],
    ["casadi", "jax", "torch"], (1, "ms"), 20, "")

REPETITIONS = 3


def measure(program, start_peer, core, rounds):
    """Runs each process in turn; a round takes the median of up to three, within half a second."""
    lines = ["w0 = 0.7", f":grad {WORKLOAD.target}"]
    ours = Side("DiffREPL")
    sides = [(ours, [program, "--no-history"] + [word for line in lines for word in ("-e", line)])]
    peers = [Side(name) for name in WORKLOAD.peers]
    for peer in peers:
        command = start_peer(peer.name, WORKLOAD)
        if command is None:
            peer.trouble = "absent"
        else:
            sides.append((peer, command))
    for _ in range(rounds):
        for side, command in sides:
            times = []
            time.sleep(REST)
            while len(times) < REPETITIONS and sum(times) < 0.5:
                times.append(run(pinned(command, core)))
            side.gradients.append(statistics.median(times))
    return Row(WORKLOAD, ours, peers)


def run(command):
    """Seconds from the start of a process to its end."""
    environment = {**os.environ, **ONE_THREAD}
    # Compiled modules are kept, as they are for a user.
    environment.pop("PYTHONDONTWRITEBYTECODE")
    start = time.perf_counter()
    subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env=environment)
    return time.perf_counter() - start
