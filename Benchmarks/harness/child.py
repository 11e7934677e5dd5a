"""Processes that stay alive and answer one line with one JSON object."""

import json
import os
import select
import shutil
import subprocess
import time

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
    "JAX_PLATFORMS": "cpu",
    "PYTHONWARNINGS": "ignore",
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Failure(Exception):
    """A process ended, was too slow or reported an error."""


def pinned(command, core):
    """The command bound to one core, where the system can do that."""
    if core is None or not shutil.which("taskset"):
        return command
    return ["taskset", "-c", str(core)] + command


class Child:
    """A process with pipes to its standard input and output, on one core and one thread."""

    def __init__(self, command, core):
        self.process = subprocess.Popen(
            pinned(command, core),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD},
        )
        self.rest = b""
        self.peak_bytes = None

    def send(self, line):
        try:
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            raise Failure("the process ended") from None

    def receive(self, seconds):
        """The next object it prints, within a number of seconds; other lines are skipped."""
        deadline = time.monotonic() + seconds
        while True:
            line = self.line(deadline)
            if line.startswith(b"{"):
                return json.loads(line)

    def line(self, deadline):
        while b"\n" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                raise Failure("no answer in time")
            chunk = os.read(self.process.stdout.fileno(), 1 << 20)
            if not chunk:
                raise Failure("the process ended")
            # Answers may be long; joining piece by piece would be quadratic.
            pieces = [self.rest, chunk]
            while b"\n" not in pieces[-1]:
                if not select.select([self.process.stdout], [], [], 60)[0]:
                    raise Failure("no answer in time")
                pieces.append(os.read(self.process.stdout.fileno(), 1 << 20))
                if not pieces[-1]:
                    raise Failure("the process ended")
            self.rest = b"".join(pieces)
        line, self.rest = self.rest.split(b"\n", 1)
        return line

    def close(self):
        """Ends the process and learns how much memory it had at most."""
        if self.process.returncode is not None:
            return
        self.peak_bytes = peak_bytes(self.process.pid)
        try:
            self.process.stdin.close()
        except OSError:
            pass
        if not select.select([self.process.stdout], [], [], 5)[0]:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def peak_bytes(process):
    """The most memory a living process had; None where the system does not tell.

    The resource usage of a child does not do: it counts the memory of the parent before exec.
    """
    try:
        with open(f"/proc/{process}/status") as status:
            for line in status:
                if line.startswith("VmHWM"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return None
