"""The worlds: every symbol has a shape, every definition answers to the code."""

from dataclasses import replace

import numpy as np
import pytest

import backprop as bp
from proofread.check import statements
from proofread.parse import parse
from proofread.shapes import SIZES, Shapes
from proofread.worlds import WORLDS, Symbol, World, axes

MADE = [(name, symbol) for name, world in WORLDS.items() for symbol in world.made]


def test_a_row_of_a_batch_and_the_batch_are_one_array():
    world = World(given={"W": "D×K"}, rows={"x": ("X", "D")}, made={"x": "eq-x"})
    assert world.symbols["x"] == Symbol("X", ("1", "D"), per_sample=True)
    assert world.symbols["X"] == Symbol("X", ("N", "D"))
    assert world.symbols["W"] == Symbol("W", ("D", "K"))
    assert world.arrays == {"X": world.symbols["X"], "W": world.symbols["W"]}
    assert world.definitions == {"X": ("x", "eq-x")}


def test_axes_are_names():
    assert axes("D×H") == ("D", "H")


@pytest.mark.parametrize("name", WORLDS)
def test_every_axis_is_a_size_of_the_book_and_no_symbol_is_one(name):
    world = WORLDS[name]
    for symbol in world.symbols.values():
        assert set(symbol.shape) <= {"1", *SIZES}
    assert not set(world.symbols) & set(SIZES)
    assert set(axes(world.ones)) <= {"1", *SIZES}
    assert set("".join(world.aliases.values())) <= set(SIZES)
    assert set(world.sizes) <= set(SIZES)
    assert all(isinstance(n, int) and n >= 1 for n in world.sizes.values())


@pytest.mark.parametrize("name", WORLDS)
def test_what_a_world_makes_it_declares(name):
    world = WORLDS[name]
    assert set(world.made) <= set(world.symbols)
    assert set(world.generic) <= set(world.given)
    assert set(world.generic.values()) <= set(world.symbols)
    assert not set(world.generic) & set(world.made)
    for symbol in world.generic:  # of something given in the end, and not of itself
        seen = []
        while symbol in world.generic and symbol not in seen:
            seen.append(symbol)
            symbol = world.generic[symbol]
        assert symbol not in seen
    assert r"L" in world.symbols  # the loss that every gradient is of


@pytest.mark.parametrize("name", [name for name in WORLDS if WORLDS[name].extends])
def test_a_world_extends_another_whose_symbols_and_definitions_it_has(name):
    world = WORLDS[name]
    base = WORLDS[world.extends]
    assert base is not world and base.extends is None
    assert base.symbols.items() <= world.symbols.items()
    assert set(base.made) <= set(world.made)


@pytest.mark.parametrize(("name", "symbol"), MADE)
def test_every_definition_has_an_anchor(name, symbol):
    world = WORLDS[name]
    if world.extends and world.made[symbol] == WORLDS[world.extends].made.get(symbol):
        world = WORLDS[world.extends]  # where MADE has it as well
    array = world.symbols[symbol].array
    anchored = {world.symbols[s].array for anchor in world.anchors for s in anchor[0]
                if s in world.symbols}  # fmt: skip
    assert array in anchored


def test_every_derivative_in_the_code_has_an_anchor():
    anchored = [function for world in WORLDS.values() for _, function, _ in world.anchors]
    written = [name for name in bp.__all__ if name.endswith(("_vjp", "_jvp", "_grad"))]
    assert [name for name in written if getattr(bp, name) not in anchored] == []


@pytest.mark.parametrize("name", WORLDS)
def test_the_expressions_of_an_anchor_are_of_this_world(name):
    world = WORLDS[name]
    for results, function, arguments in world.anchors:
        assert callable(function)
        for latex in (*results, *arguments):
            Shapes(world, {}).of(parse(latex, "expr"))


@pytest.mark.parametrize("name", WORLDS)
def test_hypotheses_are_equations_and_keep_what_they_say(name):
    world = WORLDS[name]
    for latex, bend in world.assumptions.items():
        ((step,),) = statements(parse(latex))
        if callable(bend):
            draw = {r"\dot Y": np.random.default_rng(0).standard_normal((4, 3))}
            bend(draw)
            np.testing.assert_allclose(draw[r"\dot Y"].sum(axis=1), 1)
            assert step.right.data == "number"
        else:
            assert latex == ", ".join(f"{size} = {n}" for size, n in bend.items())


def test_worlds_are_not_changed_by_accident():
    world = WORLDS["softmax"]
    with pytest.raises(AttributeError):
        world.ones = "1×K"
    assert replace(world).symbols == world.symbols
