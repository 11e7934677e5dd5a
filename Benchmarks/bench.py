#!/usr/bin/env python3
"""The benchmarks of DiffREPL; README.md tells how to read what they print."""

import argparse
import datetime
import os
import sys
import tempfile

from harness import calibration, environment, quick, report, rounds, start, workloads
from harness.repl import Repl

PROGRAM = os.path.join(environment.FOLDER, "..", ".build", "release", "diffrepl")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", default=PROGRAM, help="the binary to measure")
    parser.add_argument("--peers", action="store_true", help="install and run jax, torch, casadi")
    parser.add_argument("--quick", action="store_true", help="ratios to calibration loops only")
    parser.add_argument("--record", action="store_true", help="with --quick: record the ratios")
    parser.add_argument("--rounds", type=int, default=5, help="alternating rounds, at least 5")
    parser.add_argument("--only", nargs="+", metavar="KEY", help="rows by their key or its start")
    parser.add_argument("--core", type=int, default=environment.last_core())
    parser.add_argument("--results", help="the page to write; RESULTS.md for full runs with peers")
    return parser.parse_args()


def log(text):
    print(text, file=sys.stderr, flush=True)


def chosen(options):
    """The rows asked for; without --only all that are not optional."""
    if not options.only:
        return [workload for workload in workloads.ALL if not workload.is_optional]
    keys = [workload.key for workload in workloads.ALL]
    wanted = {
        key for only in options.only
        for key in ([only] if only in keys else [key for key in keys if key.startswith(only)])}
    return [workload for workload in workloads.ALL if workload.key in wanted]


def peer_commands(options, c_program):
    """A function that gives the command of a peer, None for one that is absent."""
    folder = os.path.join(environment.FOLDER, "peers")
    installed = {name: options.peers and environment.has(name) for name in environment.PACKAGES}

    def command(name, workload):
        if name == "C":
            return [c_program] + [str(part) for part in workload.task[1:]] if c_program else None
        if not installed[name.split(".")[0]]:
            return None
        script = "start.py" if workload is start.WORKLOAD else "peer.py"
        task = [] if workload is start.WORKLOAD else [str(part) for part in workload.task]
        return [environment.PYTHON, os.path.join(folder, script), name] + task

    return command


def full(options):
    """The table of all rows."""
    if options.peers:
        environment.prepare_peers(log)
    count = max(5, options.rounds)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        command = peer_commands(options, environment.compile_c(folder))
        for workload in chosen(options):
            log(workload.key)
            if workload.key == "rosenbrock-1000000":
                workload.peers.append("C")
            rows.append(
                rounds.measure(workload, options.program, command, options.core, count, log))
            log("  " + "  ".join(report.cells(rows[-1])))
        if not options.only or "start" in options.only:
            log(start.WORKLOAD.key)
            rows.append(start.measure(options.program, command, options.core, count))
    repl = Repl(options.program, options.core)
    limits = calibration.limits(repl)
    repl.close()
    show(options, rows, limits, count)
    return all(row.ours.gradients for row in rows)


def show(options, rows, limits, count):
    print(report.text_table(report.HEADINGS, [report.cells(row) for row in rows]))
    print()
    if options.peers:
        print(report.text_table(report.PEER_HEADINGS, report.peer_lines(rows)))
        print()
    for line in [report.c_line(rows), report.limits_line(limits)]:
        if line:
            print(line)
    path = options.results
    if path is None and options.peers and not options.only:
        path = os.path.join(environment.FOLDER, "RESULTS.md")
    if path:
        versions = sorted({p.version for row in rows for p in row.peers if p.version})
        date = datetime.date.today().isoformat()
        text = report.page(rows, limits, environment.machine(), count, versions, date)
        with open(path, "w") as file:
            file.write(text)
        log(f"written: {os.path.relpath(path)}")


def main():
    options = arguments()
    if not os.access(options.program, os.X_OK):
        sys.exit(f"error: there is no program {options.program}\n  hint: make build")
    if options.quick:
        return quick.run(
            chosen(options), options.program, options.core, options.record, log)
    return full(options)


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
