// Looks at every state of every page and mail of the gallery: pictures, accessibility, width, foreign requests.
//
//   node pages.mjs GALLERY OUT          pictures at 390 and 1280 px, light and dark, into OUT, and all checks
//   node pages.mjs GALLERY --checks     the checks alone, on fewer combinations
//
// GALLERY is what `cargo run -p vestibule-ui --example gallery` wrote: {language}/{page}-{state}.html and static files.
// Environment: CHROMIUM (path), ONLY (a pattern of page names).

import { createServer } from "node:http";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join, normalize } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { Report } from "./report.mjs";

const [gallery, out] = process.argv.slice(2);
const checksOnly = out === "--checks";
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const NOT_FOR_MAIL = ["region", "landmark-one-main", "page-has-heading-one", "bypass", "scrollable-region-focusable"];
const TYPES = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };

const pictures = [390, 1280].flatMap((width) => ["light", "dark"].map((theme) => ({ language: "en", width, theme })));
const COMBINATIONS = checksOnly
  ? [
      { language: "en", width: 390, theme: "light" },
      { language: "en", width: 1280, theme: "dark" },
      { language: "ar-XB", width: 320, theme: "dark" },
    ]
  : [
      ...pictures,
      { language: "de", width: 390, theme: "light", quiet: true },
      { language: "en-XA", width: 320, theme: "light", quiet: true },
      { language: "ar-XB", width: 320, theme: "dark", quiet: true },
      { language: "ar-XB", width: 1280, theme: "light", quiet: true },
    ];

const server = createServer(async (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
  try {
    let body = await readFile(join(gallery, path));
    // G25 goes on to the application by itself; here it has to stay.
    if (path.includes("/G25-")) body = body.toString().replaceAll(/<script[^>]*><\/script>/g, "");
    response.writeHead(200, { "content-type": TYPES[path.split(".").pop()] ?? "application/octet-stream" });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"],
});
const report = new Report("pages");
const complaints = new Map(); // page name → complaints of all combinations

const isOurs = (url) => url.startsWith(origin) || url.startsWith("data:");

async function look(page, name, { language, width, theme, quiet }) {
  const where = `${language}/${width}/${theme}`;
  const say = (text) => complaints.get(name).push(`${where}: ${text}`);
  const foreign = [];
  const missing = [];
  page.removeAllListeners();
  page.on("request", (request) => isOurs(request.url()) || foreign.push(request.url()));
  page.on("response", (answer) => answer.status() === 404 && missing.push(answer.url()));
  page.on("pageerror", (error) => say(`script: ${error.message}`));
  await page.goto(`${origin}/${language}/${name}.html`);
  if (!checksOnly && !quiet) {
    const file = join(out, name.split("-")[0], `${name}-${width}-${theme}.png`);
    await page.screenshot({ path: file, fullPage: true, animations: "disabled" });
  }
  await page.evaluate(axe);
  const rules = Object.fromEntries(name.startsWith("E") ? NOT_FOR_MAIL.map((rule) => [rule, { enabled: false }]) : []);
  const found = await page.evaluate((options) => window.axe.run(document, options), { runOnly: TAGS, rules, resultTypes: ["violations"] });
  for (const one of found.violations) {
    for (const node of one.nodes) say(`${one.id} (${one.impact}): ${node.target.join(" ")}: ${node.failureSummary.replaceAll("\n", " ")}`);
  }
  const [inside, shown] = await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
  if (inside > shown) say(`wider than its window: ${inside} > ${shown} px`);
  for (const url of foreign) say(`asks another host: ${url}`);
  for (const url of missing.filter((one) => !one.endsWith("/favicon.ico"))) say(`asks for what is not there: ${url}`);
}

async function tour(combination) {
  const { language, width, theme } = combination;
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: theme, locale: language.slice(0, 2) });
  const page = await context.newPage();
  for (const name of names) await look(page, name, combination);
  await context.close();
}

const only = new RegExp(process.env.ONLY ?? "");
const names = (await readdir(join(gallery, "en")))
  .filter((file) => file.endsWith(".html"))
  .map((file) => file.slice(0, -5))
  .filter((name) => only.test(name));
for (const name of names) {
  complaints.set(name, []);
  if (!checksOnly) await mkdir(join(out, name.split("-")[0]), { recursive: true });
}
const waiting = [...COMBINATIONS];
const worker = async () => {
  while (waiting.length) await tour(waiting.shift());
};
try {
  await Promise.all([worker(), worker()]);
} finally {
  await browser.close();
  server.close();
}
for (const [name, list] of complaints) report.found(`${name}`, list);
report.end();
