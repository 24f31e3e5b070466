"""Gradients that need no derivation: central differences, complex step, adjoint test."""

import numpy as np

from backprop._boundary import finite, generator, not_empty, positive, real

# So small that its square vanishes beside any value, and never subtracted from anything.
COMPLEX_STEP = 1e-30


def central_difference(f, X, h=None):
    """``(f(X + h E) − f(X − h E)) / 2h`` for every entry of X in turn.

    Equation ``eq-gradient-check-central-error`` says how far that is from the derivative.

    Parameters
    ----------
    f : callable
        From an array like X to a real scalar.
    X : array of any shape
    h : float, optional
        The step; by default the cube root of the precision, times ``max(1, |x|)``.

    Returns
    -------
    gradient : array of the shape of X

    Raises
    ------
    ValueError, TypeError
        If `h` is not positive, X is not finite and real, or f returns no real scalar.

    Examples
    --------
    >>> central_difference(lambda x: (x**2).sum(), [1.0, 2.0]).round(6)
    array([2., 4.])
    """
    X = finite("X", real("X", X))
    if h is not None:
        positive("h", h)
    gradient = np.zeros_like(X)
    for at in np.ndindex(X.shape):
        step = _step(X[at]) if h is None else h
        up, down = (moved(X, at, s * step) for s in (1, -1))
        # the step that was taken, after rounding, and not the one that was asked for;
        # before f is called, which may write into its argument
        taken = up[at] - down[at]
        gradient[at] = (_scalar(f, up, "f") - _scalar(f, down, "f")) / taken
    return gradient


def complex_step(f, X):
    """``Im f(X + i h E) / h`` for every entry of X in turn: no difference, no cancellation.

    Equation ``eq-gradient-check-complex-step``.

    Parameters
    ----------
    f : callable
        From a complex array like X to a complex scalar; analytic, so no ``abs`` or ``conj``.
    X : array of any shape

    Returns
    -------
    gradient : float64 array of the shape of X

    Raises
    ------
    ValueError, TypeError
        If X is not finite and real, or f loses the imaginary part.

    Examples
    --------
    >>> complex_step(lambda x: (x**2).sum(), [1.0, 2.0])
    array([2., 4.])
    """
    X = finite("X", real("X", X)).astype(np.complex128)
    gradient = np.zeros(X.shape)
    for at in np.ndindex(X.shape):
        value = np.asarray(f(moved(X, at, 1j * COMPLEX_STEP)))
        if value.shape != () or value.dtype.kind != "c":
            raise TypeError(
                "f must return a complex scalar for complex X, "
                f"got shape {value.shape} and dtype {value.dtype}"
            )
        gradient[at] = value.imag / COMPLEX_STEP
    return gradient


def check_gradient(f, grad, X, rtol=1e-6):
    """Compare `grad` with central differences of `f` at X.

    Parameters
    ----------
    f : callable
        From an array like X to a real scalar.
    grad : array of the shape of X
    X : array of any shape
    rtol : float

    Returns
    -------
    error : float
        ``max|grad − d| / max|d|`` with d the differences. Rounding leaves d uncertain by
        about ``ε|f|/h``; a disagreement smaller than this is never reported above `rtol`.

    Raises
    ------
    AssertionError
        If the error exceeds `rtol` or is nan; the message names the worst entry.
    ValueError, TypeError
        If X is empty, the shapes differ, `rtol` is not positive, f(X) is not finite,
        or as in `central_difference`.

    Examples
    --------
    >>> check_gradient(lambda x: (x**2).sum(), [2.0, 5.0], [1.0, 2.0])
    Traceback (most recent call last):
        ...
    AssertionError: gradient at (1,) is 5, central differences give 4: relative error 0.25 > 1e-06
    """
    X, grad = _checked(X, grad, rtol)
    numeric = central_difference(f, X)
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.abs(grad - numeric)
        scale = np.maximum(np.abs(numeric).max(), _rounding(f, X) / _step(X) / rtol)
        # where f is constant zero the scale is zero, and only an exact zero is right
        errors = np.where(difference == 0, 0, difference / scale)
    error = float(errors.max())
    if not error <= rtol:
        at = np.unravel_index(np.argmax(errors), X.shape)
        raise AssertionError(
            f"gradient at {tuple(int(i) for i in at)} is {grad[at]:.6g}, "
            f"central differences give {numeric[at]:.6g}: relative error {error:.2g} > {rtol:g}"
        )
    return error


