"""Sixteen wrong formulas, ten checks, seven blind spots: as measured, and that it is measured."""

import inspect
import re
from dataclasses import asdict, replace
from html.parser import HTMLParser
from types import SimpleNamespace

import numpy as np
import pytest

import mistakes
from backprop import Params, backward, forward, softmax, softmax_jacobian
from mistakes import (
    BLIND_SPOTS,
    CHECKS,
    MISTAKES,
    BlindSpot,
    Check,
    Network,
    Row,
    Setting,
    Table,
    caught,
    code_of,
    hidden,
    table,
)
from mistakes.blind import GOOD
from mistakes.checks import differences_agree, product_agrees, rows_cancel, shapes_fit, steps
from oracles import agreement, normal

SEEDS = range(5)
EXPECTED = """
M01  · · · · ● – – · ● ●
M02  · · · ● ● – – · ● ●
M03  · · · ● ● – – · ● ●
M04  · · ● ● ● ● ● ● ● ●
M05  · · ● ● ● ● ● ● ● ●
M06  · · · · ● ● ● ● ● ●
M07  · · · ● ● · ● · ● ●
M08  · · · ● ● · ● · ● ●
M09  · · ● ● ● ● ● ● ● ●
M10  · ● · ● ● – – – ● ●
M11  · · · ● ● – – – ● ●
M12  · · · ● ● – – – ● ●
M13  · · · · ● – – – ● ●
M14  · · · · · – – · ● ·
M15  · · · · · · · · · ●
M16  · · · · · – – – · ●
"""
HIDDEN = {
    "ones upstream": ["M07", "M08"],
    "zero start": ["M11", "M12"],
    "one sample": ["M01", "M13"],
    "two classes": ["M06"],
    "equal sizes": ["M10"],
    "one-hot targets": ["M14"],
    "moderate logits": ["M15", "M16"],
}
SIGNS = {True: "●", False: "·", None: "–"}
SETTINGS = {c.setting for c in CHECKS} | {s for b in BLIND_SPOTS for s in (b.good, b.blind)}
by_mistake = pytest.mark.parametrize("mistake", MISTAKES, ids=code_of)
by_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.title)
by_spot = pytest.mark.parametrize("spot", BLIND_SPOTS, ids=lambda spot: spot.title)
by_seed = pytest.mark.parametrize("seed", SEEDS)
by_holds = pytest.mark.parametrize(
    "holds", [shapes_fit, differences_agree, product_agrees, rows_cancel]
)


def written(rows):
    return "\n".join(f"{row.code}  {' '.join(SIGNS[m] for m in row.marks)}" for row in rows)


# the right network


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_the_right_network_is_that_of_backprop(setting):
    params, X, Y, _ = setting.draw(0)
    loss, cache = forward(params, X, Y)
    assert agreement(Network().loss(params, X, Y), loss) <= 1e-14
    for got, want in zip(Network().backward(params, X, Y), backward(params, cache), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)


@by_holds
@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_no_check_raises_a_false_alarm(setting, holds):
    for seed in SEEDS:
        assert Check("", holds, setting)(Network(), seed) is False


# the mistakes


@by_mistake
def test_a_mistake_is_one_method_of_the_right_network_overridden(mistake):
    kind = type(mistake)
    written_here = {name for name, value in vars(kind).items() if inspect.isfunction(value)}
    assert kind.__bases__ == (Network,) and len(written_here) == 1
    assert mistake.own_steps == written_here < set(vars(Network))
    assert len(inspect.getsource(getattr(kind, *written_here)).splitlines()) <= 3


@by_mistake
def test_a_mistake_gives_other_numbers_than_the_right_network(mistake):
    at = replace(GOOD, D=GOOD.K).draw(0)[:3]  # where the shapes of all of them fit

    def numbers(network):
        with np.errstate(all="ignore"):
            return np.hstack([network.loss(*at), *map(np.ravel, network.backward(*at))])

    assert np.isfinite(numbers(Network())).all()
    assert not np.allclose(numbers(mistake), numbers(Network()), rtol=1e-2, atol=1e-3)


def test_no_two_mistakes_have_one_title_and_the_right_network_has_none():
    titles = [mistake.title for mistake in MISTAKES]
    assert len(set(titles)) == 16 and Network().title == "Nothing is wrong"
    assert all(title[-1] != "." and "\n" not in title for title in titles)


