"""The checks every public function shares; its callers' tests hold the sentences in use."""

import numpy as np
import pytest

import backprop
from backprop._boundary import (
    expect,
    expect_rows,
    finite,
    generator,
    not_empty,
    number,
    positive,
    real,
    size,
)
from oracles import frozen, raises

# numbers


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble"])
def test_floats_keep_their_type_and_are_not_copied(dtype):
    array = frozen(np.zeros(2, dtype))
    assert number("X", array) is array
    assert real("X", array) is array


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint8", "uint64"])
def test_integers_become_float64(dtype):
    assert number("X", np.ones(2, dtype)).dtype == np.float64
    assert real("X", np.ones(2, dtype)).dtype == np.float64


def test_complex_numbers_are_numbers_and_not_real():
    assert number("X", [1j]).dtype == np.complex128
    with raises(TypeError, "X must be real, got dtype complex128"):
        real("X", [1j])


@pytest.mark.parametrize(
    "value, dtype",
    [
        (True, "bool"),
        ([True, False], "bool"),
        (["1"], "<U1"),
        ([b"1"], "|S1"),
        (None, "object"),
        ([2**70], "object"),
        (np.zeros(1, "M8[s]"), "datetime64[s]"),
        (np.zeros(1, "m8[s]"), "timedelta64[s]"),
    ],
)
@pytest.mark.parametrize("check", [number, real])
def test_what_is_not_a_number_is_refused(check, value, dtype):
    with raises(TypeError, f"X must hold numbers, got dtype {dtype}"):
        check("X", value)


# shapes


def test_symbols_take_the_first_size_and_hold_the_next_array_to_it():
    sizes = {}
    X = np.zeros((4, 3))
    assert expect("X", X, "N D", sizes) is X
    assert expect("b", np.zeros((1, 5)), "1 H", sizes).shape == (1, 5)
    assert sizes == {"N": 4, "D": 3, "H": 5}
    with raises(ValueError, "W must have shape (D, H) = (3, 5), got (5, 3)"):
        expect("W", np.zeros((5, 3)), "D H", sizes)
    with raises(ValueError, "V must have shape (H, K) = (5, K), got (4, 2)"):
        expect("V", np.zeros((4, 2)), "H K", sizes)
    assert sizes == {"N": 4, "D": 3, "H": 5}


@pytest.mark.parametrize(
    "shape, symbols, message",
    [
        ((), "N", "A must have shape (N,), got ()"),
        ((2, 2), "N", "A must have shape (N,), got (2, 2)"),
        ((2,), "N K", "A must have shape (N, K), got (2,)"),
        ((2, 1, 1), "N K", "A must have shape (N, K), got (2, 1, 1)"),
        ((2, 3), "1 K", "A must have shape (1, K), got (2, 3)"),
        ((3, 2), "N 1", "A must have shape (N, 1), got (3, 2)"),
        ((0, 2), "N K", "A must not be empty, got shape (0, 2)"),
    ],
)
def test_wrong_shapes_are_named_in_symbols(shape, symbols, message):
    with raises(ValueError, message):
        expect("A", np.zeros(shape), symbols, {})


def test_rows_have_any_leading_dimensions():
    for shape in ((3,), (2, 3), (5, 2, 3)):
        array = np.zeros(shape)
        assert expect_rows("A", array, like=array) is array
    with raises(ValueError, "A must have shape (…, K), got ()"):
        expect_rows("A", np.zeros(()))
    with raises(ValueError, "A must have shape (…, H) = (2, 3), got (3,)"):
        expect_rows("A", np.zeros(3), like=np.zeros((2, 3)), symbol="H")
    with raises(ValueError, "A must not be empty, got shape (2, 0)"):
        expect_rows("A", np.zeros((2, 0)))


def test_one_entry_is_not_empty():
    assert not_empty("A", np.zeros((1, 1))).shape == (1, 1)
    assert not_empty("A", np.zeros(())).shape == ()


# values


def test_first_entry_that_is_not_finite_is_named():
    array = np.array([[0.0, 1.0], [-np.inf, np.nan]])
    with raises(ValueError, "A must be finite, got -inf at (1, 0)"):
        finite("A", array)
    with raises(ValueError, "A must be finite, got nan"):
        finite("A", np.float64(np.nan))
    with raises(ValueError, "A must be finite, got (inf+1j) at (0,)"):
        finite("A", np.array([complex(np.inf, 1)]))
    assert finite("A", array[:1]).shape == (1, 2)


@pytest.mark.parametrize("value", [1, 7, np.int64(3), np.uint8(3)])
def test_sizes_are_positive_integers(value):
    assert size("K", value) == value
    assert type(size("K", value)) is int


@pytest.mark.parametrize(
    "value, kind, message",
    [
        (0, ValueError, "K must be at least 1, got 0"),
        (-1, ValueError, "K must be at least 1, got -1"),
        (1.0, TypeError, "K must be an integer, got 1.0"),
        (True, TypeError, "K must be an integer, got True"),
        (np.True_, TypeError, "K must be an integer, got np.True_"),
        ("3", TypeError, "K must be an integer, got '3'"),
        (None, TypeError, "K must be an integer, got None"),
    ],
)
def test_other_sizes_are_refused(value, kind, message):
    with raises(kind, message):
        size("K", value)


@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf, [1.0, 2.0]])
def test_positive_refuses_what_is_not_a_positive_finite_scalar(value):
    with raises(ValueError, f"h must be positive and finite, got {np.asarray(value, float)}"):
        positive("h", value)


def test_positive_takes_numbers_only():
    positive("h", 1)
    positive("h", np.float32(1e-3))
    with raises(TypeError, "h must hold numbers, got dtype <U4"):
        positive("h", "1e-3")


def test_generator_is_not_the_legacy_state():
    generator("rng", np.random.default_rng(0))
    with raises(TypeError, "rng must be a numpy.random.Generator, got RandomState"):
        generator("rng", np.random.RandomState(0))


# the package


def test_every_public_name_can_be_imported_and_is_documented():
    assert backprop.__all__ == sorted(backprop.__all__)
    for name in backprop.__all__:
        assert getattr(backprop, name).__doc__
