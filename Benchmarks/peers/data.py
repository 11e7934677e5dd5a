"""The data of the workloads for the peers: the formulas of harness/workloads.py in NumPy."""

import numpy as np


def noise(count, seed):
    """sin(k² + seed) for k = 1 … count; the squares are exact."""
    k = np.arange(1, count + 1, dtype=np.float64)
    return np.sin(k * k + seed)


def rosenbrock(n):
    return 1 + 0.5 * noise(n, 1)


def logistic(n, d):
    X = noise(n * d, 3).reshape(n, d)
    y = np.sign(X @ noise(d, 5) + 0.3 * noise(n, 6))
    return X, y, 0.1 * noise(d, 4)


def elementwise(n):
    return 2 * noise(n, 7)


def network(batch):
    """One sample a row, as these engines like it; weights with one unit a column."""
    X = noise(784 * batch, 8).reshape(784, batch).T.copy()
    labels = np.floor(5 + 4.99 * noise(batch, 9)).astype(np.int64)
    W1 = 0.05 * noise(128 * 784, 10).reshape(128, 784).T.copy()
    W2 = 0.1 * noise(1280, 12).reshape(10, 128).T.copy()
    return X, labels, W1, 0.01 * noise(128, 11), W2, 0.01 * noise(10, 13)


def network_gradient(W1, b1, W2, b2):
    """Back to one unit a row."""
    return [np.asarray(W1).T, b1, np.asarray(W2).T, b2]


def recurrent(steps, units):
    W = 0.2 * noise(units * units, 16).reshape(units, units)
    U = 0.5 * noise(units * 8, 17).reshape(units, 8)
    a = noise(steps * 8, 14).reshape(steps, 8)
    return a, noise(steps, 15), W, U, 0.1 * noise(units, 18), 0.3 * noise(units, 19)


def mixture(d, k, n):
    lower = d * (d + 1) // 2
    x = 2 * noise(n * d, 20).reshape(n, d)
    alpha, mu = noise(k, 21), noise(k * d, 22).reshape(k, d)
    return x, alpha, mu, 0.5 * noise(k * lower, 23).reshape(k, lower)


def below_diagonal(d):
    """Rows and columns of the entries below the diagonal, column by column."""
    pairs = [(i, j) for j in range(d) for i in range(j + 1, d)]
    return np.array([i for i, _ in pairs]), np.array([j for _, j in pairs])


def mixture_constant(d, k, n):
    """What does not depend on the parameters, for γ = 1 and m = 0."""
    from math import lgamma, log, pi

    a = d + 1
    normaliser = sum(lgamma((a + 1 - j) / 2) for j in range(1, d + 1))
    C = a * d * log(1 / 2**0.5) - d * (d - 1) / 4 * log(pi) - normaliser
    return -n * d / 2 * log(2 * pi) - k * C


STEP, ITERATIONS = 0.01, 1000
"""The gradient descent of the workload 'descent'."""
