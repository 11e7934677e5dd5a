"""Writes values.jsonl: the primitives of the table at their samples and edges, to 30 digits.

    python3 generate.py < points.jsonl > values.jsonl        (needs mpmath)

One point a line, {"name": "sin", "at": [0.4]}, numbers as in Swift, "inf" and "nan" as strings;
values.jsonl itself will do. What the test finds missing it prints in this form. Everything is worked
out with 80 digits or 500 at the doubles given, from the definition and not by the form the program
uses.
"""
import json
import sys

from mpmath import *

mp.dps = 80
INF, NAN = mpf("inf"), mpf("nan")
# Points on a circle well inside the domain of a function: so many leave no error to see.
POINTS = 128


def derivative(f, x, n, radius):
    """f⁽ⁿ⁾(x) by Cauchy's integral; f may have a removable point at x."""
    if n == 0 and x != 0:
        return f(x)
    total = mpc(0)
    for k in range(POINTS):
        w = expjpi(mpf(2 * k + 1) / POINTS)
        total += f(x + radius * w) * w ** (-n)
    return (total / POINTS).real * factorial(n) / mpf(radius) ** n


def coefficients(g, count):
    return [derivative(g, mpf(0), n, mpf("0.25")) / factorial(n) for n in range(count)]


def quotient(g, m):
    low = coefficients(g, m)
    return lambda x: (g(x) - sum(c * x**n for n, c in enumerate(low))) / x**m


def tail(g):
    return lambda m, n, x: derivative(quotient(g, int(m)), x, int(n), mpf("0.1"))


def root(g):
    def value(m, n, s):
        f = quotient(g, int(m))
        return derivative(lambda s: f(sqrt(s)), s, int(n), mpf("0.05"))
    return value


def slope(g):
    def value(order, x, y):
        n, m = int(order) % 64, int(order) // 64
        def in_y(u):
            # The circles must not meet: one is twice as wide as the other.
            f = lambda v: (g(u) - g(v)) / (u - v)
            return derivative(f, y, m, mpf("0.02")) if m else f(y)
        if n == 0 and m == 0:
            return in_y(x)
        total = mpc(0)
        radius = mpf("0.09")
        for k in range(POINTS):
            w = expjpi(mpf(2 * k + 1) / POINTS)
            u = x + radius * w
            if m == 0:
                inner = (g(u) - g(y)) / (u - y)
            else:
                inner = mpc(0)
                for j in range(POINTS):
                    z = expjpi(mpf(2 * j + 1) / POINTS)
                    v = y + mpf("0.02") * z
                    inner += (g(u) - g(v)) / (u - v) * z ** (-m)
                inner = inner / POINTS * factorial(m) / mpf("0.02") ** m
            total += inner * w ** (-n)
        return (total / POINTS).real * factorial(n) / radius**n
    return value


def divide(a, b):
    if isnan(a) or isnan(b) or (a == 0 and b == 0) or (isinf(a) and isinf(b)):
        return NAN
    if b == 0:
        return INF * sign(a)
    return mpf(0) if isinf(b) else a / b


def times(a, b):
    return NAN if (a == 0 and isinf(b)) or (isinf(a) and b == 0) else a * b


def logarithm(x):
    return NAN if x < 0 else -INF if x == 0 else log(x)


def inside(f, low, high):
    return lambda x: f(x) if low <= x <= high else NAN


def circular(f):
    return lambda x: NAN if isinf(x) else f(x)


def real_gamma(x):
    return INF if x == 0 else NAN if x < 0 and x == floor(x) else gamma(x)


def log_gamma(x):
    return INF if x <= 0 and x == floor(x) else log(abs(gamma(x)))


def digamma_(x):
    return -INF if x == 0 else NAN if x < 0 and x == floor(x) else psi(0, x)


def polygamma_(n, x):
    if n != floor(n) or n < 0:
        return NAN
    return digamma_(x) if n == 0 else (INF if int(n) % 2 else -INF) if x == 0 else psi(int(n), x)


def power(x, y):
    if x == 0 and y != 0:
        return mpf(0) if y > 0 else INF
    return mpf(1) if y == 0 else x**y


