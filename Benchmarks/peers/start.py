"""From the start of a process to its first gradient: python start.py engine."""

import sys

if sys.argv[1] == "jax":
    import jax

    jax.config.update("jax_enable_x64", True)
    print(jax.value_and_grad(lambda w: jax.numpy.log(1 + jax.numpy.exp(-3.5 * w)))(0.7))
elif sys.argv[1] == "torch":
    import torch

    w = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
    value = torch.log(1 + torch.exp(-3.5 * w))
    value.backward()
    print(value, w.grad)
else:
    import casadi

    w = casadi.SX.sym("w")
    value = casadi.log(1 + casadi.exp(-3.5 * w))
    print(casadi.Function("f", [w], [value, casadi.gradient(value, w)])(0.7))
