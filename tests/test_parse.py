"""The notation: every rule of the grammar, how tightly it binds, and what it refuses."""

import pytest
from lark import Token
from lark.exceptions import GrammarError

from proofread import parse as module
from proofread.parse import Mistake, canonical, name, parse, parser

EXPRESSIONS = [
    # tightness
    ("a b c", "times(times(a, b), c)"),
    ("a + b c - f", "minus(plus(a, times(b, c)), f)"),
    ("-a b + c", "plus(negative(times(a, b)), c)"),
    (r"-\sum_i a_i", "negative(sum(i, indexed(a, sub(i))))"),
    (r"a b \odot c + f", "plus(odot(times(a, b), c), f)"),
    (r"a \odot b \odot c", "odot(odot(a, b), c)"),
    (r"a \odot b \oslash c", "oslash(odot(a, b), c)"),
    (r"a \oslash b + c", "plus(oslash(a, b), c)"),
    (r"a \odot \log b", r"odot(a, apply(\log, b))"),
    (r"a \oslash \log b", r"oslash(a, apply(\log, b))"),
    (r"a b \otimes c", "otimes(times(a, b), c)"),
    (r"a \otimes b c + f", "plus(otimes(a, times(b, c)), f)"),
    (r"a \otimes b \otimes c", "otimes(otimes(a, b), c)"),
    (r"a \otimes b / c", "otimes(a, over(b, c))"),
    (r"a (b \otimes c)^\top", "times(a, raised(group(otimes(b, c)), transpose))"),
    ("a b / c", "over(times(a, b), c)"),
    ("1/2", "over(number(1), number(2))"),
    ("a/2 + b", "plus(over(a, number(2)), b)"),
    ("2 a", "times(number(2), a)"),
    (r"\frac{a + b}{2} c", "times(over(plus(a, b), number(2)), c)"),
    (r"\dfrac{a}{b}", "over(a, b)"),
    ("(a + b) c", "times(group(plus(a, b)), c)"),
    (r"\left[a\right] \bigl(b\bigr)", "times(group(a), group(b))"),
    (r"\Bigl(a\Bigr)", "group(a)"),
    # sums take all that follows, up to + or -
    (r"\sum_i a_i b_i + c", "plus(sum(i, times(indexed(a, sub(i)), indexed(b, sub(i)))), c)"),
    (r"\sum_i a_i \odot b", "sum(i, odot(indexed(a, sub(i)), b))"),
    (r"c \sum_i \sum_j a_{ij}", "times(c, sum(i, sum(j, indexed(a, sub(i, j)))))"),
    (r"\sum_{i} a_i", "sum(i, indexed(a, sub(i)))"),
    (r"\sum_{k=1}^{K} a_k", "sum(k, 1, K, indexed(a, sub(k)))"),
    (r"\sum_{k=1}^K a_k", "sum(k, 1, K, indexed(a, sub(k)))"),
    (r"\sum_{k=1}^{10} a_k", "sum(k, 1, 10, indexed(a, sub(k)))"),
    (r"\sum_{k \ne i} a_k", "sum_except(k, i, indexed(a, sub(k)))"),
    # functions
    (r"\log(a) b", r"times(apply(\log, a), b)"),
    (r"c \log a_i", r"times(c, apply(\log, indexed(a, sub(i))))"),
    (r"\log \log a", r"apply(\log, apply(\log, a))"),
    (r"\log \frac{a}{b}", r"apply(\log, over(a, b))"),
    (r"\log 2 + a", r"plus(apply(\log, number(2)), a)"),
    (r"2 \log 1.5", r"times(number(2), apply(\log, number(1.5)))"),
    (r"\operatorname{vec}(a b) c", "times(apply(vec, times(a, b)), c)"),
    (r"\tanh \exp(a)", r"apply(\tanh, apply(\exp, a))"),
    (r"\operatorname{diag}(a) \operatorname{tr}(b)", "times(apply(diag, a), apply(tr, b))"),
    (r"\operatorname {softmax}(z)", "apply(softmax, z)"),
    (r"\operatorname{rank}(a)", "apply(rank, a)"),
    (r"e^{-z_i} a", "times(exponential(negative(indexed(z, sub(i)))), a)"),
    # matrices with dots, second derivatives
    (r"\begin{pmatrix} a_1 & \cdots & a_K \end{pmatrix}",
     "dotted(indexed(a, sub(1)), indexed(a, sub(K)))"),
    (r"\begin{pmatrix} a & \cdots & b \\ \vdots & \ddots & \vdots \\ c & \cdots & f \end{pmatrix}",
     "dotted(a, b, c, f)"),
    (r"\frac{\partial^2 a}{\partial b\,\partial c}", "second(2, a, b, c)"),
    # symbols and what hangs on them
    (r"W_{2,ij}", "indexed(W, sub(2, i, j))"),
    (r"W_{12}", "indexed(W, sub(12))"),
    (r"W_{i1}", "indexed(W, sub(i, 1))"),
    (r"\dot{y}", r"\dot y"),
    (r"\hat{y}_n^\top", r"indexed_raised(\hat y, sub(n), transpose)"),
    (r"\hat y_n^{\top}", r"indexed_raised(\hat y, sub(n), transpose)"),
    (r"\mathbf 1_{N\times H}", r"indexed(\mathbf 1, sub(shape(N, H)))"),
    (r"\mathbf 1_{N K\times 1}", r"indexed(\mathbf 1, sub(shape(area(N, K), 1)))"),
    (r"\mathbf{1}^\top", r"raised(\mathbf 1, transpose)"),
    ("x^2", "raised(x, power(2))"),
    ("x^{12}", "raised(x, power(12))"),
    ("(a b)_{ij}", "indexed(group(times(a, b)), sub(i, j))"),
    (r"(a b)^\top", "raised(group(times(a, b)), transpose)"),
    ("dW_1", "indexed(gradient(W), sub(1))"),
    (r"\Delta \hat y_i", r"indexed(change(\hat y), sub(i))"),
    ("PL_n L", "times(indexed(PL, sub(n)), L)"),
    (r"\delta_{ij} \ell", r"times(indexed(\delta, sub(i, j)), \ell)"),
    # derivatives
    (r"\frac{\partial a}{\partial b} c", "times(partial(a, b), c)"),
    (r"\frac{\partial \log a_i}{\partial b_j}",
     r"partial(apply(\log, indexed(a, sub(i))), indexed(b, sub(j)))"),
    (r"\frac{\partial \log(a)}{\partial b}", r"partial(apply(\log, a), b)"),
    (r"\frac{\partial (a b)}{\partial c}", "partial(group(times(a, b)), c)"),
    (r"\frac{\partial \operatorname{vec}(a)}{\partial \operatorname{vec}(b)}",
     "partial(apply(vec, a), apply(vec, b))"),
    (r"\frac{\partial}{\partial \operatorname{vec}(b)} a", "derivative(apply(vec, b), a)"),
    (r"c \frac{\partial}{\partial z_j} e^{z_i} + a",
     "plus(times(c, derivative(indexed(z, sub(j)), exponential(indexed(z, sub(i))))), a)"),
    # arrays
    (r"\begin{pmatrix} a & -b \\ 1 & c \end{pmatrix}",
     "matrix(entries(a, negative(b)), entries(number(1), c))"),
    (r"\begin{pmatrix} a \end{pmatrix}", "matrix(entries(a))"),
    (r"\begin{pmatrix} a & b & c \\ f & g & h \\ i & j & k \end{pmatrix}",
     "matrix(entries(a, b, c), entries(f, g, h), entries(i, j, k))"),
    (r"\begin{cases} a & \text{if } i = j \end{cases}", "cases(case(a, same(i, j)))"),
    (r"\begin{cases} a & \text{if } i = j \\ b & \text{if } i = k \\ c & \text{if } j = k"
     r" \end{cases}", "cases(case(a, same(i, j)), case(b, same(i, k)), case(c, same(j, k)))"),
    (r"\begin{cases} a & \text{if } i = j \\ b & \text{for } i \ne j \end{cases}",
     "cases(case(a, same(i, j)), case(b, different(i, j)))"),
    (r"\underbrace{a}_{1\times K} b", "times(stated(a, shape(1, K)), b)"),
    (r"\underbrace{a}_{NK\times HK}", "stated(a, shape(area(N, K), area(H, K)))"),
    (r"a \, b \; c ~ d\,x", "times(times(times(a, b), c), gradient(x))"),
]  # fmt: skip

