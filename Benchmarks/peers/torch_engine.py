"""PyTorch: eager autograd, or torch.compile; double precision, one thread."""

import data
import numpy as np
import torch
from task import Task, flat, timed
from torch.nn import functional

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
VERSION = f"torch {torch.__version__}"


def tensor(array):
    return torch.from_numpy(np.array(array, order="C"))


def prepare(workload, sizes, is_compiled):
    if workload == "descent":
        return descent()
    function, variables = WORKLOADS[workload](*sizes)
    variables = [tensor(array).requires_grad_(True) for array in variables]
    run_value = torch.compile(function) if is_compiled else function

    def value():
        with torch.no_grad():
            return run_value(*variables)

    def gradient():
        total = run_value(*variables)
        return total, torch.autograd.grad(total, variables)

    def result():
        total, parts = gradient()
        parts = [part.numpy() for part in parts]
        parts = data.network_gradient(*parts) if workload == "network" else parts
        return flat(total.item(), *parts)

    _, seconds = timed(gradient)
    return Task(value, gradient, result, seconds)


def descent():
    X, y, start = map(tensor, data.logistic(100, 20))
    loss = lambda w: functional.softplus(-y * (X @ w)).sum()

    def run():
        w = start.clone().requires_grad_(True)
        for _ in range(data.ITERATIONS):
            (step,) = torch.autograd.grad(loss(w), w)
            with torch.no_grad():
                w -= data.STEP * step
        return w.detach()

    _, seconds = timed(run)
    return Task(None, run, lambda: flat(loss(run()).item(), run().numpy()), seconds)


def scalar():
    return lambda w: torch.log(1 + torch.exp(-3.5 * w)), [0.7]


def rosenbrock(n):
    def function(x):
        return torch.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    return function, [data.rosenbrock(n)]


def logistic(n, d):
    X, y, w = data.logistic(n, d)
    X, y = tensor(X), tensor(y)
    return lambda w: functional.softplus(-y * (X @ w)).sum(), [w]


def elementwise(n):
    function = lambda x: (torch.tanh(x) * torch.exp(-(x**2)) + torch.sin(x)).sum()
    return function, [data.elementwise(n)]


def network(batch):
    X, labels, *weights = data.network(batch)
    X, labels = tensor(X), tensor(labels)

    def function(W1, b1, W2, b2):
        hidden = torch.relu(torch.addmm(b1, X, W1))
        return functional.cross_entropy(torch.addmm(b2, hidden, W2), labels)

    return function, weights


def recurrent(steps, units):
    a, y, *weights = data.recurrent(steps, units)
    a, y = tensor(a), tensor(y)

    def function(W, U, b, c):
        inputs = a @ U.T + b
        h, states = torch.zeros(units), []
        for t in range(steps):
            h = torch.tanh(torch.mv(W, h) + inputs[t])
            states.append(h)
        return ((torch.stack(states) @ c - y) ** 2).sum()

    return function, weights


def mixture(d, k, n):
    x, *parameters = data.mixture(d, k, n)
    x = tensor(x)
    rows, columns = map(torch.from_numpy, data.below_diagonal(d))
    places = (torch.arange(k)[:, None], rows[None], columns[None])
    constant = data.mixture_constant(d, k, n)

    def function(alpha, mu, icf):
        q, lower = icf[:, :d], icf[:, d:]
        diagonal = torch.exp(q)
        L = torch.zeros(k, d, d).index_put(places, lower)
        centred = x[:, None, :] - mu[None]
        z = diagonal[None] * centred + torch.einsum("kij,nkj->nki", L, centred)
        scores = alpha + q.sum(1) - 0.5 * (z**2).sum(2)
        prior = 0.5 * ((diagonal**2).sum() + (lower**2).sum())
        total = torch.logsumexp(scores, 1).sum() - n * torch.logsumexp(alpha, 0)
        return constant + total + prior

    return function, parameters


WORKLOADS = {
    "scalar": scalar, "rosenbrock": rosenbrock, "logistic": logistic, "elementwise": elementwise,
    "network": network, "recurrent": recurrent, "mixture": mixture}
