// Mail as tools/smtp_catcher.py wrote it: one JSON file per message, in the order of arrival.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** All messages to an address so far, oldest first. */
export async function messages(folder, to) {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  const all = await Promise.all(files.map(async (name) => JSON.parse(await readFile(join(folder, name), "utf8"))));
  return all.filter((one) => one.to.some((address) => address.toLowerCase() === to.toLowerCase()));
}

/** The next message to an address after the first `count`, waiting for it some seconds. */
export async function next(folder, to, count) {
  for (let tries = 0; tries < 200; tries += 1) {
    const found = await messages(folder, to);
    if (found.length > count) return found.at(-1);
    await new Promise((wake) => setTimeout(wake, 50));
  }
  throw new Error(`no mail for ${to} after ${count}`);
}

/** The code of a message: the line of eight digits. */
export function code(message) {
  const found = message.text.match(/^\s*(\d{8})\s*$/m);
  if (!found) throw new Error(`no code in ${JSON.stringify(message.text)}`);
  return found[1];
}
