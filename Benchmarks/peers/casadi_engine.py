"""CasADi: scalar graphs (SX) in its virtual machine, called through buffers, without conversion."""

import casadi
import data
import numpy as np
from task import Task, flat, timed

VERSION = f"casadi {casadi.__version__}"


class Buffered:
    """A function with its arguments and results in memory that stays."""

    def __init__(self, function, point, sizes):
        self.function = function
        self.buffer, self.run = function.buffer()
        self.point = np.array(point, dtype=np.float64).ravel()
        self.results = [np.zeros(size) for size in sizes]
        self.buffer.set_arg(0, memoryview(self.point))
        for position, result in enumerate(self.results):
            self.buffer.set_res(position, memoryview(result))


def prepare(workload, sizes, _):
    if workload == "descent":
        return descent()
    symbol, formula, point = WORKLOADS[workload](*sizes)

    def compile():
        total = formula(symbol)
        value = casadi.Function("value", [symbol], [total])
        both = casadi.Function("both", [symbol], [total, casadi.gradient(total, symbol)])
        both = Buffered(both, point, [1, symbol.numel()])
        both.run()
        return value, both

    (value, both), seconds = timed(compile)
    value = Buffered(value, point, [1])

    def result():
        both.run()
        return flat(*both.results)

    return Task(value.run, both.run, result, seconds, held=[value, both])


def logistic_loss(w, X, y):
    return casadi.sum1(casadi.log(1 + casadi.exp(-y * casadi.mtimes(casadi.DM(X), w))))


def descent():
    X, y, start = data.logistic(100, 20)
    w = casadi.SX.sym("w", 20)
    loss = logistic_loss(w, X, y)

    def compile():
        step = casadi.Function("step", [w], [w - data.STEP * casadi.gradient(loss, w)])
        whole = Buffered(step.fold(data.ITERATIONS), start, [20])
        whole.run()
        return whole

    whole, seconds = timed(compile)
    value = casadi.Function("value", [w], [loss])
    result = lambda: flat(float(value(whole.results[0])), whole.results[0])
    return Task(None, whole.run, result, seconds, held=whole)


def scalar():
    formula = lambda w: casadi.log(1 + casadi.exp(-3.5 * w))
    return casadi.SX.sym("w"), formula, [0.7]


def rosenbrock(n):
    formula = lambda x: casadi.sum1(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
    return casadi.SX.sym("x", n), formula, data.rosenbrock(n)


def logistic(n, d):
    X, y, point = data.logistic(n, d)
    return casadi.SX.sym("w", d), lambda w: logistic_loss(w, X, y), point


WORKLOADS = {"scalar": scalar, "rosenbrock": rosenbrock, "logistic": logistic}