def check_direction(f, grad, X, rng, rtol=1e-6):
    """Compare `grad` with central differences of `f` along one random direction.

    Three calls of f, however many entries X has: two for the change of ``eq-notation-meeting``,
    one for what rounding does to f.

    Parameters
    ----------
    f : callable
        From an array like X to a real scalar.
    grad : array of the shape of X
    X : array of any shape
    rng : numpy.random.Generator
    rtol : float

    Returns
    -------
    error : float
        ``|⟨grad, v⟩ − d|`` over ``max(|d|, ‖grad‖)``, with normal v and the difference d.
        As in `check_gradient`, rounding is never taken for a mistake.

    Raises
    ------
    AssertionError
        If the error exceeds `rtol` or is nan.
    ValueError, TypeError
        As `check_gradient`, or if `rng` is not a Generator.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> check_direction(lambda x: (x**2).sum(), [2.0, 4.0], [1.0, 2.0], rng) < 1e-6
    True
    """
    X, grad = _checked(X, grad, rtol)
    generator("rng", rng)
    v = rng.standard_normal(X.shape).astype(X.dtype)
    length = float(np.linalg.norm(v))
    reach = max(1.0, float(np.abs(X).max())) / length  # as far as the step of one entry goes
    along = (grad * v).sum()
    start = np.zeros((), X.dtype)
    numeric = central_difference(lambda t: f(X + t * reach * v), start) / reach
    unseen = _rounding(f, X) / _step(start) / reach
    scale = max(abs(numeric), np.linalg.norm(grad), unseen / rtol)
    error = float(abs(along - numeric) / scale) if scale else 0.0
    if not error <= rtol:
        raise AssertionError(
            f"along a random direction the gradient gives {along:.6g}, "
            f"central differences give {numeric:.6g}: relative error {error:.2g} > {rtol:g}"
        )
    return error


def adjoint_test(jvp, vjp, in_shape, out_shape, rng, rtol=1e-12):
    """``⟨g, J v⟩ = ⟨g J, v⟩`` with random g and v, which no constant cotangent can replace.

    Equations ``eq-chain-rule-meeting`` and ``eq-softmax-adjoint``.

    Parameters
    ----------
    jvp : callable
        From v of `in_shape` to J v of `out_shape`.
    vjp : callable
        From g of `out_shape` to g J of `in_shape`.
    in_shape, out_shape : tuple of int
    rng : numpy.random.Generator
    rtol : float

    Returns
    -------
    error : float
        Difference of the two sides over ``‖g‖ ‖J v‖ + ‖g J‖ ‖v‖``.

    Raises
    ------
    AssertionError
        If the error exceeds `rtol` or is nan.
    ValueError, TypeError
        If `jvp` or `vjp` returns an array of another shape or no real numbers,
        `rtol` is not positive, or `rng` is not a Generator.

    Examples
    --------
    >>> A = np.array([[1.0, 2.0, 3.0]])
    >>> rng = np.random.default_rng(0)
    >>> adjoint_test(lambda v: A @ v, lambda g: g @ A, (3,), (1,), rng) < 1e-12
    True
    """
    generator("rng", rng)
    positive("rtol", rtol)
    v, g = rng.standard_normal(in_shape), rng.standard_normal(out_shape)
    Jv, gJ = real("jvp(v)", jvp(v)), real("vjp(g)", vjp(g))
    for name, got, shape in (("jvp(v)", Jv, g.shape), ("vjp(g)", gJ, v.shape)):
        if got.shape != shape:
            raise ValueError(f"{name} must have shape {shape}, got {got.shape}")
    left, right = (g * Jv).sum(), (gJ * v).sum()
    norm = np.linalg.norm
    scale = norm(g) * norm(Jv) + norm(gJ) * norm(v)
    error = float(abs(left - right) / scale) if scale else 0.0
    if not error <= rtol:
        raise AssertionError(
            f"<g, Jv> = {left:.6g} but <gJ, v> = {right:.6g}: relative error {error:.2g} > {rtol:g}"
        )
    return error


def _checked(X, grad, rtol):
    X, grad = not_empty("X", real("X", X)), real("grad", grad)
    if grad.shape != X.shape:
        raise ValueError(f"grad must have the shape of X = {X.shape}, got {grad.shape}")
    positive("rtol", rtol)
    return finite("X", X), grad


def _step(x):
    return np.cbrt(np.finfo(x.dtype).eps) * np.maximum(1, np.abs(x))


def _rounding(f, X):
    return np.finfo(X.dtype).eps * abs(finite("f(X)", _scalar(f, X.copy(), "f")))


def moved(X, at, step):
    """A copy of X with one entry moved by a step."""
    X = X.copy()
    X[at] += step
    return X


def _scalar(f, X, name):
    value = real(f"{name}(X)", f(X))
    if value.shape != ():
        raise ValueError(f"{name}(X) must be a scalar, got shape {value.shape}")
    return value[()]
