// What script adds to the guest pages. Every page works without it.
"use strict";
const all = (selector) => [...document.querySelectorAll(selector)];
const live = document.getElementById("live");
const say = (text) => {
  if (!text) return;
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 50);
};

// Times: the page says UTC, as the mail does; the device's own time stands beside it.
const here = document.body.dataset.here;
const { lang } = document.documentElement;
for (const time of all("time[data-local]")) {
  const at = new Date(time.dateTime);
  if (isNaN(at) || !at.getTimezoneOffset()) continue;
  const far = time.dataset.local === "day" && at.getDate() !== at.getUTCDate();
  const options = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...(far && { day: "numeric", month: "short" }) };
  const note = document.createElement("span");
  note.className = "here";
  note.textContent = ` (${here.replace("{t}", at.toLocaleString(lang === "en" ? "en-GB" : lang, options))})`;
  time.after(note);
}

// Buttons that can be pressed only later. Their names change; only readiness is announced.
const label = (button) => button.querySelector("span") || button;
for (const button of all("[data-wait]")) {
  const { wait, soon, label: ready, say: words } = button.dataset;
  const until = Date.now() + wait * 1000;
  const text = label(button);
  button.setAttribute("aria-disabled", "true");
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    if (left > 0) {
      if (left <= 60) text.textContent = soon.replace("{s}", left);
      return;
    }
    clearInterval(clock);
    text.textContent = ready;
    button.removeAttribute("aria-disabled");
    delete button.dataset.wait;
    say(words);
  };
  const clock = setInterval(tick, 1000);
  tick();
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-wait]");
  if (!button) return;
  event.preventDefault();
  say(button.dataset.early);
});

// A form is sent once; the page that comes back from the history can send again.
let sent;
document.addEventListener("submit", (event) => {
  const button = event.submitter || event.target.querySelector("[type=submit]");
  if (button?.dataset.wait || sent) return event.preventDefault();
  sent = button || event.target;
  if (event.target.method === "get") return;
  sent.setAttribute("aria-disabled", "true");
  sent.dataset.busy = "";
  say(sent.dataset.busyText);
});
addEventListener("pageshow", () => {
  if (!sent) return;
  sent.removeAttribute("aria-disabled");
  delete sent.dataset.busy;
  sent = null;
});

// The code field (OTP-02): decimal digits of any script become ASCII, everything else is dropped. Digits stand in
// rows of ten that begin with their zero, so the distance to the start of the row is the value.
const isDigit = (point) => /\p{Nd}/u.test(String.fromCodePoint(point));
const digits = (text) => {
  let out = "";
  for (const char of text) {
    const point = char.codePointAt(0);
    if (!isDigit(point)) continue;
    let start = point;
    while (isDigit(start - 1)) start--;
    out += (point - start) % 10;
  }
  return out;
};
const field = document.querySelector("[data-code]");
if (field) {
  const length = +field.dataset.code;
  let auto = field.dataset.auto;
  if (auto) document.getElementById(auto).hidden = false;
  const clean = () => {
    if (field.value.length > 64) return; // the server says what is wrong
    const value = digits(field.value);
    if (value !== field.value) {
      const caret = digits(field.value.slice(0, field.selectionStart)).length;
      field.value = value;
      field.setSelectionRange(caret, caret);
    }
    if (!auto || value.length !== length) return;
    auto = ""; // the first complete code only
    setTimeout(() => {
      if (!sent && field.value === value) field.form.requestSubmit(field.form.querySelector("[type=submit]"));
    }, 250);
  };
  field.addEventListener("input", (event) => event.isComposing || clean());
  field.addEventListener("compositionend", clean);
}

// Support details.
for (const button of all("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => {
    const list = button.parentElement.querySelector("dl");
    navigator.clipboard.writeText(list.innerText).then(() => {
      button.textContent = button.dataset.copy;
      say(button.dataset.copy);
    });
  });
}

// The language menu closes like a menu. What was typed into the address field survives the change of language.
const menu = document.getElementById("lang");
if (menu) {
  const email = document.getElementById("email");
  const close = (event) => {
    const inside = menu.contains(event.target);
    if (!menu.open || (event.type === "keydown" ? event.key !== "Escape" : inside)) return;
    menu.open = false;
    if (inside) menu.querySelector("summary").focus();
  };
  document.addEventListener("keydown", close);
  document.addEventListener("click", close);
  if (email) {
    const kept = sessionStorage.getItem("email");
    if (kept && !email.value) email.value = kept;
    sessionStorage.removeItem("email");
    menu.querySelector("form").addEventListener("submit", () => sessionStorage.setItem("email", email.value));
  }
}
