"""The generic twin of a world: what it keeps, and which steps are asked of it."""

import numpy as np
import pytest

from proofread.check import Book, shapes_of, statements
from proofread.evaluate import Point
from proofread.parse import parse
from proofread.twin import is_chain_rule, sources, twin_of
from proofread.worlds import WORLDS
from small_book import DEFINITION, TINY, display, only, write

JACOBIAN = r"M_{ij} = \frac{\partial p_i}{\partial v_j}"


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """Definitions of p, and of M as its Jacobian."""
    page = f"% world: tiny\n\n{display(DEFINITION, 'eq-p')}{display(JACOBIAN, 'eq-m')}"
    with only(tiny=WORLD):
        return Book(write(tmp_path_factory.mktemp("book"), page)).program("tiny")


WORLD = type(TINY)(
    given=TINY.given, rows=TINY.rows, generic=TINY.generic, made={"p": "eq-p", "M": "eq-m"}
)

CHAINS = [
    r"dv = dp\,M",
    r"dv = \underbrace{dp}_{1\times K}\,M",
    r"dv^\top = M^\top dp^\top",
    r"dv_j = \sum_{i=1}^{K} dp_i M_{ij}",
    r"\Delta p^\top = M\,\Delta v^\top",
    r"\Delta L = dp\,\Delta p^\top",
    r"\Delta L = \operatorname{tr}(dp^\top \Delta p)",
    r"dp\,M = (M^\top dp^\top)^\top",
]
OTHERS = [
    r"M^\top = M",
    r"dv = dp",
    r"dv = p \odot dp",
    r"dv = 2 dp\,M",
    r"dv\,\mathbf 1 = 0",
    r"dv = dp\,\operatorname{diag}(p)",
    r"dv = - dp\,M",
    r"\Delta L = (dp\,\Delta p^\top)^2",
    r"\sum_{j=1}^{K} dv_j^2 = dp\,M\,dv^\top",
]


@pytest.mark.parametrize("latex", CHAINS + OTHERS)
def test_a_step_of_derivatives_alone_is_a_chain(latex, program):
    ((step,),) = statements(parse(latex))
    shapes = shapes_of([step], WORLD, {})
    assert is_chain_rule(step, shapes, program) == (latex in CHAINS)


def test_a_definition_says_what_it_is_made_from(program):
    assert [s.array for s in sources(program["p"])] == ["v"]
    assert {s.array for s in sources(program["M"])} == {"p", "v"}


def test_the_twin_keeps_what_is_defined_as_a_derivative_and_replaces_the_rest(program):
    twin, rest = twin_of(WORLD, program)
    assert set(rest) == {"M"} and set(twin.made) == {"M"}
    assert twin.generic["p"] == (WORLD.symbols["v"],)
    point = Point.random(twin, rest, {"N": 4, "D": 3, "H": 6, "K": 5}, np.random.default_rng(0))
    M = point.value("M").real
    assert not np.allclose(M, M.T) and not np.allclose(point.value("p").sum(), 1)


def test_in_the_twin_of_the_network_a_row_depends_on_its_own_sample_alone():
    world = WORLDS["network"]
    from test_mutate import book

    twin, rest = twin_of(world, book().program("network"))
    point = Point.random(twin, rest, {"N": 3, "D": 2, "H": 4, "K": 5}, np.random.default_rng(0))
    moved = point.cut("Z_2", (1, 2)).value(r"\hat Y").imag
    assert moved[1].all() and not moved[0].any() and not moved[2].any()
    X = point.value("X").copy()
    X[0] = X[2]
    alike = point.child(point.draw, {"X": X}).value(r"\hat Y")
    np.testing.assert_array_equal(alike[0], alike[2])
    assert not np.allclose(alike[0], alike[1])