Y_HAT, Y = softmax(normal(7, 4)), normal(7, 4, seed=1)
SCALED = Y.sum(axis=1, keepdims=True) * Y_HAT


@pytest.mark.parametrize(
    "code, dZ2",
    [
        ("M01", SCALED - Y),
        ("M02", (Y - SCALED) / 7),
        ("M03", 1 - 4 * Y_HAT),  # (1 ⊘ ŷ) J
        ("M14", (Y_HAT - Y) / 7),
    ],
)
def test_what_a_mistake_makes_of_the_logits(code, dZ2):
    mistake = MISTAKES[int(code[1:]) - 1]
    np.testing.assert_allclose(mistake.dZ2(Y_HAT, Y), dZ2, rtol=0, atol=1e-14)


OFF = 1 - np.eye(4)
JACOBIANS = {
    "M04": lambda y: softmax_jacobian(y) * OFF,
    "M05": lambda y: np.diag(y * (1 - y)),
    "M06": lambda y: np.diag(y * (1 - y)) - OFF * (y * (1 - y))[:, None],
    "M07": lambda y: -softmax_jacobian(y),
    "M08": lambda y: 3 * softmax_jacobian(y),
}


@pytest.mark.parametrize("code", JACOBIANS)
def test_a_wrong_jacobian_has_the_entries_of_its_title(code):
    mistake = MISTAKES[int(code[1:]) - 1]
    product = [g @ JACOBIANS[code](y) for g, y in zip(Y, Y_HAT)]
    np.testing.assert_allclose(mistake.log_softmax_vjp(Y * Y_HAT, Y_HAT), product, atol=1e-14)


def test_wrong_weights_slopes_and_means_by_hand():
    # W₂ = (5, 6)ᵀ would give 10 and 12, W₁ = (3 4) gives 6 and 8
    params = Params(np.array([[3.0, 4.0]]), None, np.array([[5.0], [6.0]]), None)
    assert MISTAKES[9].dA1(np.array([[2.0]]), params).tolist() == [[6, 8]]
    one, Z1, A1 = np.array([[1.0]]), np.array([[2.0]]), np.array([[0.5]])
    assert MISTAKES[10].dZ1(one, Z1, A1).tolist() == [[-3]]  # 1 − 2²
    assert MISTAKES[11].dZ1(one, Z1, A1) == pytest.approx(1 / np.cosh(0.5) ** 2)
    assert MISTAKES[12].db(np.array([[1.0], [5.0]])).tolist() == [[3]]


# the checks


@by_check
@by_mistake
def test_a_mark_is_missing_where_the_wrong_step_is_never_run(check, mistake):
    def stop(*_):
        raise RuntimeError

    (step,) = mistake.own_steps
    stopping = type("Stopping", (Network,), {step: stop})()
    if check(mistake) is None:
        assert check.holds(stopping, check.setting.draw(0))
    else:
        with pytest.raises(RuntimeError):
            check.holds(stopping, check.setting.draw(0))


SPOILT = {
    "nan": lambda g: g * np.nan,
    "inf": lambda g: g + np.inf,
    "transposed": lambda g: g.T,
    "without its axis": lambda g: g[0],
}


def spoilt(name, spoil):
    """The right network, but for the gradient of one parameter."""

    class Spoilt(Network):
        def backward(self, *at):
            grads = super().backward(*at)
            return grads._replace(**{name: spoil(getattr(grads, name))})

    return Spoilt()


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_differences_look_at_every_gradient_at_every_setting(setting):
    for name in Params._fields:
        network = spoilt(name, lambda g: g + 1e-3)
        assert Check("", differences_agree, setting)(network) is True


@pytest.mark.parametrize("spoil", SPOILT)
@pytest.mark.parametrize("name", Params._fields)
def test_differences_notice_every_kind_of_wrong_gradient(name, spoil):
    assert Check("", differences_agree, Setting())(spoilt(name, SPOILT[spoil])) is True


@pytest.mark.parametrize("name", Params._fields)
def test_shapes_notice_a_gradient_of_another_shape_and_nothing_else(name):
    noticed = [Check("", shapes_fit, GOOD)(spoilt(name, spoil)) for spoil in SPOILT.values()]
    assert dict(zip(SPOILT, noticed)) == {
        "nan": False,
        "inf": False,
        "transposed": True,
        "without its axis": True,
    }


