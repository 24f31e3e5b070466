// The control beside an equation opens its card; without this script it leads to the page of its tag.
// Cards come from scripts, because a page on disk may not fetch.
window.equationCards = {};

document.addEventListener("DOMContentLoaded", () => {
  const root = new URL(document.documentElement.dataset.content_root, location.href);
  const dialog = document.createElement("dialog");
  dialog.className = "card-dialog";
  dialog.setAttribute("aria-labelledby", "card-title");
  dialog.innerHTML = `
    <div class="card-head">
      <h2 id="card-title"></h2>
      <button type="button" class="card-close" aria-label="Close">×</button>
    </div>
    <div class="card-body"></div>`;
  document.body.append(dialog);

  const loaded = {};
  const cardOf = (tag) =>
    (loaded[tag] ??= new Promise((done) => {
      const script = document.createElement("script");
      script.src = new URL(`tag/${tag}.js`, root);
      script.onload = script.onerror = () => done(equationCards[tag]);
      document.head.append(script);
    }));

  const open = async (link) => {
    const card = await cardOf(link.dataset.tag);
    if (!card) return location.assign(link.href);
    dialog.querySelector("h2").innerHTML = card.title;
    dialog.querySelector(".card-body").innerHTML = card.html;
    dialog.showModal();
    dialog.scrollTop = 0;
  };

  const copy = async (button) => {
    const text = button.closest(".copied").querySelector("pre");
    const told = button.closest(".copied").querySelector("[role=status]");
    getSelection().selectAllChildren(text);
    try {
      await navigator.clipboard.writeText(text.textContent);
      told.textContent = "Copied";
    } catch {
      // no leave to write: the older way takes what is selected
      told.textContent = document.execCommand("copy") ? "Copied" : "Selected: press Ctrl+C";
    }
    setTimeout(() => (told.textContent = ""), 4000);
  };

  document.addEventListener("click", (event) => {
    const { target } = event;
    const link = target.closest("a.card-link");
    const other = event.ctrlKey || event.metaKey || event.shiftKey || event.button;
    if (link && !other) {
      event.preventDefault();
      open(link);
    } else if (target.closest(".copied button")) copy(target.closest("button"));
    else if (target === dialog || target.closest(".card-close, .card-dialog a")) dialog.close();
  });
});
