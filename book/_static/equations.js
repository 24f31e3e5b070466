// A reference to an equation shows the equation while the pointer or the focus rests on it.
// Displays of other pages come from scripts, because a page on disk may not fetch.
window.equationPreviews = {};

document.addEventListener("DOMContentLoaded", () => {
  const LINK = "a[href*='#equation-']:not(.headerlink, dialog *)";
  const root = new URL(document.documentElement.dataset.content_root, location.href);
  const box = document.createElement("div");
  box.id = "equation-preview";
  box.setAttribute("role", "tooltip");
  box.hidden = true;
  document.body.append(box);
  let shown = null;
  let timer = 0;

  const loaded = {};
  const previewsOf = (page) =>
    (loaded[page] ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL(`_previews/${page}.js`, root);
      script.onload = script.onerror = () => done(equationPreviews[page] ?? {});
      document.head.append(script);
    }));

  const formulaOf = async ({ href }) => {
    const [page, id] = href.split("#");
    if (page === location.href.split("#")[0])
      return document.getElementById(id)?.querySelector(".formula")?.innerHTML;
    return (await previewsOf(page.slice(root.href.length).replace(/\.html$/, "")))[id];
  };

  const show = async (link) => {
    const formula = await formulaOf(link);
    if (!formula || link !== shown) return;
    box.innerHTML = formula;
    box.hidden = false;
    link.setAttribute("aria-describedby", box.id);
    const at = link.getClientRects()[0];
    const left = Math.min(at.left, document.documentElement.clientWidth - box.offsetWidth - 8);
    const above = at.top - box.offsetHeight - 6;
    box.style.left = `${Math.max(8, left) + scrollX}px`;
    box.style.top = `${(above > 0 ? above : at.bottom + 6) + scrollY}px`;
  };

  const hide = () => {
    shown?.removeAttribute("aria-describedby");
    shown = null;
    box.hidden = true;
  };

  const enter = ({ target }) => {
    const link = target.closest?.(LINK);
    if (!link && !box.contains(target)) return;
    clearTimeout(timer);
    if (!link || link === shown) return;
    hide();
    shown = link;
    timer = setTimeout(show, 120, link);
  };
  const leave = () => {
    clearTimeout(timer);
    timer = setTimeout(hide, 200);
  };

  document.addEventListener("mouseover", enter);
  document.addEventListener("mouseout", leave);
  document.addEventListener("focusin", enter);
  document.addEventListener("focusout", leave);
  document.addEventListener("keydown", ({ key }) => key === "Escape" && hide());

  // What scrolls is reached by the keyboard in every browser, and what does not is no stop.
  const stop = (formula) => {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  };
  const stops = () => document.querySelectorAll("div.math > .formula").forEach(stop);
  stops();
  addEventListener("resize", stops);
  // Those far from the window are laid out when they come near.
  document.addEventListener(
    "contentvisibilityautostatechange", ({ target, skipped }) => skipped || stop(target), true,
  );
});