def test_a_loss_of_another_shape_or_not_finite_is_noticed():
    for wrong in (lambda self, *at: np.zeros(1), lambda self, *at: np.nan):
        network = type("Wrong", (Network,), {"loss": wrong})()
        assert Check("", differences_agree, GOOD)(network) is True
    network = type("Wrong", (Network,), {"loss": lambda self, *at: np.zeros(1)})()
    assert Check("", shapes_fit, GOOD)(network) is True


def test_a_product_is_held_to_the_softmax_of_its_own_network():
    class Colder(Network):
        def softmax(self, Z2):
            return softmax(2 * Z2)

        def log_softmax_vjp(self, dEll, Y_hat):
            return 2 * super().log_softmax_vjp(dEll, Y_hat)

    assert Check("", product_agrees, Setting())(Colder()) is False


def test_the_tolerance_decides(monkeypatch):
    checks = [Check("", holds, Setting()) for holds in (differences_agree, product_agrees)]
    assert [check(MISTAKES[6]) for check in checks] == [True, True]
    monkeypatch.setattr(mistakes.checks, "TOLERANCE", 1e3)
    assert [check(MISTAKES[6]) for check in checks] == [False, False]


@pytest.mark.parametrize("error", [TypeError, ZeroDivisionError])
def test_an_error_that_is_no_refusal_is_not_taken_for_a_mark(error):
    def fail(*_):
        raise error

    with pytest.raises(error):
        CHECKS[4](type("Failing", (Network,), {"dA1": fail})())


@pytest.mark.parametrize(
    "choice, changed",
    [
        (dict(start="zero"), {"W1", "b1", "W2"}),  # b2 is zero from the start
        (dict(targets="unnormalised"), {"Y"}),
        (dict(logits="extreme"), {"b2"}),
        (dict(upstream="all-ones"), {"dY_hat"}),
    ],
    ids=str,
)
def test_a_choice_changes_what_it_names_and_nothing_else(choice, changed):
    def arrays(setting):
        at = setting.draw(3)
        return at.params._asdict() | dict(X=at.X, Y=at.Y, dY_hat=at.dY_hat)

    usual, chosen = arrays(Setting()), arrays(Setting(**choice))
    assert {n for n in usual if not np.array_equal(usual[n], chosen[n])} == changed


def test_settings_are_what_their_words_say():
    at = Setting(N=4, K=2, start="zero").draw(0)
    assert at.Y.sum(axis=0).tolist() == [2, 2] and at.Y.sum(axis=1).tolist() == [1] * 4
    assert not any(p.any() for p in at.params)
    assert (np.abs(Setting(targets="unnormalised").draw(0).Y.sum(axis=1) - 1) > 0.5).all()
    assert (Setting(upstream="all-ones").draw(0).dY_hat == 1).all()
    far = Setting(logits="extreme").draw(0).params.b2.max()
    with np.errstate(over="ignore"):
        assert np.exp(far - 20) == np.inf and np.exp(20 - far) == 0
    assert not np.array_equal(Setting().draw(0).X, Setting().draw(1).X)


def test_the_rows_must_cancel_one_by_one():
    class Opposite(Network):
        def dZ2(self, Y_hat, Y):
            return np.eye(len(Y))[:, :4] - np.eye(len(Y))[::-1, :4]

    assert rows_cancel(Network(), Setting().draw(0))
    assert not rows_cancel(Opposite(), Setting().draw(0))


def test_a_check_tells_what_it_tries_and_where():
    assert [(check.told, check.at) for check in (CHECKS[2], CHECKS[7])] == [
        (
            "Each gradient agrees with central differences of the loss.",
            "N, D, H, K = 4, 2, 5, 2, zero start",
        ),
        ("Each row of dZ₂ sums to zero.", "N, D, H, K = 7, 3, 5, 4"),
    ]
    assert len({(check.told, check.at) for check in CHECKS}) == len({c.title for c in CHECKS}) == 10


def test_the_sizes_of_the_seed_are_those_of_the_question():
    assert [p.shape for p in CHECKS[0].setting.draw(0).params] == [
        (2, 500),
        (1, 500),
        (500, 2),
        (1, 2),
    ]
    assert steps(CHECKS[0]) >= set().union(*(m.own_steps for m in MISTAKES))


# the table


@by_seed
def test_the_table_as_measured(seed):
    assert written(caught(seed)) == EXPECTED.strip()


