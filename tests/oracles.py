"""What more than one test file needs: sizes, targets, and oracles that share no code with backprop.

Exact symmetric sizes and one-hot labels hide mistakes, so sizes here are pairwise different,
cotangents are random and never ones, and targets are soft, unnormalised or labels.
"""

import re

import jax
import jax.numpy as jnp
import mpmath
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from backprop import Params

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_enable_x64", True)

# The same examples on every run, so that a red test is red for everybody.
settings.register_profile("book", max_examples=25, deadline=None, derandomize=True, database=None)
settings.load_profile("book")

TARGETS = ("labels", "soft", "unnormalised")


def _twenty_sizes():
    rng = np.random.default_rng(20)
    rows = [rng.choice(np.arange(2, 9), 4, replace=False) for _ in range(20)]
    for place in range(4):
        rows[place][place] = 1
    rows[4][3] = rows[5][3] = 10
    return [tuple(int(n) for n in row) for row in rows]


TWENTY_SIZES = _twenty_sizes()
FIVE_SIZES = TWENTY_SIZES[:5]  # a 1 in each place, and K = 10


def sizes():
    """N, D, H, K: pairwise different, or with a 1 in one place, or with K = 10."""
    different = st.permutations(range(2, 8)).map(lambda p: tuple(p[:4]))
    one = st.builds(lambda s, at: (*s[:at], 1, *s[at + 1 :]), different, st.integers(0, 3))
    ten = different.map(lambda s: (*s[:3], 10))
    return st.one_of(different, one, ten)


def normal(*shape, seed=0):
    """Normal numbers that depend on nothing but the seed and the shape."""
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


def make_targets(kind, N, K):
    """Labels (N,), rows that sum to one, or rows of any sign and sum."""
    rng = np.random.default_rng([N, K])
    if kind == "labels":
        return rng.integers(K, size=N)
    return rng.dirichlet(np.ones(K), N) if kind == "soft" else 3 * rng.standard_normal((N, K))


def dense(Y, K):
    """Labels as rows of the identity; other targets unchanged."""
    return np.eye(K)[Y] if Y.ndim == 1 else Y


def network(N, D, H, K, kind):
    """Parameters with nonzero biases, inputs and targets of these sizes, all read-only."""
    shapes = (D, H), (1, H), (H, K), (1, K)
    params = Params(*(frozen(normal(*s, seed=i)) for i, s in enumerate(shapes)))
    return params, frozen(normal(N, D, seed=5)), frozen(make_targets(kind, N, K))


def frozen(array):
    """The same array, read-only: writing to it raises."""
    array = np.array(array)
    array.flags.writeable = False
    return array


def agreement(a, b):
    """``max|a − b| / max|b|`` of arrays of one shape; zero if both are zero."""
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape
    difference = np.abs(a - b).max()
    return 0.0 if difference == 0 else difference / np.abs(b).max()


def raises(kind, message):
    """Expect an error whose whole message is this sentence."""
    return pytest.raises(kind, match="^" + re.escape(message) + "$")


def jax_loss(params, X, Y):
    """The seven forward equations in JAX, for (N, K) targets."""
    W1, b1, W2, b2 = params
    return jax_cross_entropy(jnp.tanh(X @ W1 + b1) @ W2 + b2, Y)


def jax_cross_entropy(Z, Y):
    return -jnp.mean(jnp.sum(jax.nn.log_softmax(Z) * Y, axis=1))


def jax_vjp(f, g, *inputs):
    """Gradients of every input of f, from the gradient g of its output."""
    return jax.jit(lambda g, *xs: jax.vjp(f, *xs)[1](g))(g, *inputs)


def jax_jvp(f, v, x):
    """Change of f along the direction v."""
    return jax.jit(lambda v, x: jax.jvp(f, (x,), (v,))[1])(v, x)


def exact_log_softmax(row):
    """One row of finite logits, each entry right to fifty digits, however small it is."""
    with mpmath.workdps(50):
        z = [mpmath.mpf(float(x)) for x in row]
        largest = z.index(max(z))
        others = mpmath.fsum(mpmath.exp(x - max(z)) for k, x in enumerate(z) if k != largest)
        return [x - max(z) - mpmath.log1p(others) for x in z]


def ulps(value, exact):
    """Distance from the exact number, in units of the last place that it has in this precision."""
    kind = np.finfo(value.dtype)
    with mpmath.workdps(50):
        binade = mpmath.mag(exact) - 1 if exact else kind.minexp
        unit = mpmath.ldexp(1, max(binade, kind.minexp) - kind.nmant)
        return float(abs(mpmath.mpf(float(value)) - exact) / unit)


SPREADS = (1e-12, 1e-8, 1e-4, 1e-2, 0.1, 1.0, 3.0, 10.0, 20.0, 36.0, 100.0, 300.0, 740.0, 1e3, 1e4)


def extreme_rows(spread, dtype):
    """Rows of 2 to 1,000 logits within ±spread: about zero, far from it, and nearly tied."""
    rng = np.random.default_rng(int(1e6 * np.log1p(spread)))
    for K in (2, 3, 10, 100, 1000):
        for _ in range(4 if K < 100 else 1):
            row = spread * rng.uniform(-1, 1, K)
            tied = row.astype(dtype)
            tied[1] = np.nextafter(tied[0], dtype(np.inf))
            yield row.astype(dtype)
            yield from [(row + 1e4).astype(dtype), tied] if K < 1000 else []


# What the chapter on notation promises about the numbers of every function.


def flat(result):
    """Every array of a possibly nested result, as a list."""
    if not isinstance(result, tuple):
        return [np.asarray(result)]
    return [array for part in result for array in flat(part)]


def assert_mutates_nothing(f, inputs):
    before = {name: np.array(a) for name, a in inputs.items()}
    held = {name: frozen(a) for name, a in inputs.items()}
    f(**held)
    for name, a in held.items():
        np.testing.assert_array_equal(a, before[name])


def assert_keeps_precision(f, inputs):
    """float32 gives float32 near the float64 value, integers give float64."""
    exact = flat(f(**inputs))
    single = flat(f(**{name: a.astype(np.float32) for name, a in inputs.items()}))
    whole = {name: np.ones(a.shape, np.int32) for name, a in inputs.items()}
    for got, want in zip(single, exact, strict=True):
        assert (got.dtype, want.dtype) == (np.float32, np.float64)
        assert agreement(got, want) < 2e-6
    as_floats = flat(f(**{name: a.astype(np.float64) for name, a in whole.items()}))
    for got, want in zip(flat(f(**whole)), as_floats, strict=True):
        assert got.dtype == np.float64
        np.testing.assert_array_equal(got, want)


def assert_mixes(f, inputs):
    """One float64 or integer argument among float32 ones decides, as `numpy.result_type` does."""
    for wide in inputs:
        for dtype in (np.float64, np.int64):
            mixed = {name: a.astype(np.float32) for name, a in inputs.items()}
            mixed[wide] = np.ones(inputs[wide].shape, dtype)
            assert f(**mixed).dtype == np.float64


def assert_refuses(f, inputs, dtypes=(bool, object, str)):
    """A wrong dtype in each argument in turn is a TypeError that names the argument."""
    for name, a in inputs.items():
        for dtype in dtypes:
            bad = a.astype(dtype)
            wish = "be real" if bad.dtype.kind == "c" else "hold numbers"
            with raises(TypeError, f"{name} must {wish}, got dtype {bad.dtype}"):
                f(**{**inputs, name: bad})