def modulo(x, y):
    return NAN if y == 0 else x - y * floor(x / y)


def sigmoid(x):
    return 1 / (1 + exp(-x))


def softplus(x):
    return log(1 + exp(x))


def bernoulli_(x):
    return x / (exp(x) - 1)


def hazard(x):
    return 2 / sqrt(pi) * exp(-x * x) / erfc(x)


def arctan2(y, x):
    return mpf(0) if x == 0 and y == 0 else atan2(y, x)


def direction(x, y):
    return mpf(0) if x == 0 else x / hypot(x, y)


def rounded(x):
    low = floor(x)
    gap = x - low
    return low if gap < 0.5 or (gap == 0.5 and low % 2 == 0) else low + 1


def versin(x):
    return 1 - cos(x)


def coshm1(x):
    return cosh(x) - 1


def lncosh(x):
    return log(cosh(x))


def lncos(x):
    return log(cos(x))


def expm1_(x):
    return exp(x) - 1


def log1p_(x):
    return log(1 + x)


SERIES = {
    "sin": sin, "cos": cos, "versin": versin, "exp": exp, "expm1": expm1_, "log1p": log1p_,
    "tan": tan, "tanh": tanh, "sinh": sinh, "cosh": cosh, "coshm1": coshm1, "asin": asin,
    "atan": atan, "asinh": asinh, "atanh": atanh, "erf": erf, "logcos": lncos,
    "bernoulli": bernoulli_, "logcosh": lncosh, "log": log, "sigmoid": sigmoid,
    "softplus": softplus, "lgamma": loggamma,
}


def difference(g):
    return lambda x, y: mpf(0) if x == y else g(x) - g(y)


def remainder(g, m):
    def value(x):
        return g(x) - sum(c * x**n for n, c in enumerate(coefficients(g, m)))
    return value