@pytest.mark.parametrize("tolerance", [3e-6, 1e-3])
def test_no_mark_is_near_the_tolerance(tolerance, monkeypatch):
    monkeypatch.setattr(mistakes.checks, "TOLERANCE", tolerance)
    for seed in SEEDS[:2]:
        assert written(caught(seed)) == EXPECTED.strip()
        assert hidden(seed) == HIDDEN


def test_the_seed_is_handed_on(monkeypatch):
    seen = []

    def holds(network, at):
        seen.append(at.X)
        return product_agrees(network, at)

    BlindSpot("", holds, Setting(), Setting(upstream="all-ones")).hides(7)
    np.testing.assert_array_equal(seen[-2:], [Setting().draw(7).X] * 2)
    monkeypatch.setattr(mistakes.measured, "CHECKS", [lambda mistake, seed=0: seed])
    assert caught(3)[0].marks == table(3).rows[0].marks == (3,)
    spot = SimpleNamespace(title="first", hides=lambda seed=0: MISTAKES[:seed])
    monkeypatch.setattr(mistakes.measured, "BLIND_SPOTS", [spot])
    assert hidden(2) == {"first": ["M01", "M02"]}


def test_every_mistake_is_noticed_and_none_by_the_shapes_of_the_question():
    marks = np.array([row.marks for row in caught()])
    assert (marks == True).any(axis=1).all()  # noqa: E712
    assert not marks[:, 0].any()


def test_differences_at_the_good_setting_notice_all():
    check = Check("", differences_agree, GOOD)
    assert [code_of(m) for m in MISTAKES if not check(m)] == []


class Cells(HTMLParser):
    """Rows of cells of a table: tag, attributes, text, and what a screen reader says instead."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.open, self.caption = [], [], ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append([tag, dict(attributes), "", None])
        elif tag == "span":
            self.rows[-1][-1][3] = dict(attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "caption":
            self.caption += data
        elif self.rows and self.open[-1] in ("td", "th", "span"):
            self.rows[-1][-1][2] += data


def test_the_table_in_html():
    html = table()._repr_html_()
    cells = Cells(html)
    (head, *body), legend = cells.rows, cells.caption
    assert cells.open == [] and html == table()._repr_html_()
    assert [cell[:2] for cell in head] == [["th", {"scope": "col"}]] * 11
    assert [cell[2] for cell in head[1:]] == [check.title for check in CHECKS]
    assert len(body) == 16 and {len(row) for row in body} == {11}
    for (name, *marks), row in zip(body, caught()):
        assert name[:3] == ["th", {"scope": "row"}, f"{row.code} {row.title}"]
        assert [mark[2] for mark in marks] == [SIGNS[m] for m in row.marks]
        for tag, _, sign, said in marks:
            assert tag == "td" and said["role"] == "img"
            assert f"{sign} {said['aria-label']}" in legend
    said = {sign: said["aria-label"] for _, *marks in body for _, _, sign, said in marks}
    assert said["●"] == "noticed" and said["·"] == "not noticed" and len(set(said.values())) == 3
    assert not re.search(r"[$\\]", html)


def test_what_a_title_holds_is_escaped():
    assert "a &lt; b" in Table((Row("M00", "a < b", ()),))._repr_html_()


# the blind spots


@by_seed
def test_what_each_blind_spot_hides(seed):
    assert hidden(seed) == HIDDEN


@by_spot
def test_a_blind_spot_is_one_choice_made_otherwise(spot):
    good, blind = asdict(spot.good), asdict(spot.blind)
    (name,) = (name for name in good if good[name] != blind[name])
    assert spot.changed == f"{name} = {good[name]} → {blind[name]}"


def test_the_blind_spots_are_seven_different_choices():
    assert [spot.changed for spot in BLIND_SPOTS] == [
        "upstream = random → all-ones",
        "start = random → zero",
        "N = 7 → 1",
        "K = 4 → 2",
        "D = 3 → 4",
        "targets = unnormalised → one-hot",
        "logits = extreme → moderate",
    ]


def test_two_choices_at_once_are_no_blind_spot():
    with pytest.raises(ValueError):
        BlindSpot("", shapes_fit, GOOD, replace(GOOD, N=1, K=2)).changed  # noqa: B018


# the package


def test_every_public_name_can_be_imported_and_is_documented():
    assert mistakes.__all__ == sorted(mistakes.__all__, key=lambda n: (not n.isupper(), n))
    for name in mistakes.__all__:
        value = getattr(mistakes, name)
        # a class without a docstring gets its signature for one
        assert name.isupper() or not value.__doc__.startswith(f"{name}(")
