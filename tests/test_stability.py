"""Rounding: sums of exponentials against fifty digits, and where the staged route fails."""

import json
import warnings
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from benchmarks import stability
from benchmarks.kept import made_from
from hypothesis import given
from hypothesis import strategies as st

from backprop import (
    complex_step,
    cross_entropy,
    cross_entropy_grad,
    log_softmax,
    log_softmax_vjp,
    log_sum_exp,
    log_vjp,
    softmax,
    softmax_vjp,
)
from backprop.stability import two_difference, two_part_sum
from oracles import (
    SPREADS,
    agreement,
    assert_keeps_precision,
    assert_mutates_nothing,
    assert_refuses,
    exact_log_softmax,
    extreme_rows,
    jax_cross_entropy,
    normal,
    raises,
    ulps,
)

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


# hand values


def test_by_hand():
    # log(e^0 + e^0) = log 2, however far both are shifted
    assert log_sum_exp([[0, 0], [1000, 1000], [-1e6, -1e6]]).tolist() == [
        [np.log(2)], [1000 + np.log(2)], [-1e6 + np.log(2)],
    ]  # fmt: skip
    # the second term is e^-40: far below the precision of 1, and all that there is of the loss
    assert log_softmax([40.0, 0.0])[0] == -np.exp(-40.0)


def staged(z, y):
    """Loss, gradient of ŷ and gradient of z, step by step, without the warnings."""
    with np.errstate(divide="ignore", invalid="ignore"):
        y_hat = softmax(z)
        dy_hat = log_vjp(-y, y_hat)
        return -(np.log(y_hat) * y).sum(), dy_hat, softmax_vjp(dy_hat, y_hat)


def test_the_staged_route_ends_in_infinity_and_nan_and_the_fused_one_does_not():
    z, y = np.array([[0.0, 800.0]]), np.array([[1.0, 0.0]])
    loss, dy_hat, dz = staged(z, y)
    assert (loss, dy_hat.tolist()) == (np.inf, [[-np.inf, 0]])
    assert np.isnan(dz).all()
    assert cross_entropy(z, y) == 800
    assert cross_entropy_grad(z, y).tolist() == [[-1, 1]]
    assert log_softmax_vjp(-y, softmax(z)).tolist() == [[-1, 1]]
    # with the other target the loss is e^-800, which underflows, and 0·log 0 is nan
    assert np.isnan(staged(z, y[:, ::-1])[0])
    assert cross_entropy(z, y[:, ::-1]) == 0


# invariants


@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_a_difference_and_its_rest_are_exact(a, b):
    S, T = two_difference(np.float64(a), np.float64(b))
    assert Fraction(float(S)) + Fraction(float(T)) == Fraction(a) - Fraction(b)


@given(st.integers(1, 1000), st.integers(0, 99), st.floats(-290, 290))
def test_a_sum_in_two_parts_is_exact_but_for_a_rest(K, seed, power):
    E = 10.0**power * normal(K, seed=seed) * 10.0 ** normal(K, seed=seed + 1)
    high, low = two_part_sum(E)
    exact = sum(map(Fraction, E.tolist()))
    size = sum(map(abs, map(Fraction, E.tolist())))
    error = abs(Fraction(float(high[0])) + Fraction(float(low[0])) - exact)
    assert error <= Fraction(K, 2**100) * size + Fraction(5e-324)


def test_a_sum_that_overflows_is_the_plain_one():
    assert two_part_sum(np.array([-np.inf, 1.0]))[0] == -np.inf
    assert two_part_sum(np.array([1e308, 2.0]))[0] == 1e308


def test_the_shift_has_no_gradient():
    z = normal(5)
    exact = complex_step(lambda z: log_sum_exp(z)[0], z)
    assert agreement(exact, softmax(z)) < 1e-14
    # also for the entry that is the shift
    assert exact[z.argmax()] > 0


# extremes


@DTYPES
@pytest.mark.parametrize("spread", SPREADS)
def test_log_softmax_is_within_two_ulps(spread, dtype):
    for row in extreme_rows(spread, dtype):
        got = log_softmax(row)
        assert got.dtype == dtype
        worst = max(map(ulps, got, exact_log_softmax(row)))
        assert worst <= 2, f"{worst:.2f} ulp for K = {len(row)}"


def test_the_worst_row_that_was_found_is_within_three_ulps():
    # e to the difference lies just above a power of two, and its log1p just below
    row = np.array([6.794869959730589e-05, -4.156593851304126])
    assert max(map(ulps, log_softmax(row), exact_log_softmax(row))) <= 3


def test_a_precision_beyond_double_is_kept():
    row = np.array([0.25, 1.5, -3], np.longdouble)
    assert log_softmax(row).dtype == np.longdouble
    twice = np.exp(log_softmax(row)).sum() - 1
    assert abs(twice) <= 4 * np.finfo(np.longdouble).eps


