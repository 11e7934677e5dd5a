"""The quick form: times of the workloads over times of calibration loops in the same process."""

import json
import os

from . import calibration
from .environment import FOLDER, processor
from .report import text_table
from .repl import Repl

RECORDS = os.path.join(FOLDER, "recorded.json")
ALLOWED_LOSS = 1.25
ROUNDS = 5


def ratio(workload, program, core):
    """The least time of value and gradient over the least time of the calibration loop."""
    repl = Repl(program, core)
    try:
        repl.try_setting("threads", 1)
        repl.type(calibration.LINES + workload.lines)
        times, loops = [], []
        for _ in range(ROUNDS):
            loops.append(calibration.time(repl, workload.calibration))
            times.append(repl.time(workload)["gradient"])
        return min(times) / min(loops)
    finally:
        repl.close()


def kernels(program, core):
    """The calibration loops against each other: a loss in one of them must not hide."""
    repl = Repl(program, core)
    try:
        repl.type(calibration.LINES)
        least = {
            name: min(calibration.time(repl, name) for _ in range(ROUNDS))
            for name in calibration.LOOPS}
        return {
            "exp/multiply": least["exp"] / least["multiply"],
            "product/multiply": least["product"] / least["multiply"]}
    finally:
        repl.close()


def run(workloads, program, core, is_recording, log):
    """Prints the ratios; returns whether none is lost."""
    try:
        with open(RECORDS) as file:
            records = json.load(file)
    except FileNotFoundError:
        records = {}
    recorded = records.get(processor(), {})
    measured = {}
    for workload in workloads:
        log(workload.key)
        measured[workload.key] = ratio(workload, program, core)
        limit = recorded.get(workload.key, float("inf")) * ALLOWED_LOSS
        if not is_recording and measured[workload.key] > limit:
            log("  once more")
            measured[workload.key] = min(measured[workload.key], ratio(workload, program, core))
    log("calibration loops")
    measured |= kernels(program, core)
    lines, lost = [], []
    for key, value in measured.items():
        known = recorded.get(key)
        change = f"{(value / known - 1) * 100:+.0f} %" if known else "–"
        if known and value > known * ALLOWED_LOSS:
            lost.append(key)
            change += " lost"
        lines.append([key, f"{value:.4g}", f"{known:.4g}" if known else "–", change])
    print(text_table(["workload", "ratio", "recorded", "change"], lines))
    if is_recording:
        records[processor()] = {**recorded, **{k: round(v, 6) for k, v in measured.items()}}
        with open(RECORDS, "w") as file:
            json.dump(records, file, indent=2)
            file.write("\n")
        print(f"recorded for {processor()}")
        return True
    if not recorded:
        print(f"nothing is recorded for {processor()}: make bench QUICK=1 RECORD=1 does it")
    if lost:
        print(f"lost more than 25 %: {', '.join(lost)}")
    return not lost