DISPLAYS = [
    ("a = b", "display(row(statement(a, equals(b))))"),
    ("a &= b = c.", "display(row(statement(a, equals(b), equals(c))))"),
    (r"a = b, \qquad c = f", "display(row(statement(a, equals(b)), statement(c, equals(f))))"),
    (r"a \leq b \geq c", "display(row(statement(a, at_most(b), at_least(c))))"),
    (r"\begin{aligned} a &\leq b \\ &\geq c \end{aligned}",
     "display(row(statement(a, at_most(b))), row(statement(at_least(c))))"),
    (r"a \in \mathbb R^{N\times K},", "display(row(statement(a, belongs(shape(N, K)))))"),
    (r"a \in \mathbb{R}^{1\times 2}", "display(row(statement(a, belongs(shape(1, 2)))))"),
    (r"\begin{aligned} a &= b \\ &= c && \text{why} \end{aligned}",
     r"display(row(statement(a, equals(b))), row(statement(equals(c, remark(\text why)))))"),
    (r"\begin{aligned} a &= b \end{aligned}", "display(row(statement(a, equals(b))))"),
    (r"\begin{aligned} a &= b \\ &= c = f \\ &\leq g \end{aligned}",
     "display(row(statement(a, equals(b))), row(statement(equals(c), equals(f))),"
     " row(statement(at_most(g))))"),
    (r"a = b, c = f, g = h", "display(row(statement(a, equals(b)), statement(c, equals(f)),"
     " statement(g, equals(h))))"),
    (r"a &\in \mathbb R^{1\times 2} \text{why} \text{then}",
     r"display(row(statement(a, belongs(shape(1, 2), remark(\text why), remark(\text then)))))"),
    (r"a \leq b \text {why} \text{then} \geq c \text {why} \text{then}",
     r"display(row(statement(a, at_most(b, remark(\text why), remark(\text then)),"
     r" at_least(c, remark(\text why), remark(\text then)))))"),
    (r"a = b & \qquad \text {why} \quad \text {since} c = 1 \qquad \text {for} i = j",
     r"display(row(statement(a, equals(b, remark(\qquad \text why), since(c, number(1)),"
     " given(same(i, j))))))"),
    (r"a = b \qquad \text { since } c = 1",
     "display(row(statement(a, equals(b, since(c, number(1))))))"),
    (r"a = b \qquad \text { if } c = 1",
     "display(row(statement(a, equals(b, since(c, number(1))))))"),
    (r"a = b \quad \text{ since } c = 1",
     "display(row(statement(a, equals(b, since(c, number(1))))))"),
    (r"a = b \quad \text{if } c = 1", "display(row(statement(a, equals(b, since(c, number(1))))))"),
    (r"a = b \text{for } i = j \text{ for } i \ne k",
     "display(row(statement(a, equals(b, given(same(i, j)), given(different(i, k))))))"),
]  # fmt: skip


