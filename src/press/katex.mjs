// Renders formulas, one JSON request a line: {"latex": …, "display": …} to {"html": …} or {"error": …}.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { default: katex } = await import(pathToFileURL(process.argv[2]));

for await (const line of createInterface({ input: process.stdin })) {
  const { latex, display } = JSON.parse(line);
  let answer;
  try {
    // fractions in the rows of a matrix would touch
    const macros = /pmatrix[^]*frac/.test(latex) ? { "\\arraystretch": "1.4" } : {};
    const options = { displayMode: display, output: "htmlAndMathml", strict: "error", macros };
    answer = { html: katex.renderToString(latex, options) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