VALUES = {
    "negate": lambda x: -x, "add": lambda x, y: x + y, "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y, "divide": divide, "power": power, "mod": modulo,
    "strongMultiply": lambda x, y: mpf(0) if x == 0 else x * y,
    "strongDivide": lambda x, y: mpf(0) if x == 0 else divide(x, y),
    "powerLog": lambda x, y: mpf(0) if x == 0 and y == 0 else times(x, logarithm(y)),
    "less": lambda x, y: x < y, "lessOrEqual": lambda x, y: x <= y,
    "equal": lambda x, y: x == y, "notEqual": lambda x, y: x != y,
    "and": lambda x, y: x != 0 and y != 0, "or": lambda x, y: x != 0 or y != 0,
    "not": lambda x: x == 0, "select": lambda c, a, b: a if c != 0 else b,
    "exp": exp, "log": logarithm, "log2": lambda x: logarithm(x) / log(2),
    "log10": lambda x: logarithm(x) / log(10), "log1p": lambda x: logarithm(1 + x),
    "expm1": expm1_, "sqrt": lambda x: NAN if x < 0 else sqrt(x),
    "cbrt": lambda x: sign(x) * abs(x) ** (mpf(1) / 3),
    "sin": circular(sin), "cos": circular(cos), "tan": circular(tan),
    "asin": inside(asin, -1, 1), "acos": inside(acos, -1, 1), "atan": atan, "atan2": arctan2,
    "sinh": sinh, "cosh": cosh, "tanh": tanh, "sech": sech, "asinh": asinh,
    "acosh": inside(acosh, 1, INF),
    "atanh": lambda x: INF * sign(x) if abs(x) == 1 else NAN if abs(x) > 1 else atanh(x),
    "sigmoid": sigmoid, "softplus": softplus, "relu": lambda x: max(x, mpf(0)),
    "leakyrelu": lambda x: x if x > 0 else x * mpf(0.01),
    "elu": lambda x: x if x > 0 else exp(x) - 1, "gelu": lambda x: x * erfc(-x / sqrt(2)) / 2,
    "abs": abs, "sign": sign, "heaviside": lambda x: (sign(x) + 1) / 2, "floor": floor,
    "ceil": ceil, "round": rounded, "stop": lambda x: x, "variable": lambda x: x,
    "maximum": max, "minimum": min, "hypot": hypot, "erf": erf, "erfc": erfc,
    "gamma": real_gamma, "lgamma": log_gamma, "digamma": digamma_, "polygamma": polygamma_,
    "versin": versin, "coshm1": coshm1, "expDifference": difference(exp),
    "bose": lambda x: divide(mpf(1), exp(x) - 1), "log1mexp": lambda x: logarithm(1 - exp(x)),
    "logexpm1": lambda x: logarithm(exp(x) - 1),
    "logaddexp": lambda x, y: log(exp(x) + exp(y)), "logcosh": lncosh,
    "logcos": lambda x: logarithm(cos(x)), "logQuotient": lambda x, y: logarithm(divide(x, y)),
    "logProduct": lambda x, y: logarithm(x * y), "erfDifference": difference(erf),
    "logerfc": lambda x: log(erfc(x)), "erfcHazard": hazard,
    "erfcRatio": lambda x: hazard(x) / 2 - x, "direction": direction,
    "csch": lambda x: divide(mpf(1), sinh(x)), "sinDifference": difference(sin),
    "cosDifference": difference(cos), "tanDifference": difference(tan),
    "tanhDifference": difference(tanh), "sigmoidDifference": difference(sigmoid),
    "atanDifference": difference(atan), "logitLoss": lambda x, y: softplus(x) - x * y,
    "logitExcess": lambda x, y: sigmoid(x) - y, "cauchy": lambda x: 1 / (1 + x * x),
    "lorentz": lambda x: x / (1 + x * x), "log1pSquare": lambda x: log(1 + x * x),
    "sinm": remainder(sin, 2), "versinm": remainder(versin, 4), "expm2": remainder(expm1_, 2),
    "expm3": remainder(expm1_, 3), "log1pm": remainder(log1p_, 2), "tanm": remainder(tan, 2),
    "tanhm": remainder(tanh, 2), "sinhm": remainder(sinh, 2), "coshm": remainder(coshm1, 4),
    "atanm": remainder(atan, 2), "asinm": remainder(asin, 2), "asinhm": remainder(asinh, 2),
    "atanhm": remainder(atanh, 2),
    "sum": lambda *x: fsum(x), "mean": lambda *x: fsum(x) / len(x), "max": max, "min": min,
    "norm": lambda *x: sqrt(fsum(v * v for v in x)),
    "logsumexp": lambda *x: log(fsum(exp(v) for v in x)), "prod": lambda *x: fprod(x),
    "softmax": lambda *x: [exp(v) / fsum(exp(w) for w in x) for v in x],
    "prodGradient": lambda *x: [fprod(x[:i] + x[i + 1:]) for i in range(len(x))],
}
for name, function in SERIES.items():
    VALUES[name + "Tail"] = tail(function)
    VALUES[name + "Root"] = root(function)
    VALUES[name + "Slope"] = slope(function)


def shown(value, negligible):
    value = mpf(value)
    if isnan(value):
        return "nan"
    if isinf(value):
        return "inf" if value > 0 else "-inf"
    # What rounding left of an exact 0.
    return "0" if abs(value) < negligible else nstr(value, 30, min_fixed=-5, max_fixed=5)


def main():
    note = ("Values of the primitives at the samples and edges of their entries: made by generate.py "
            "with mpmath 1.4.1 from 80 digits (500 where definitions cancel), rounded to 30, at the "
            "doubles given.")
    print(json.dumps({"note": note}))
    for line in sys.stdin:
        row = json.loads(line)
        if "note" in row:
            continue
        numbers = [mpf(x) if isinstance(x, str) else mpf(float(x)) for x in row["at"]]
        # The definitions cancel: log(1 - exp(-800)) begins at the 348th digit.
        isSeries = row["name"].endswith(("Tail", "Root", "Slope", "m", "m2", "m3"))
        mp.dps = 80 if isSeries else 500
        negligible = mpf(10) ** (-60 if isSeries else -450)
        value = VALUES[row["name"]](*numbers)
        values = value if isinstance(value, list) else [value]
        texts = [shown(int(v) if isinstance(v, bool) else v, negligible) for v in values]
        print(json.dumps({"name": row["name"], "at": row["at"], "value": texts}))


main()
