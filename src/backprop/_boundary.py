"""The public boundary: every argument is checked here, once, in the book's symbols."""

import operator

import numpy as np


def number(name, value):
    """Return `value` as a float or complex array; integers become float64.

    Raises
    ------
    TypeError
        If the entries are boolean, strings or objects.
    """
    array = np.asarray(value)
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind not in "fc":
        raise TypeError(f"{name} must hold numbers, got dtype {array.dtype}")
    return array


def real(name, value):
    """Return `value` as a float array; complex input is a TypeError as well."""
    array = number(name, value)
    if array.dtype.kind == "c":
        raise TypeError(f"{name} must be real, got dtype {array.dtype}")
    return array


def expect(name, array, symbols, sizes):
    """Hold `array` to the shape named by `symbols`, such as ``"H K"``.

    A symbol not yet in `sizes` takes the size found, so the order of calls
    decides which argument a mismatch is blamed on.
    """
    wanted = [int(s) if s.isdigit() else sizes.get(s, s) for s in symbols.split()]
    fits = array.ndim == len(wanted) and all(
        isinstance(w, str) or w == found for w, found in zip(wanted, array.shape)
    )
    if not fits:
        in_symbols, in_numbers = _tuple(symbols.split()), _tuple(wanted)
        known = "" if in_symbols == in_numbers else f" = {in_numbers}"
        raise ValueError(f"{name} must have shape {in_symbols}{known}, got {array.shape}")
    not_empty(name, array)
    sizes.update((s, n) for s, n in zip(symbols.split(), array.shape) if not s.isdigit())
    return array


def expect_rows(name, array, like=None, symbol="K"):
    """Hold `array` to shape (…, K): one row of K entries along the last axis."""
    if array.ndim == 0:
        raise ValueError(f"{name} must have shape (…, {symbol}), got ()")
    if like is not None and array.shape != like.shape:
        raise ValueError(f"{name} must have shape (…, {symbol}) = {like.shape}, got {array.shape}")
    return not_empty(name, array)


def finite(name, array):
    """Return `array`, or raise a ValueError that names its first nan or infinite entry."""
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        at = tuple(int(i) for i in bad[0])
        place = f" at {at}" if at else ""
        raise ValueError(f"{name} must be finite, got {array[at]}{place}")
    return array


def size(name, value):
    """Return a positive integer, or raise naming the size."""
    try:
        n = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r}") from None
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if n < 1:
        raise ValueError(f"{name} must be at least 1, got {n}")
    return n


def positive(name, value):
    """Hold a tolerance or a step to a positive, finite, real number."""
    value = real(name, value)
    if not (value.shape == () and np.isfinite(value) and value > 0):
        raise ValueError(f"{name} must be positive and finite, got {value}")


def generator(name, value):
    """Hold `value` to a NumPy Generator, so that nothing draws from the global state."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} must be a numpy.random.Generator, got {type(value).__name__}")


def not_empty(name, array):
    """Return `array`, which must hold at least one entry."""
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    return array


def _tuple(items):
    inside = ", ".join(str(i) for i in items)
    return f"({inside},)" if len(items) == 1 else f"({inside})"
