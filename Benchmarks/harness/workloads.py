"""What is measured, as a user types it.

All data come from one formula, noise(k, s) = sin(k² + s), exact integers inside, so that every engine
has the same numbers to the last digit or two (peers/data.py has it for the peers).
"""

from dataclasses import dataclass, field

NOISE = "noise(k, s) = sin(k.^2 + s);"


def noise(k, s):
    import math

    return math.sin(k * k + s)


@dataclass
class Workload:
    """One row of the table."""

    key: str
    """How it is named on the command line and in the records."""
    title: str
    lines: list
    """What is typed before: data, values, definitions; all silent."""
    target: str
    """What is typed behind :time."""
    task: list
    """The name and sizes by which peers know it."""
    peers: list
    amount: tuple
    """What the bound counts: how much work, and the unit: ns (elements), GB (bytes), GFLOP."""
    least: float
    """The ratio to the best peer that is asked for."""
    calibration: str
    """The loop that the quick form compares it with: exp, multiply or product."""
    is_run: bool = False
    """A whole :minimize instead of a value and its gradient."""
    is_optional: bool = False
    """Left out unless asked for by its key."""


def scalar():
    return Workload(
        "scalar", "log(1+exp(-3.5w)), one number", ["w0 = 0.7;"], "log(1 + exp(-3.5*w0))",
        ["scalar"], ["casadi", "jax", "torch"], (1, "ns"), 3, "exp")


def rosenbrock_scalars(n):
    points = [1 + 0.5 * noise(k, 1) for k in range(1, n + 1)]
    lines = [f"x{k} = {x!r};" for k, x in enumerate(points, 1)]
    terms = [f"100*(x{k + 1} - x{k}^2)^2 + (1 - x{k})^2" for k in range(1, n)]
    return Workload(
        f"rosenbrock-scalars-{n}", f"Rosenbrock, {n} numbers", lines + [f"f = {' + '.join(terms)};"],
        "f", ["rosenbrock", n], ["casadi", "jax"], (n, "ns"), 1.3, "multiply")


def rosenbrock(n, least):
    lines = [
        NOISE, f"x := 1 + 0.5*noise(1:{n}, 1);",
        f"f = sum(100*(x[i+1] - x[i]^2)^2 + (1 - x[i])^2 for i in 1:{n - 1});"]
    return Workload(
        f"rosenbrock-{n}", f"Rosenbrock, sum for i, n = {n:,}", lines, "f", ["rosenbrock", n],
        ["jax", "torch"], (n, "ns"), least, "multiply")


def logistic_lines(n, d):
    return [
        NOISE,
        f"X := reshape(noise(1:{n * d}, 3), {n}, {d});",
        f"y := sign(X*noise(1:{d}, 5) + 0.3*noise(1:{n}, 6));",
        ":data X", ":data y", f"w := 0.1*noise(1:{d}, 4);",
        "f = sum(log(1 + exp(-y.*(X*w))));"]


def logistic(n, d, least):
    peers = (["casadi"] if n * d < 10_000 else []) + ["jax", "torch"]
    amount = (n * d * 8e-9, "GB") if n * d > 1e6 else (4e-9 * n * d, "GFLOP")
    return Workload(
        f"logistic-{n}x{d}", f"logistic regression {n:,}×{d}", logistic_lines(n, d), "f",
        ["logistic", n, d], peers, amount, least, "exp" if n * d < 1e4 else "multiply")


def elementwise(n, least, is_optional=False):
    return Workload(
        f"elementwise-{n}", f"Σ tanh(x)·exp(-x²)+sin(x), n = {n:,}",
        [NOISE, f"x := 2*noise(1:{n}, 7);", "f = sum(tanh(x).*exp(-x.^2) + sin(x));"], "f",
        ["elementwise", n], ["torch.compile", "jax", "torch"], (n, "ns"), least, "exp",
        is_optional=is_optional)


def network(batch):
    lines = [
        NOISE, f"X := reshape(noise(1:{784 * batch}, 8), 784, {batch});",
        f"t := floor(5 + 4.99*noise(1:{batch}, 9)) + 1;",
        f"Y := [if t[j] == i then 1 else 0 for i in 1:10, j in 1:{batch}];", ":data X", ":data Y",
        "W1 := 0.05*reshape(noise(1:128*784, 10), 128, 784);", "b1 := 0.01*noise(1:128, 11);",
        "W2 := 0.1*reshape(noise(1:1280, 12), 10, 128);", "b2 := 0.01*noise(1:10, 13);",
        "Z = W2*relu(W1*X + b1) + b2;", f"E = (sum(logsumexp(Z, dim=1)) - sum(Y.*Z))/{batch};"]
    # Two products for the value; in the gradient one more of the first layer, two of the second.
    amount = (1e-9 * batch * (4 * 784 * 128 + 6 * 128 * 10), "GFLOP")
    return Workload(
        f"network-{batch}", f"network 784-128-10, batch {batch}", lines, "E", ["network", batch],
        ["jax", "torch"], amount, 1, "product")


