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

// Copying and the position need a secure page, printing needs scripts: the buttons stay hidden where they could not work.
function wake(root) {
  if (navigator.clipboard) root.querySelectorAll("[data-copy]").forEach((button) => (button.hidden = false));
  root.querySelectorAll("[data-print]").forEach((button) => (button.hidden = false));
  if (navigator.geolocation && window.isSecureContext)
    root.querySelectorAll("[data-near]").forEach((button) => (button.hidden = false));
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

// The position is asked for when the button is pressed, and leaves the phone rounded to about a kilometre.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-near]");
  if (!button) return;
  const refuse = () => announce((button.querySelector("span").textContent = button.dataset.refused));
  navigator.geolocation.getCurrentPosition(({ coords }) => {
    const list = new URL(button.dataset.near, window.location);
    list.searchParams.set("pres", `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`);
    window.location.assign(list);
  }, refuse);
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
