"""Jacobian against VJP and JVP, forward against reverse mode: time, and bytes where J is built.

``python -m benchmarks.cost`` measures anew and writes ``benchmarks/cost.json``.
"""

import os
import platform
import tracemalloc
from functools import partial
from itertools import product
from math import isqrt
from pathlib import Path
from timeit import default_timer, timeit
from unittest.mock import Mock

import numpy as np
import psutil
from benchmarks.kept import keep, made_from, significant
from threadpoolctl import threadpool_limits

from backprop import (
    Params,
    backward,
    central_difference,
    forward,
    init_params,
    softmax,
    softmax_jacobian,
    softmax_jvp,
    softmax_vjp,
)

RESULT = Path(__file__).with_suffix(".json")
MEASURED = (
    "_boundary", "affine", "cross_entropy", "gradient_check", "network", "softmax", "stability",
    "tanh",
)  # fmt: skip
MADE_FROM = (__file__, *(f"src/backprop/{name}.py" for name in MEASURED))
LIMIT = 2**30  # bytes that a Jacobian may take
LONGEST = 2**20  # K up to which a row is measured without its Jacobian
# Times a call of the smallest size, from where a slope is fitted; 64 KiB of bytes are buffers.
ABOVE = {"seconds": 4, "bytes": 256}
BLOCK = 2e-3  # seconds that a call is repeated for, each time that it is measured
H, K = 32, 10  # of the affine step; K also of the batch
SHAPES, ROWS = ((2, 500, 2), (64, 500, 10)), (1, 200, 1347)  # D, H, K and N of the networks
TINY = (2, 5, 3), 20


# how it is measured


def seconds(calls, rounds=15):
    """The times of every call, one for each round; a drift of the machine hits all alike."""
    counts = {}
    for name, call in calls.items():
        call()
        counts[name] = max(1, int(BLOCK / timeit(call, number=1)))
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            times[name].append(timeit(call, number=counts[name]) / counts[name])
    return {name: np.array(t) for name, t in times.items()}


def peak_bytes(call):
    """The most that is allocated at any moment of a call, its result included."""
    tracemalloc.start()
    call()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def fit(sizes, values, above):
    """The exponent in ``values ~ sizes ** slope``, by least squares of the logarithms.

    Over the sizes whose value is more than `above` times that of the smallest, so that the fixed
    cost of a call hardly counts; over the four largest if these are fewer.
    """
    count = max(4, np.count_nonzero(np.array(values) > above * values[0]))
    slope = np.polyfit(np.log(sizes[-count:]), np.log(values[-count:]), 1)[0]
    return {"from": sizes[-count], "slope": round(float(slope), 2) + 0.0}


def compare(title, inputs, routes):
    """Time and bytes of every route over its sizes; all routes get the same arrays."""
    start = default_timer()
    arrays = {n: inputs(n) for _, sizes in routes.values() for n in sizes}
    calls = {
        (name, n): partial(route, *arrays[n])
        for name, (route, sizes) in routes.items()
        for n in sizes
    }
    # After the largest call, malloc keeps freed blocks of up to 32 MiB: from here on smaller arrays
    # cost no page faults, as in a process that has run for a while, and larger ones still do.
    agree(calls)
    times = {name: float(t.min()) for name, t in seconds(calls).items()}
    peaks = {name: peak_bytes(call) for name, call in calls.items()}
    print(f"{title}: {len(calls)} calls measured in {default_timer() - start:.0f} s", flush=True)
    return {name: curve(name, sizes, times, peaks) for name, (_, sizes) in routes.items()}


def agree(calls):
    """Hold all routes of a size to the same result."""
    results = {}
    for (_, n), call in calls.items():
        result = call()
        np.testing.assert_allclose(result, results.setdefault(n, result), rtol=1e-6, atol=1e-12)


def curve(name, sizes, times, peaks):
    """What is known of one route, with the slopes of its time and of its bytes."""
    found = {"sizes": sizes}
    for quantity, values in (("seconds", times), ("bytes", peaks)):
        found[quantity] = [significant(values[name, n]) for n in sizes]
        found[f"{quantity}_fit"] = fit(sizes, found[quantity], ABOVE[quantity])
    return found


