"""The shape of every array that is drawn, kept here and nowhere else."""

SHAPES = {
    "x": ("1", "D"),
    "u": ("1", "H"),
    "v": ("1", "K"),
    "W_1": ("D", "H"),
    "b_1": ("1", "H"),
    "z_1": ("1", "H"),
    "a_1": ("1", "H"),
    "A_1": ("N", "H"),
    "W_2": ("H", "K"),
    "b_2": ("1", "K"),
    "z_2": ("1", "K"),
    "Z_2": ("N", "K"),
    r"\hat{y}": ("1", "K"),
    r"\ell": ("1", "K"),
    r"\dot{y}": ("1", "K"),
    "PL_n": ("1", "1"),
    "L": ("1", "1"),
}


def shape_of(name):
    """Rows and columns in symbols; those of a transpose, such as ``A_1^\\top``, change places."""
    array = name.removesuffix(r"^\top")
    return SHAPES[array] if array == name else SHAPES[array][::-1]


def shape_of_jacobian(outputs, inputs):
    """Outputs down the rows, inputs along the columns."""
    return SHAPES[outputs][1], SHAPES[inputs][1]


def in_symbols(shape):
    """As it stands in a drawing: ``("D", "H")`` as D × H."""
    rows, columns = shape
    return rf"${rows}\times {columns}$"
