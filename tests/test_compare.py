"""The two sides of a step: how far they are apart, where, and what the one may have lost."""

import numpy as np
import pytest

from proofread.compare import Sides, agree, relative


def sides(left, right, **sizes):
    left, right = np.array([left], float), np.array([right], float)
    return Sides(left, right, [{}], sizes)


def test_the_error_is_relative_to_the_largest_number_of_either_side():
    assert relative(np.array([2.0, 4.0]), np.array([2.0, 3.0])) == 0.25
    assert relative(np.array([1e-6]), np.array([0.0])) == 1e-3  # what is tiny counts as 1e-3


def test_agreement_asks_for_the_same_shape():
    a = np.ones((1, 3))
    assert agree(a, a + 1e-12) and not agree(a, a + 1e-6) and not agree(a, np.ones(3))


@pytest.mark.parametrize(
    ("left", "right", "sizes", "hint"),
    [
        ([[1, 2]], [[-1, -2]], {}, "the opposite sign"),
        ([[1, 2]], [[2, 4]], {}, "off by a factor 2"),
        ([[1, 2]], [[5, 10]], {"N": 5}, "off by a factor N"),
        ([[1, 2]], [[0.2, 0.4]], {"N": 5}, "off by a factor 1/N"),
        ([[1, 2]], [[-5, -10]], {"N": 5}, "off by a factor −N"),
        ([[1, 2]], [[-1, -2]], {"N": 1}, "the opposite sign"),
        ([[1, 2], [3, 4]], [[1, 3], [2, 4]], {}, "one side is the transpose of the other"),
        ([[1, 2]], [[3, 7]], {"N": 5}, ""),
        ([[-4, 0]], [[4, 1]], {"N": 5}, ""),  # the zero is not a zero of both
        ([[0, 2]], [[0, -2]], {}, "the opposite sign"),
    ],
)
def test_what_a_wrong_side_may_have_lost(left, right, sizes, hint):
    assert sides(left, right, **sizes).hint() == hint


def test_the_worst_place_is_told_from_one_on():
    left, right = np.zeros((2, 1, 3)), np.zeros((2, 1, 3))
    right[1, 0, 2] = 0.5
    both = Sides(left, right, [{"n": 0}, {"n": 1}], {"N": 2, "K": 3})
    assert both.where() == " at N = 2, K = 3; n = 2; entry (1, 3): left 0, right 0.5"


def test_a_gap_is_positive_where_the_bound_holds():
    both = sides([[1, 2]], [[2, 1]])
    np.testing.assert_array_equal(both.gap(1), [[[0.5, -0.5]]])
    np.testing.assert_array_equal(both.gap(-1), [[[-0.5, 0.5]]])
    tiny = sides([[0.01, 1e-6]], [[0.02, 0]])  # what is tiny counts as 1e-3
    np.testing.assert_allclose(tiny.gap(1), [[[0.5, -1e-3]]])
