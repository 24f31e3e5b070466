// Drops from a style what no page uses: {"css", "pages": [paths], "script"} on stdin, the rest on stdout.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { PurgeCSS } = await import(pathToFileURL(process.argv[2]));
const { css, pages, script } = JSON.parse(readFileSync(0, "utf-8"));

const content = pages.map((path) => ({ raw: readFileSync(path, "utf-8"), extension: "html" }));
content.push({ raw: script, extension: "js" });
const [{ css: used }] = await new PurgeCSS().purge({
  content,
  css: [{ raw: css }],
  fontFace: true,
  keyframes: true,
  // set by scripts, or by the browser
  dynamicAttributes: ["data-theme", "data-mode", "open", "aria-expanded", "aria-selected", "class"],
});
process.stdout.write(used);