def spelled(tree):
    """``plus(a, b)``: a tree in one line."""
    if isinstance(tree, Token):
        return name(tree).lstrip("& ").removeprefix(r"\operatorname ")
    if tree.data == "symbol":
        return spelled(tree.children[0])
    inside = ", ".join(spelled(child) for child in tree.children)
    return f"{tree.data}({inside})" if inside else str(tree.data)


@pytest.mark.parametrize(("latex", "expected"), EXPRESSIONS)
def test_an_expression_is_read_as_it_binds(latex, expected):
    assert spelled(parse(latex, "expr")) == expected


@pytest.mark.parametrize(("latex", "expected"), DISPLAYS)
def test_a_display_is_read_in_rows_statements_and_steps(latex, expected):
    assert spelled(parse(latex)) == expected


def test_every_rule_of_the_grammar_stands_in_a_table_above():
    trees = [parse(latex, "expr") for latex, _ in EXPRESSIONS]
    trees += [parse(latex) for latex, _ in DISPLAYS]
    seen = {str(node.data) for tree in trees for node in tree.iter_subtrees()}
    rules = [rule for rule in parser().rules if rule.alias or not rule.options.expand1]
    known = {rule.alias or str(rule.origin.name) for rule in rules}
    assert {rule for rule in known if not rule.startswith("_")} == seen


def test_an_ambiguous_notation_is_refused(monkeypatch):
    monkeypatch.setattr(module, "GRAMMAR", module.GRAMMAR.replace("tail: last", "tail: last | sum"))
    with pytest.raises(GrammarError):
        parser.__wrapped__()


