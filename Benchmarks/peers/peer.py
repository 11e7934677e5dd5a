"""A peer as a process that stays alive: python peer.py engine workload size…

It prints one object when it is ready and one for each line it reads: 'run' times the value, and value
and gradient; 'check file' writes both as raw doubles to a file.
"""

import array
import gc
import importlib
import json
import statistics
import sys
import time


def median(run, budget=0.2, least=5):
    """The median time of a run over batches that take at least 20 µs, as DiffREPL's :time."""
    clock = time.perf_counter

    def batch(runs):
        start = clock()
        for _ in range(runs):
            run()
        return clock() - start

    run()
    runs = 1
    while runs < 1 << 20 and batch(runs) < 2e-5:
        runs *= 2
    times, start = [], clock()
    while len(times) < least or clock() - start < budget:
        times.append(batch(runs) / runs)
    return statistics.median(times)


def answer(**members):
    print(json.dumps(members), flush=True)


def main(engine, workload, *sizes):
    module = importlib.import_module(engine.split(".")[0] + "_engine")
    task = module.prepare(workload, [int(size) for size in sizes], engine.endswith(".compile"))
    answer(ready=True, prepare=task.seconds, version=module.VERSION)
    gc.disable()
    for line in sys.stdin:
        words = line.split()
        if words[0] == "run":
            value = median(task.value) if task.value else None
            answer(value=value, gradient=median(task.gradient))
        else:
            with open(words[1], "wb") as file:
                array.array("d", task.result()).tofile(file)
            answer(checked=True)
        gc.collect()


if __name__ == "__main__":
    main(*sys.argv[1:])