def test_a_loss_of_mixed_precision_has_the_digits_of_the_wider_one():
    Z, Y = normal(3, 4).astype(np.float32), normal(3, 4, seed=1)
    assert cross_entropy(Z, Y) == cross_entropy(Z.astype(np.float64), Y)


def test_the_plain_form_is_within_the_bound_of_the_chapter():
    equal = [np.r_[17.32003335432323, np.full(K - 1, 9.542386154527845)] for K in (30, 127, 1000)]
    rows = [row for spread in SPREADS[::2] for row in extreme_rows(spread, np.float64)] + equal
    for row in rows:
        for got, exact in zip(stability.plain(row), exact_log_softmax(row)):
            bound = np.finfo(float).eps * (abs(exact) + mpmath.log(len(row)) + 16)
            assert abs(mpmath.mpf(float(got)) - exact) <= bound


@DTYPES
@pytest.mark.parametrize("spread", SPREADS)
def test_log_sum_exp_is_right_beside_its_two_parts(spread, dtype):
    for row in filter(lambda row: len(row) < 100, extreme_rows(spread, dtype)):
        with mpmath.workdps(50):
            shift = mpmath.mpf(float(row.max()))
            log_sum = -exact_log_softmax(row)[row.argmax()]
            error = abs(mpmath.mpf(float(log_sum_exp(row)[0])) - (shift + log_sum))
            assert error <= np.finfo(dtype).eps * (abs(shift) + log_sum)


@DTYPES
@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("N", [1, 7, 100])
def test_cross_entropy_is_within_four_ulps_for_labels(spread, dtype, N):
    rng = np.random.default_rng(N)
    for K in (2, 10):
        Z = (spread * rng.uniform(-1, 1, (N, K))).astype(dtype)
        labels = rng.integers(K, size=N)
        with mpmath.workdps(50):
            ells = [exact_log_softmax(row)[k] for row, k in zip(Z, labels)]
            exact = -mpmath.fsum(ells) / N
        assert ulps(cross_entropy(Z, labels), exact) <= 4


@DTYPES
@pytest.mark.parametrize("spread", SPREADS)
def test_cross_entropy_is_right_beside_the_sum_of_its_terms(spread, dtype):
    rng = np.random.default_rng(2)
    Z = (spread * rng.uniform(-1, 1, (20, 5))).astype(dtype)
    Y = rng.standard_normal((20, 5)).astype(dtype)
    with mpmath.workdps(50):
        ells = [ell for row in Z for ell in exact_log_softmax(row)]
        terms = [mpmath.mpf(float(y)) * ell for y, ell in zip(Y.ravel(), ells)]
        exact, size = -mpmath.fsum(terms) / 20, mpmath.fsum(map(abs, terms)) / 20
        error = abs(mpmath.mpf(float(cross_entropy(Z, Y))) - exact)
        assert error <= 3 * np.finfo(dtype).eps * size


def test_minus_infinity_is_a_class_that_cannot_be():
    assert log_sum_exp([0.0, -np.inf, 0.0])[0] == np.log(2)
    assert log_softmax([0.0, -np.inf]).tolist() == [0, -np.inf]


# the same result by another route


def test_a_complex_step_passes_and_so_does_automatic_differentiation():
    z, y = 3 * normal(4, 3), normal(4, 3, seed=1)
    numeric = complex_step(lambda z: cross_entropy(z, y), z)
    assert agreement(cross_entropy_grad(z, y), numeric) < 1e-14
    assert cross_entropy(z, y) == pytest.approx(float(jax_cross_entropy(z, y)), rel=1e-14)


def test_what_the_chapter_on_notation_promises():
    inputs = dict(Z=normal(3, 4))
    assert_mutates_nothing(log_sum_exp, inputs)
    assert_keeps_precision(log_sum_exp, inputs)
    assert_refuses(log_sum_exp, inputs)


# the result that the chapter shows


def test_the_result_was_measured_with_these_sources():
    kept = json.loads(stability.RESULT.read_text(encoding="utf-8"))
    stale = "benchmarks/stability.json is stale: run `make bench`"
    assert kept["made_from"] == made_from(*stability.MADE_FROM), stale
    assert tuple(kept["spreads"]) == SPREADS
    for kind, routes in kept["worst"].items():
        assert {name: len(errors) for name, errors in routes.items()} == dict.fromkeys(
            stability.ROUTES, len(SPREADS)
        )
        at = SPREADS.index(36.0)  # where the plain form has lost everything
        again = stability.worst(36.0, np.dtype(kind).type)
        assert routes["plain"][at] == pytest.approx(again["plain"], rel=0.1)
        assert routes["log_softmax"][at] == pytest.approx(again["log_softmax"], abs=1)


# errors


def test_scalars_and_empty_arrays_are_refused():
    with raises(ValueError, "Z must have shape (…, K), got ()"):
        log_sum_exp(1.0)
    with raises(ValueError, "Z must not be empty, got shape (0, 2)"):
        log_sum_exp(np.zeros((0, 2)))


def test_no_finite_row_warns():
    big = np.finfo(float).max
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert log_sum_exp([big, -big])[0] == big
