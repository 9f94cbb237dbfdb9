// Comfort on top of pages that work without any of it. Attached by data- attributes; no state is kept.

const live = document.querySelector("[data-live]");

function announce(words) {
  if (live) live.textContent = words;
}

function focusOn(element) {
  if (!element) return;
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus();
}

// Copying needs a secure page and printing needs scripts: the buttons stay hidden where they could not work.
function wake(root) {
  if (navigator.clipboard) root.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));
  root.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-print]");
  if (!button) return;
  if ("print" in button.dataset) return window.print();
  await navigator.clipboard.writeText(button.dataset.copy);
  const words = button.querySelector("span");
  if (words) words.textContent = button.dataset.copied;
  announce(button.dataset.copied);
});

// After a swap the focus stays on its control when that survived, and goes to the new heading when not.
document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  wake(part);
  const heading = part.querySelector("[data-focus]");
  if (heading) focusOn(heading);
  else if (document.activeElement === document.body) focusOn(part.querySelector("h1, h2") || part);
  const words = part.querySelector("[data-announce]");
  if (words) announce(words.textContent.trim());
});

// When a swap fails, the plain page says why.
document.addEventListener("htmx:responseError", (event) => leave(event));
document.addEventListener("htmx:sendError", (event) => leave(event));

function leave(event) {
  const { verb, path } = event.detail.requestConfig || {};
  if (verb === "get" && path) window.location.assign(event.detail.pathInfo?.finalRequestPath || path);
}

wake(document);