def recurrent(steps, units):
    lines = [
        NOISE, f"a := reshape(noise(1:{steps * 8}, 14), {steps}, 8);",
        f"y := noise(1:{steps}, 15);", ":data a", ":data y",
        f"W := 0.2*reshape(noise(1:{units * units}, 16), {units}, {units});",
        f"U := 0.5*reshape(noise(1:{units * 8}, 17), {units}, 8);",
        f"b := 0.1*noise(1:{units}, 18);", f"c := 0.3*noise(1:{units}, 19);",
        f"loss(W, U, b, c) = {{ h = zeros({units}); s = 0; for t in 1:{steps} {{ "
        "h = tanh(W*h + U*a[t,:] + b); s = s + (dot(c, h) - y[t])^2 }; s };",
        "E = loss(W, U, b, c);"]
    amount = (1e-9 * steps * (6 * units * units + 4 * units * 8), "GFLOP")
    return Workload(
        f"recurrent-{steps}x{units}", f"recurrent net, {steps} steps, {units} units", lines, "E",
        ["recurrent", steps, units], ["jax", "torch"], amount, 3, "multiply")


def descent():
    return Workload(
        "descent", "1000 steps of gradient descent, 100×20", logistic_lines(100, 20),
        ":minimize f over w step=0.01 iters=1000 tol=0", ["descent"], ["jax", "casadi", "torch"],
        (4e-9 * 100 * 20 * 1000, "GFLOP"), 1.5, "exp", is_run=True)


def mixture(d, k, n):
    lower = d * (d + 1) // 2
    lines = [
        NOISE, f"data n = {n};", f"data d = {d};", f"data K = {k};", "data γ = 1;", "data m = 0;",
        f"x := 2*reshape(noise(1:{n * d}, 20), {n}, {d});", ":data x",
        f"α := noise(1:{k}, 21);", f"μ := reshape(noise(1:{k * d}, 22), {k}, {d});",
        f"icf := 0.5*reshape(noise(1:{k * lower}, 23), {k}, {lower});",
        "q = icf[:,1:d]; l = icf[:,d+1:end];",
        "below(j) = (j-1)*d - j*(j-1)/2;",
        "entry(k, i, j) = if i == j then exp(q[k,i]) else if i > j then icf[k,d+below(j)+i-j] else 0;",
        "Q(k) = [entry(k, i, j) for i in 1:d, j in 1:d];",
        "scores = [α[k] + sum(q[k,:]) - sum((Q(k)*(x' - μ[k,:])).^2, dim=1)'/2 for k in 1:K];",
        "a = d + m + 1;",
        "C = a*d*log(γ/sqrt(2)) - d*(d-1)/4*log(pi) - sum(lgamma((a + 1 - j)/2) for j in 1:d);",
        "prior = γ^2/2*(sum(exp(q).^2) + sum(l.^2)) - m*sum(q) - K*C;",
        "F = -n*d/2*log(2*pi) + sum(logsumexp(scores, dim=1)) - n*logsumexp(α) + prior;"]
    # A triangular product forward and two backward for each pair of a point and a component.
    return Workload(
        f"mixture-d{d}k{k}n{n}", f"Gaussian mixture d={d} k={k} n={n}", lines, "F",
        ["mixture", d, k, n], ["jax", "torch"], (3e-9 * n * k * d * d, "GFLOP"), 1.5, "multiply")


ALL = [
    scalar(), rosenbrock_scalars(100), rosenbrock(10_000, 2), rosenbrock(1_000_000, 1.5),
    logistic(100, 20, 10), logistic(10_000, 100, 1.2), logistic(1_000_000, 20, 1.5),
    elementwise(1_000_000, 2.5), elementwise(10_000_000, 3, is_optional=True),
    network(64), network(256), recurrent(1000, 32), descent(), mixture(10, 25, 1000)]
"""Every row of the table but the start of the process, which is measured from outside."""