@pytest.mark.parametrize(
    ("latex", "message", "place"),
    [
        # not in the notation
        (r"a = \sin b", r"\sin is not part of the notation", r"\sin"),
        (r"a = \newcommand b", r"\newcommand is not part of the notation", r"\newcommand"),
        (r"a \approx b", r"\approx is not part of the notation", r"\approx"),
        (r"a = b % c", "'%' is not part of the notation", "%"),
        (r"a = \frac12", "unexpected 12", "12"),
        (
            r"a = b \text{if $c$}",
            "words hold no mathematics: it would not be executed",
            r"\text{if $c$",
        ),
        (r"a = \mathbb R", r"unexpected \mathbb R", r"\mathbb R"),
        # more than one reading
        (r"a = \log b c", "unexpected c", "c"),
        (r"a = \log b / c", "unexpected /", "/"),
        (r"b = \log a \odot c", r"unexpected \odot", r"\odot"),
        (r"c = \frac{\partial}{\partial z} a b", "unexpected b", "b"),
        (r"f = a / b c", "unexpected c", "c"),
        (r"f = a / b / c", "unexpected /", None),
        (r"f = a \oslash b \odot c", r"unexpected \odot", r"\odot"),
        (r"a = b \otimes \log c", "unexpected c", "c"),
        (r"a = b \oslash c \otimes f", r"unexpected \otimes", r"\otimes"),
        (r"a = \log b \otimes c", r"unexpected \otimes", r"\otimes"),
        (r"a = \log 2 b", "unexpected b", "b"),
        (r"a = \operatorname{vec}_i", "unexpected _", "_"),
        (r"a = 2 3", "unexpected 3", "3"),
        (r"a = b 2", "unexpected 2", "2"),
        (r"a = b - -c", "unexpected -", None),
        (r"a = x^12", "put braces around more than one digit", "^12"),
        (r"a = x_12", "put braces around more than one digit", "_12"),
        (r"a = \sum_{k=1}^10 x_k", "put braces around more than one digit", "^10"),
        (r"a = x^T", "unexpected T", "T"),
        (r"a = e^x", "unexpected x", "x"),
        (r"a = W^\top_{ij}", "unexpected _", None),
        (r"a = \log [b]", "unexpected [", "["),
        (r"a = \frac{\partial a b}{\partial c}", "unexpected b", "b"),
        # no relation, or half of one
        ("a", "the display ends too early", None),
        ("a = ", "the display ends too early", None),
        ("a = b, c", "the display ends too early", None),
        (r"a = 2 \otimes", "the display ends too early", None),
        (r"a = \otimes b", r"unexpected \otimes", None),
        (r"a \in \mathbb R^{NKH\times 1}", "unexpected H", "H"),
        (r"a \in \mathbb R^{2 K\times 1}", "unexpected K", "K"),
        (r"\begin{aligned} a &= b \\ \end{aligned}", r"unexpected \end{aligned}", None),
        ("= = a", "unexpected =", None),
        (r"a \in \mathbb R^{1\times K} \text{for } i = j", "unexpected i", "i"),
        ("a = b, = c", "unexpected =", None),
        (r"a = b \quad c = f", r"unexpected \quad", r"\quad"),
    ],
)
def test_what_the_notation_does_not_know_is_refused_where_it_stands(latex, message, place):
    with pytest.raises(Mistake) as caught:
        parse(latex)
    assert caught.value.message == message
    if place:
        assert latex[caught.value.at : caught.value.to] == place


def test_a_display_that_ends_too_early_is_pointed_at_its_end():
    with pytest.raises(Mistake) as caught:
        parse("a =\n")
    assert (caught.value.at, caught.value.to) == (3, 4)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\hat{y} + (b)", r"\hat  y+b"),
        (r"\underbrace{b}_{1\times K}", "b"),
        (r"\mathbf{1}_{K}", r"\mathbf 1_K"),
    ],
)
def test_expressions_that_read_the_same_are_canonically_equal(one, other):
    assert canonical(parse(one, "expr")) == canonical(parse(other, "expr"))


def test_expressions_that_read_differently_are_not():
    assert canonical(parse("a b", "expr")) != canonical(parse("b a", "expr"))
