// Elements without a template language: h("p", { class: "quiet" }, "text", child).

/** `properties`: attributes; a function is a listener of the event that it is named after. Absent ones are false or undefined. */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

const view = () => document.getElementById("view");

/** Replaces the view. The focus goes to its heading, so that a screen reader begins there. */
export function show(title, ...content) {
  const heading = h("h1", { tabindex: "-1" }, title);
  view().replaceChildren(heading, ...content.flat().filter(Boolean));
  document.title = `${title} – Retail Bank`;
  heading.focus();
  scrollTo({ top: 0 });
}

/** Says something to screen readers without moving the focus. */
export function announce(text) {
  const status = document.getElementById("status");
  status.textContent = "";
  // The change is heard only if it comes after the emptying was seen.
  setTimeout(() => { status.textContent = text; }, 50);
}

export const button = (label, click, kind = "quiet") => h("button", { type: "button", class: kind, click }, label);
export const link = (label, to) => h("a", { href: `#${to}` }, label);

export const euro = (cents) => new Intl.NumberFormat("en-IE", { style: "currency", currency: "EUR" }).format(cents / 100);
export const timeOf = (at) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(new Date(at));
