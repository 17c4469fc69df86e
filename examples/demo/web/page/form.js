// One question to the user: a heading, a form, an error beside the field that it is about.
import { explain, Refused } from "./errors.js";
import { secondsToWait } from "./retry-after.js";
import { announce, h, show } from "./dom.js";

let questions = 0;

/** A labelled input. `hint` is read with the label; other options are attributes. */
export function field(label, { name, hint, ...attributes }) {
  const id = `field-${name}`;
  const input = h("input", { id, name, required: true, "aria-describedby": hint ? `${id}-hint` : undefined, ...attributes });
  const about = hint && h("span", { id: `${id}-hint`, class: "hint" }, hint);
  return { name, input, row: h("p", { class: "field" }, h("label", { for: id }, label), about, input) };
}

/** The error, linked to the field: read when it appears, and again with the field. */
function showError(form, input, text) {
  const place = form.querySelector(".error");
  place.textContent = text;
  if (!input) return;
  input.setAttribute("aria-invalid", "true");
  const described = new Set((input.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  input.setAttribute("aria-describedby", [...described.add(place.id)].join(" "));
  input.focus();
  input.select?.();
}

function clearError(form) {
  form.querySelector(".error").textContent = "";
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

/** Counts down on the button until the server will listen again. */
function holdBack(control, label) {
  const tick = () => {
    const left = secondsToWait();
    control.textContent = left > 0 ? `${label} (in ${left} s)` : label;
    control.toggleAttribute("aria-disabled", left > 0);
    if (left > 0) control.setAttribute("aria-disabled", "true");
    if (left > 0 && control.isConnected) setTimeout(tick, 1000);
  };
  tick();
}

/**
 * Shows a form until one of its answers is accepted, and resolves with that result of MSAL.
 *   fields:  of field()
 *   check:   (values) => text of what is wrong with them, before anything is sent
 *   submit:  (values) => result of MSAL. A failed one is shown beside the first field to fill in, and the user may try again
 *   others:  [{ label, run }] further buttons; run() gives a result that ends the question, or { said } that is announced
 * Rejects with Refused when the flow cannot go on.
 */
export function ask({ title, intro, fields = [], check, action, submit, others = [], after }) {
  const values = () => Object.fromEntries(fields.map(({ name, input }) => [name, input.value]));
  return new Promise((resolve, reject) => {
    let busy = false;
    const first = fields.find(({ input }) => !input.readOnly)?.input;
    const main = h("button", { type: "submit", class: "main" }, action);

    /** One request at a time; the button keeps the focus. */
    async function attempt(control, work) {
      if (busy || control.getAttribute("aria-disabled") === "true") return;
      busy = true;
      clearError(form);
      control.setAttribute("aria-busy", "true");
      try {
        const result = await work();
        if (result?.said) {
          announce(result.said);
          if (first) { first.value = ""; first.focus(); }
        } else if (result?.isFailed?.()) {
          const { text, ends } = explain(result.error);
          if (ends) reject(new Refused(result.error));
          else showError(form, first, text);
          if (secondsToWait() > 0 && control !== main) holdBack(control, control.dataset.label);
        } else if (result) resolve(result);
      } catch (error) {
        reject(error);
      } finally {
        busy = false;
        control.removeAttribute("aria-busy");
      }
    }

    const form = h("form", { novalidate: true, submit: (event) => {
      event.preventDefault();
      const missing = fields.find(({ input }) => input.required && input.value.trim() === "");
      const wrong = missing ? "Fill this in first." : check?.(values());
      clearError(form);
      if (wrong) return showError(form, missing?.input ?? first, wrong);
      attempt(main, () => submit(values()));
    } },
    intro && h("p", { class: "intro" }, intro),
    fields.map(({ row }) => row),
    h("p", { class: "error", role: "alert", id: `error-${++questions}` }),
    h("p", { class: "actions" }, main),
    others.length > 0 && h("p", { class: "others" }, others.map(({ label, run }) => {
      const other = h("button", { type: "button", class: "quiet", "data-label": label, click: () => attempt(other, run) }, label);
      return other;
    })));
    show(title, form, after ?? []);
  });
}
