"""Counted costs, and a result file that is as new as what it was made from."""

import inspect
import json
import re
from importlib import import_module
from itertools import pairwise

import numpy as np
import pytest
from benchmarks import cost
from benchmarks.cost import doubled, fit, peak_bytes
from benchmarks.kept import as_json, made_from, rounded
from hypothesis import given
from hypothesis import strategies as st

from backprop import multiplications
from oracles import raises

some_sizes = st.lists(st.integers(1, 6), min_size=2, max_size=5)
RESULT = json.loads(cost.RESULT.read_text(encoding="utf-8"))
ROUTES = {
    "softmax": ["jacobian", "jvp", "vjp"],
    "batch": ["jacobian", "jvp", "vjp"],
    "affine": ["jacobian", "vjp"],
    "input": ["backward", "jvps", "jvps_at_once"],
}
CURVES = [(family, route) for family, routes in ROUTES.items() for route in routes]
every_curve = pytest.mark.parametrize("family, route", CURVES)


def counted(left, right):
    """The product of two arrays by three loops, and how often they multiply."""
    product, count = np.zeros((left.shape[0], right.shape[1])), 0
    for i, j, k in np.ndindex(*product.shape, left.shape[1]):
        product[i, j] += left[i, k] * right[k, j]
        count += 1
    return product, count


def test_by_hand():
    # 1×2 times 2×3 is 6, 1×3 times 3×4 is 12; 2×3 times 3×4 is 24, 1×2 times 2×4 is 8
    assert multiplications([4, 3, 2, 1]) == (18, 32)
    assert multiplications([5, 3]) == (0, 0)


@given(some_sizes)
def test_both_counts_are_those_of_the_loops(sizes):
    rng = np.random.default_rng(0)
    jacobians = [rng.standard_normal((m, n)) for n, m in pairwise(sizes)]
    (*rest, from_left), reverse = jacobians, 0
    for J in rest[::-1]:
        from_left, count = counted(from_left, J)
        reverse += count
    (from_right, *rest), forward = jacobians, 0
    for J in rest:
        from_right, count = counted(J, from_right)
        forward += count
    assert multiplications(sizes) == (reverse, forward)
    np.testing.assert_allclose(from_left, from_right, rtol=1e-12, atol=1e-12)


@given(some_sizes)
def test_forward_mode_is_reverse_mode_of_the_chain_turned_round(sizes):
    assert multiplications(sizes) == multiplications(sizes[::-1])[::-1]


@pytest.mark.parametrize(
    ("sizes", "kind", "message"),
    [
        ([], ValueError, "sizes must hold an input and an output, got []"),
        ([3], ValueError, "sizes must hold an input and an output, got [3]"),
        ([3, 0], ValueError, "sizes[1] must be at least 1, got 0"),
        ([2.0, 1], TypeError, "sizes[0] must be an integer, got 2.0"),
    ],
)
def test_sizes_that_are_none_are_refused(sizes, kind, message):
    with raises(kind, message):
        multiplications(sizes)


# the file


def test_the_result_was_measured_with_these_sources():
    stale = "benchmarks/cost.json is stale: run `make bench`"
    assert RESULT["made_from"] == made_from(*cost.MADE_FROM), stale


def test_all_that_is_measured_is_in_the_hash():
    called = {
        value.__module__.removeprefix("backprop.")
        for value in vars(cost).values()
        if getattr(value, "__module__", "").startswith("backprop.")
    }
    for name in cost.MEASURED:
        source = inspect.getsource(import_module(f"backprop.{name}"))
        called |= set(re.findall(r"^from backprop\.(\w+) import", source, re.MULTILINE))
    assert called == set(cost.MEASURED) and sorted(called) == list(cost.MEASURED)


def test_the_file_is_written_as_the_benchmark_writes_it():
    assert cost.RESULT.read_text(encoding="utf-8") == as_json(RESULT)
    assert rounded(RESULT) == RESULT


def test_every_route_is_there():
    assert {family: sorted(RESULT[family]) for family in ROUTES} == ROUTES


@every_curve
def test_a_curve_has_a_time_and_bytes_for_every_size_and_its_own_slopes(family, route):
    curve = RESULT[family][route]
    assert curve["sizes"] == doubled(curve["sizes"][0], curve["sizes"][-1])
    for quantity, above in cost.ABOVE.items():
        assert len(curve[quantity]) == len(curve["sizes"]) and min(curve[quantity]) > 0
        assert curve[f"{quantity}_fit"] == fit(curve["sizes"], curve[quantity], above)


def test_a_jacobian_takes_8_bytes_for_each_of_its_entries():
    """And three arrays of its size are alive while it is built: I, I − 𝟏ᵀŷ and J."""
    J = RESULT["softmax"]["jacobian"]
    assert J["bytes_fit"]["slope"] == pytest.approx(2, abs=0.02)
    assert J["bytes"][-1] == pytest.approx(3 * 8 * J["sizes"][-1] ** 2, rel=0.01)
    assert RESULT["batch"]["jacobian"]["bytes_fit"]["slope"] == pytest.approx(1, abs=0.02)


def test_a_jacobian_is_built_as_long_as_it_fits():
    entries = {"softmax": 2, "batch": 1, "affine": 1}
    factors = {"softmax": 1, "batch": RESULT["K"] ** 2, "affine": RESULT["H"] * RESULT["K"] ** 2}
    for family, power in entries.items():
        largest = RESULT[family]["jacobian"]["sizes"][-1]
        needed = 8 * factors[family] * largest**power
        assert needed <= RESULT["budget"] < 2**power * needed


def test_a_product_takes_bytes_in_proportion_to_the_row():
    for route in ("vjp", "jvp"):
        assert RESULT["softmax"][route]["bytes_fit"]["slope"] == pytest.approx(1, abs=0.02)


def test_central_differences_take_two_losses_for_each_parameter():
    found = RESULT["differences"]
    D, H, K = (found[symbol] for symbol in "DHK")
    assert found["parameters"] == D * H + H + H * K + K
    assert found["losses"] == 2 * found["parameters"]


def test_the_cheap_gradient_is_measured_for_every_network():
    found = {(c["D"], c["H"], c["K"], c["N"]): c for c in RESULT["cheap"]}
    assert sorted(found) == sorted((*shape, N) for shape in cost.SHAPES for N in cost.ROWS)
    for (D, H, K, _), c in found.items():
        assert c["parameters"] == D * H + H + H * K + K
        estimated = 2 * c["parameters"] * c["forward"]
        assert c["differences_estimated"] == pytest.approx(estimated, rel=0.01)


# the arithmetic of the benchmark


def test_a_slope_is_fitted_where_the_fixed_cost_is_left():
    sizes = doubled(1, 2**12)
    values = [3.0] * 6 + [0.5 * n**1.5 for n in sizes[6:]]
    assert fit(sizes, values, 4) == {"from": 64, "slope": 1.5}


def test_a_slope_is_fitted_to_four_sizes_at_least():
    assert fit([1, 2, 4, 8, 16, 32], [1.0, 1.0, 1.0, 1.0, 1.0, 1.0], 4) == {"from": 4, "slope": 0}


def test_bytes_are_counted_at_their_highest():
    assert peak_bytes(lambda: np.zeros(10**6).sum()) == pytest.approx(8e6, rel=0.01)


def test_all_routes_that_are_compared_must_agree():
    calls = {("a", 1): lambda: [1.0, 2.0], ("b", 1): lambda: [1.0, 2.1]}
    with pytest.raises(AssertionError):
        cost.agree(calls)
