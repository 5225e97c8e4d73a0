// A guest at a browser without script: fetch with cookies of its own, redirects by hand, forms read from the page.

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', "#x27": "'", "#39": "'", apos: "'" };
const decode = (text) => text.replaceAll(/&(#x27|#39|amp|lt|gt|quot|apos);/g, (_, name) => ENTITIES[name]);
const attributes = (tag) =>
  Object.fromEntries([...tag.matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g)].slice(1).map((one) => [one[1].toLowerCase(), decode(one[2] ?? one[3] ?? one[4] ?? "")]));
const plain = (html) => decode(html.replaceAll(/<[^>]*>/g, " ")).replaceAll(/\s+/g, " ").trim();

export class Guest {
  /** `ends(url)` says which addresses belong to the application: there the trip is over. */
  constructor(ends) {
    this.ends = ends;
    this.cookies = new Map();
    this.seen = [];
  }

  /** Opens an address and follows redirects to a page or to the application. */
  async open(url) {
    return this.go("GET", new URL(url), undefined, "none");
  }

  /** Fills in fields of the form that has them (or has the button) and sends it. */
  async submit(fields, button) {
    const form = this.forms().find((one) => (button ? one.buttons.some((b) => b.text === button || b.value === button) : Object.keys(fields).every((name) => name in one.fields)));
    if (!form) throw new Error(`no form with ${button ?? Object.keys(fields)} on ${this.about()}`);
    const pressed = button ? form.buttons.find((b) => b.text === button || b.value === button) : form.buttons[0];
    const pairs = { ...form.fields, ...fields };
    if (pressed?.name) pairs[pressed.name] = pressed.value ?? "";
    const target = new URL(pressed?.formaction ?? form.action, this.url);
    return this.go("POST", target, new URLSearchParams(pairs).toString(), "same-origin");
  }

  /** Where the trip went on: `{ page }` (the page's id) or `{ callback }` (a URL of the application, or a Request). */
  async go(method, url, body, site) {
    for (let hop = 0; hop < 20; hop += 1) {
      const headers = { accept: "text/html", "accept-language": "en", "sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
      if (this.cookies.size) headers.cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
      if (method === "POST") Object.assign(headers, { "content-type": "application/x-www-form-urlencoded", origin: this.url?.origin ?? url.origin });
      const answer = await fetch(url, { method, headers, body, redirect: "manual" });
      this.seen.push({ method, url: url.href, status: answer.status });
      for (const line of answer.headers.getSetCookie()) this.take(line);
      const location = answer.headers.get("location");
      if (!location) return this.arrive(url, answer);
      url = new URL(location, url);
      if (this.ends(url)) return { callback: url };
      if (answer.status !== 307 && answer.status !== 308) [method, body] = ["GET", undefined];
    }
    throw new Error(`no end of redirects: ${JSON.stringify(this.seen.slice(-20))}`);
  }

  async arrive(url, answer) {
    [this.url, this.status, this.html] = [url, answer.status, await answer.text()];
    this.page = attributes(this.html.match(/<main[^>]*>/)?.[0] ?? "<x>")["data-testid"];
    const form = this.forms()[0];
    if (form?.method === "post" && this.ends(new URL(form.action, url))) {
      const posted = new Request(new URL(form.action, url), { method: "POST", body: new URLSearchParams(form.fields) });
      return { callback: posted, page: this.page };
    }
    return { page: this.page };
  }

  take(line) {
    const [pair, ...rest] = line.split(";");
    const [name, value] = [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1).trim()];
    const dead = rest.some((one) => /^\s*max-age=0|^\s*expires=.*1970/i.test(one));
    if (dead) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }

  forms() {
    return [...(this.html ?? "").matchAll(/<form[^>]*>[\s\S]*?<\/form>/g)].map(([text]) => {
      const start = attributes(text.match(/<form[^>]*>/)[0]);
      const inputs = [...text.matchAll(/<input[^>]*>/g)].map(([tag]) => attributes(tag));
      const buttons = [...text.matchAll(/(<button[^>]*>)([\s\S]*?)<\/button>/g)].map(([, tag, words]) => ({ ...attributes(tag), text: plain(words) })).filter((one) => one.type !== "button");
      const sent = inputs.filter((one) => one.name && (one.type !== "checkbox" || "checked" in one));
      return { method: (start.method ?? "get").toLowerCase(), action: start.action || this.url.href, fields: Object.fromEntries(sent.map((one) => [one.name, one.value ?? ""])), buttons };
    });
  }

  about() {
    return `${this.page} (${this.status}) ${this.url}: ${plain(this.html ?? "").slice(0, 400)}`;
  }
}