def doubled(first, last):
    """A size and its doubles, none above the last."""
    return [first << i for i in range((int(last) // first).bit_length())]


def budget():
    """Bytes for a Jacobian; while it is built, three arrays of its size may be alive."""
    return min(LIMIT, psutil.virtual_memory().available // 4)


# what is measured


def softmax_row(budget):
    """One row of K entries, dŷ J with J and without."""
    short, long = doubled(2, isqrt(budget // 8)), doubled(2, LONGEST)
    routes = {
        "jacobian": (through_softmax_jacobian, short),
        "vjp": (softmax_vjp, long),
        "jvp": (softmax_jvp, long),
    }
    return compare("softmax over K, one row", lambda K: rows(1, K), routes)


def softmax_batch(budget):
    """The same for N rows, each with its own J."""
    sizes = doubled(1, budget // (8 * K * K))
    routes = {
        "jacobian": (through_softmax_jacobian, sizes),
        "vjp": (softmax_vjp, sizes),
        "jvp": (softmax_jvp, sizes),
    }
    return compare(f"softmax over N, K = {K}", lambda N: rows(N, K), routes)


def rows(N, K):
    """Upstream gradient and probabilities."""
    rng = np.random.default_rng(N * K)
    return rng.standard_normal((N, K)), softmax(rng.standard_normal((N, K)))


def through_softmax_jacobian(dY_hat, Y_hat):
    """``dŷ J`` of each row, with J written out."""
    return (dY_hat[:, None] @ softmax_jacobian(Y_hat))[:, 0]


def affine_weights(budget):
    """dW₂ of the affine step, by its Jacobian A₁ ⊗ I and by the product A₁ᵀ dZ₂."""
    sizes = doubled(1, budget // (8 * H * K * K))
    routes = {
        "jacobian": (through_affine_jacobian, sizes),
        "vjp": (lambda dZ2, A1: A1.T @ dZ2, sizes),
    }
    return compare(f"dW2 of the affine step over N, H = {H}, K = {K}", affine_arrays, routes)


def affine_arrays(N):
    """dZ₂ and A₁."""
    rng = np.random.default_rng(N)
    return rng.standard_normal((N, K)), np.tanh(rng.standard_normal((N, H)))


def through_affine_jacobian(dZ2, A1):
    """The same with the (N K, H K) Jacobian of vec Z₂ by vec W₂ written out."""
    return (dZ2.ravel() @ np.kron(A1, np.eye(K))).reshape(H, K)


def input_gradient():
    """dx of a network with D inputs, forward from each of them and back from the loss."""
    sizes = doubled(2, 1024)
    routes = {
        "jvps": (forward_mode, sizes),
        "jvps_at_once": (forward_mode_at_once, sizes),
        "backward": (lambda params, cache: backward(params, cache, with_input=True)[1], sizes),
    }
    return compare("dx over D, H = 500, K = 10", lambda D: after_forward((D, 500, 10), 1), routes)


def input_jvp(params, cache, V):
    """Change of the loss of one sample along each row of V, pushed forward from x.

    It checks nothing and makes no other gradient, while `backward` does both: what unfairness
    there is favours forward mode.
    """
    dot_A1 = (1 - cache.A1 * cache.A1) * (V @ params.W1)
    dot_Z2 = dot_A1 @ params.W2
    dot_Ell = dot_Z2 - (dot_Z2 * cache.Y_hat).sum(axis=1, keepdims=True)
    return -dot_Ell[:, cache.Y[0]]


def forward_mode(params, cache):
    """One pass for each input."""
    V = np.eye(cache.X.shape[1])
    return np.array([input_jvp(params, cache, v[None]) for v in V]).T


def forward_mode_at_once(params, cache):
    """All passes in one, as the rows of a batch."""
    return input_jvp(params, cache, np.eye(cache.X.shape[1]))[None]


def network(shape, N):
    """Parameters, samples and labels."""
    rng = np.random.default_rng(0)
    params = init_params(*shape, rng)
    return params, rng.standard_normal((N, shape[0])), rng.integers(shape[-1], size=N)


def after_forward(shape, N):
    """Parameters, and what the forward pass leaves for the backward one."""
    params, X, Y = network(shape, N)
    return params, forward(params, X, Y)[1]


def loss_and_gradient(params, X, Y):
    """Forward and back."""
    loss, cache = forward(params, X, Y)
    return loss, backward(params, cache)


def cheap_gradient():
    """How many forward passes a forward and a backward pass take, network by network."""
    routes = {"forward": forward, "both": loss_and_gradient}
    cases = list(product(SHAPES, ROWS))
    times = seconds(
        {(c, name): partial(f, *network(*c)) for c in cases for name, f in routes.items()},
        rounds=41,
    )
    print(f"forward and backward pass: {len(cases)} networks", flush=True)
    return [cheap(*c, times[c, "forward"], times[c, "both"]) for c in cases]


def cheap(shape, N, alone, both):
    """The ratio is taken round by round; differences would take two losses a parameter."""
    P = sum(p.size for p in network(shape, N)[0])
    found = {"forward": np.median(alone), "both": np.median(both), "ratio": np.median(both / alone)}
    found["differences_estimated"] = 2 * P * found["forward"]
    return dict(zip("DHK", shape)) | {"N": N, "parameters": P} | found


def differences():
    """The whole gradient of a tiny network by central differences, really done."""
    (params, X, Y), spy = network(*TINY), Mock(wraps=forward)
    np.testing.assert_allclose(
        flat(by_differences(spy, params, X, Y)),
        flat(loss_and_gradient(params, X, Y)[1]),
        rtol=1e-6, atol=1e-9,
    )  # fmt: skip
    calls = {"differences": partial(by_differences, forward, params, X, Y)}
    calls |= {"forward": partial(forward, params, X, Y)}
    calls |= {"backward": partial(backward, params, forward(params, X, Y)[1])}
    times = {name: np.median(t) for name, t in seconds(calls, rounds=41).items()}
    print(f"central differences: {spy.call_count} losses", flush=True)
    sizes = dict(zip("DHK", TINY[0])) | {"N": TINY[1], "parameters": flat(params).size}
    ratio = times["differences"] / times["backward"]
    return sizes | times | {"losses": spy.call_count, "ratio": ratio}


def by_differences(forward, params, X, Y):
    """One array of parameters after the other."""

    def loss(name, value):
        return forward(params._replace(**{name: value}), X, Y)[0]

    named = params._asdict().items()
    return Params(*(central_difference(partial(loss, name), p) for name, p in named))


def flat(params):
    """All entries in one row."""
    return np.concatenate([p.ravel() for p in params])


# what is kept


def measure():
    """Everything, one family after the other, and what it was measured with."""
    room = budget()
    return {
        "made_from": made_from(*MADE_FROM),
        "cores": os.cpu_count(),
        "numpy": np.__version__,
        "python": platform.python_version(),
        "budget": room,
        "H": H,
        "K": K,
        "softmax": softmax_row(room),
        "batch": softmax_batch(room),
        "affine": affine_weights(room),
        "input": input_gradient(),
        "cheap": cheap_gradient(),
        "differences": differences(),
    }


def table(result):
    """A line for every route, with its slopes, and one for every network."""
    for family in ("softmax", "batch", "affine", "input"):
        for route, c in result[family].items():
            ends = f"{c['sizes'][0]:3d} {c['seconds'][0]:8.2g} s {c['sizes'][-1]:9d}"
            slopes = " ".join(f"{q} {c[f'{q}_fit']['slope']:5.2f}" for q in ("seconds", "bytes"))
            yield f"{family:8} {route:13} {ends} {c['seconds'][-1]:8.2g} s   slopes: {slopes}"
    for c in result["cheap"]:
        sizes = " ".join(f"{symbol} {c[symbol]:4d}" for symbol in "DHKN")
        yield f"{sizes}: forward {c['forward']:8.2g} s, with backward × {c['ratio']:.2f}"
    d = result["differences"]
    yield f"{d['losses']} losses for {d['parameters']} parameters: {d['ratio']:.3g} backward passes"


def main():
    start = default_timer()
    with threadpool_limits(1, user_api="blas"):
        result = keep(RESULT, measure())
    print(*table(result), f"{default_timer() - start:.0f} s", sep="\n")


if __name__ == "__main__":
    main()
