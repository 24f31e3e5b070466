"""Learning to read ten digits: the course of training, what is confused, and what is misread."""

import numpy as np

from figures.drawing import BLUE, VERMILION, Drawing


def training_curve(iterations, losses, accuracies):
    """The loss of every iteration above, the share of test images read right below."""
    drawing = Drawing(
        "training-curve",
        f"Two curves over the iterations of training. The loss is {losses[0]:.2f} after the first "
        f"iteration, {max(losses):.2f} at its highest, after {np.argmax(losses) + 1}, and "
        f"{losses[-1]:.3f} after {iterations[-1]}. The share of the test images that are read "
        f"right is {accuracies[0]:.1%} after {iterations[0]} iterations, {max(accuracies):.1%} at "
        f"its highest and {accuracies[-1]:.1%} at the end.",
        6.2,
        4.2,
    )
    with drawing:
        upper, lower = drawing.figure.subplots(2, sharex=True)
        upper.plot(np.arange(1, len(losses) + 1), losses, color=VERMILION, linewidth=2)
        upper.set(yscale="log", ylabel="loss")
        lower.plot(iterations, 100 * np.asarray(accuracies), "o-", color=BLUE, markersize=4)
        lower.set(xlabel="iteration", ylabel="read right, %")
        for axes in (upper, lower):
            axes.minorticks_off()
            axes.spines[["top", "right"]].set_visible(False)
    return drawing


def confusion(counts):
    """How often the digit of each row was read as the digit of each column."""
    K, wrong = len(counts), counts.sum() - np.trace(counts)
    off = np.where(np.eye(K, dtype=bool), 0, counts)
    i, j = np.unravel_index(off.argmax(), off.shape)
    drawing = Drawing(
        "confusion",
        f"A {K} by {K} table of counts, true digits in rows, digits as read in columns. "
        f"{np.trace(counts)} of {counts.sum()} lie on the diagonal, {wrong} beside it; the most "
        f"frequent confusion is a {i} read as {j}, {off[i, j]} times.",
        5.2,
        4.6,
    )
    with drawing:
        axes = drawing.figure.subplots()
        axes.imshow(counts, cmap="Blues", norm="symlog")
        for i, j in zip(*np.nonzero(counts)):
            dark = counts[i, j] > 12
            axes.text(j, i, counts[i, j], ha="center", va="center", color="w" if dark else "k")
        axes.set_xticks(range(K), range(K))
        axes.set_yticks(range(K), range(K))
        axes.set(xlabel="read as", ylabel="is")
        axes.tick_params(length=0)
    return drawing


def misread(images, labels, read):
    """The images that are read wrong, each with what it is and what it is taken for."""
    told = ", ".join(f"a {k} read as {r}" for k, r in zip(labels, read))
    drawing = Drawing(
        "misread", f"{len(images)} images of 8 by 8 pixels that are read wrong: {told}.", 6.2, 1.5
    )
    with drawing:
        for axes, image, k, r in zip(drawing.figure.subplots(1, len(images)), images, labels, read):
            axes.imshow(image.reshape(8, 8), cmap="gray_r")
            axes.set_title(f"{k} as {r}", fontsize=11)
            axes.axis("off")
    return drawing
