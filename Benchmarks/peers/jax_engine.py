"""JAX: one jit for value and gradient, double precision, loops inside the jit."""

import data
import jax
import jax.numpy as jnp
from jax import lax
from jax.scipy.special import logsumexp
from task import Task, flat, timed

jax.config.update("jax_enable_x64", True)
VERSION = f"jax {jax.__version__}"


def logistic_loss(w, X, y):
    return jnp.sum(jnp.log(1 + jnp.exp(-y * (X @ w))))


def prepare(workload, sizes, _):
    if workload == "descent":
        return descent()
    function, variables, constants = WORKLOADS[workload](*sizes)
    variables = [jnp.asarray(array) for array in variables]
    constants = [jnp.asarray(array) for array in constants]
    arguments = tuple(range(len(variables)))
    value = jax.jit(function)
    both = jax.jit(jax.value_and_grad(function, argnums=arguments))

    def run():
        return jax.block_until_ready(both(*variables, *constants))

    def result():
        total, parts = run()
        return flat(total, *(data.network_gradient(*parts) if workload == "network" else parts))

    _, seconds = timed(run)
    return Task(
        lambda: jax.block_until_ready(value(*variables, *constants)), run, result, seconds)


def descent():
    X, y, start = map(jnp.asarray, data.logistic(100, 20))

    @jax.jit
    def whole(w):
        step = lambda _, w: w - data.STEP * jax.grad(logistic_loss)(w, X, y)
        w = lax.fori_loop(0, data.ITERATIONS, step, w)
        return logistic_loss(w, X, y), w

    run = lambda: jax.block_until_ready(whole(start))
    _, seconds = timed(run)
    return Task(None, run, lambda: flat(*run()), seconds)


def scalar():
    return lambda w: jnp.log(1 + jnp.exp(-3.5 * w)), [0.7], []


def rosenbrock(n):
    def function(x):
        return jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    return function, [data.rosenbrock(n)], []


def logistic(n, d):
    X, y, w = data.logistic(n, d)
    return logistic_loss, [w], [X, y]


def elementwise(n):
    function = lambda x: jnp.sum(jnp.tanh(x) * jnp.exp(-(x**2)) + jnp.sin(x))
    return function, [data.elementwise(n)], []


def network(batch):
    X, labels, *weights = data.network(batch)

    def function(W1, b1, W2, b2, X, labels):
        scores = jnp.maximum(X @ W1 + b1, 0) @ W2 + b2
        chosen = jnp.take_along_axis(scores, labels[:, None], 1)[:, 0]
        return jnp.mean(logsumexp(scores, axis=1) - chosen)

    return function, weights, [X, labels]


def recurrent(steps, units):
    a, y, *weights = data.recurrent(steps, units)

    def function(W, U, b, c, a, y):
        def step(h, inputs):
            h = jnp.tanh(W @ h + inputs[0])
            return h, (c @ h - inputs[1]) ** 2

        return jnp.sum(lax.scan(step, jnp.zeros(units), (a @ U.T + b, y))[1])

    return function, weights, [a, y]


def mixture(d, k, n):
    x, *parameters = data.mixture(d, k, n)
    rows, columns = data.below_diagonal(d)
    constant = data.mixture_constant(d, k, n)

    def function(alpha, mu, icf, x):
        q, lower = icf[:, :d], icf[:, d:]
        diagonal = jnp.exp(q)
        L = jnp.zeros((k, d, d)).at[:, rows, columns].set(lower)
        centred = x[:, None, :] - mu[None]
        z = diagonal[None] * centred + jnp.einsum("kij,nkj->nki", L, centred)
        scores = alpha + jnp.sum(q, 1) - 0.5 * jnp.sum(z**2, 2)
        prior = 0.5 * (jnp.sum(diagonal**2) + jnp.sum(lower**2))
        return constant + jnp.sum(logsumexp(scores, 1)) - n * logsumexp(alpha) + prior

    return function, parameters, [x]


WORKLOADS = {
    "scalar": scalar, "rosenbrock": rosenbrock, "logistic": logistic, "elementwise": elementwise,
    "network": network, "recurrent": recurrent, "mixture": mixture}
