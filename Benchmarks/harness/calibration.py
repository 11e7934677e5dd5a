"""Loops that say how fast the machine is now, written in the language and timed by :time.

Each works on one thing: exp on an array, multiplying and adding in the first-level cache, a matrix
product, and reading memory.
"""

from .workloads import NOISE

LINES = [
    NOISE, "calibration1 := noise(1:4096, 91);", "calibration2 := noise(1:2048, 92);",
    "calibration3 := reshape(noise(1:57600, 93), 240, 240);",
    ":data calibration1", ":data calibration2", ":data calibration3"]

MEMORY_LINES = ["calibration4 := noise(1:4000000, 94);", ":data calibration4"]

# Names, what is timed, and how much one run does.
LOOPS = {
    "exp": ("sum(exp(calibration1))", (4096, "ns")),
    "multiply": ("sum(calibration2.*calibration2)", (2048, "ns")),
    "product": ("sum((calibration3*calibration3).^2)", (2e-9 * 240**3, "GFLOP")),
}
MEMORY = {"memory": ("sum(calibration4)", (32e-3, "GB"))}


def time(repl, name):
    """Seconds of one run."""
    return repl.ask(f":time {(LOOPS | MEMORY)[name][0]}")["value"]


def limits(repl, rounds=5):
    """The least times of all loops, as texts: exp 0.5 ns/element, …"""
    repl.type(LINES + MEMORY_LINES)
    return {
        name: rate(amount, min(time(repl, name) for _ in range(rounds)))
        for name, (_, amount) in (LOOPS | MEMORY).items()}


def rate(amount, seconds):
    """Work and its time as the figure that is compared with the machine's limit."""
    count, unit = amount
    if unit == "ns":
        return f"{seconds * 1e9 / count:.3g} ns/element" if count > 1 else ""
    return f"{count / seconds:.3g} {unit}/s" if unit.startswith("G") else ""
