"""What an engine hands to peer.py."""

import time
from dataclasses import dataclass

import numpy as np


@dataclass
class Task:
    """A workload ready to run."""

    value: object
    """Computes the value; None where only the whole counts."""
    gradient: object
    """Computes value and gradient."""
    result: object
    """The value and every component of the gradient, flat, in the order of DiffREPL's variables."""
    seconds: float
    """What tracing and compiling took, up to and with the first gradient."""
    held: object = None
    """What must live as long as the task."""


def flat(*parts):
    return np.concatenate([np.asarray(part, dtype=np.float64).ravel() for part in parts])


def timed(run):
    """The result of a run and its time."""
    start = time.perf_counter()
    result = run()
    return result, time.perf_counter() - start
