// Drives the page of a running `whosaid serve` over the index of `corpus/` in headless Chromium: with script and without,
// with the mouse and with the keyboard alone, wide and narrow, light and dark. axe-core looks for violations of WCAG 2.2 AA.
//
//   node browser.mjs http://127.0.0.1:8017 [folder for screenshots]
//
// Exits 1 if anything fails twice: a machine that is busy with other things may be late once. CHROMIUM names the browser,
// /usr/bin/chromium otherwise. `tests/web/run` does all that it needs.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [base = "http://127.0.0.1:8017", shots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const wide = { width: 1280, height: 900 };
const narrow = { width: 390, height: 844 };
const hit = (await (await fetch(`${base}/api/v1/search?q=ferry`)).json()).hits[0];
const longest = await (await fetch(`${base}/api/v1/search?q=kind:direct&n=100`)).json();
const direct = longest.hits.find((h) => h.quote.text.split(/\s+/).length > 16 && !h.quote.text.includes(" … "));
const [key, n] = hit.id.split(".");
const speaker = (await (await fetch(`${base}/api/v1/people?n=1`)).json()).people[0];
const pages = {
  home: "/", search: "/?q=harbour+OR+ferry", chosen: "/?q=water&kind=direct&-stance=denies&since=2025-06-01", nothing: "/?q=speaker:brandt+zeppelin",
  warned: "/?q=X:+Our&page=x", articles: "/?in=articles&q=port", article: `/article/${key}?s=${n}#s${n}`, statement: `/statement/${hit.id}`,
  person: `/person/${speaker.slug}`, people: "/people", places: "/places", about: "/about", check: "/check",
  checked: `/check?text=${encodeURIComponent(`${hit.quote.text} and another word`)}&speaker=Nobody`, missing: "/nothing",
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

let failures = 0;

async function attempt(options, body) {
  const context = await browser.newContext({ viewport: wide, ...options });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => { if (message.type() === "error" && !/404/.test(message.text())) errors.push(message.text()); });
  try {
    await body(page);
    assert.deepEqual(errors, []);
    return null;
  } catch (error) {
    return error;
  } finally {
    await context.close();
  }
}

async function test(name, options, body) {
  let error = await attempt(options, body);
  if (!error) { console.log(`ok    ${name}`); return; }
  console.log(`again ${name}\n${error.stack ?? error}`);
  error = await attempt(options, body);
  if (!error) { console.log(`ok    ${name}, the second time`); return; }
  failures += 1;
  console.log(`FAIL  ${name}\n${error.stack ?? error}`);
}

const found = (page) => page.locator("#found").innerText();
const total = async (page) => Number((await found(page)).replace(/\D/g, ""));
/** Waits until the results say something else than before. */
const changed = (page, before) => page.waitForFunction((text) => document.querySelector("#found").innerText !== text, before);

for (const [scheme, viewport] of [["light", wide], ["dark", narrow]]) {
  for (const [name, path] of Object.entries(pages)) {
    await test(`${name} is accessible and fits, ${scheme}, ${viewport.width} wide`, { viewport, colorScheme: scheme, bypassCSP: true }, async (page) => {
      await page.goto(base + path);
      if (shots) await page.screenshot({ path: `${shots}/${name}-${scheme}-${viewport.width}.png` });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(wider <= 0, `${wider}px wider than the window`);
      await page.evaluate(axe);
      if (name === "chosen" && viewport === narrow) await page.click(".phone .open");
      const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`), []);
    });
  }
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with script" : "without script";
  await test(`search, choose and unchoose, ${how}`, { javaScriptEnabled }, async (page) => {
    await page.goto(base);
    const all = await total(page);
    await page.fill("#q", "water");
    await page.press("#q", "Enter");
    await page.waitForURL(/q=water/);
    if (javaScriptEnabled) await page.waitForFunction((n) => !document.querySelector("#found").innerText.startsWith(n), String(all));
    const before = await found(page);
    const row = page.locator("#filters input[name=speaker]").first();
    const value = await row.inputValue();
    const count = Number(await page.locator("#filters input[name=speaker] ~ .count").first().innerText());
    await row.check();
    if (!javaScriptEnabled) await page.click(".apply button");
    await page.waitForURL(/speaker=/);
    await page.waitForSelector(".chips a");
    assert.equal(await total(page), count, "the count beside the value is what choosing it shows");
    assert.ok((await page.locator(".chips").innerText()).includes(value));
    await page.locator(".chips a").first().click();
    await page.waitForURL((url) => !url.search.includes("speaker="));
    await page.waitForSelector(".chips", { state: "detached" });
    assert.equal(await found(page), before);
    await page.goBack();
    await page.waitForSelector(".chips a");
    assert.equal(await total(page), count);
  });

  await test(`exclude a value, ${how}`, { javaScriptEnabled }, async (page) => {
    await page.goto(`${base}/?q=water`);
    const before = await total(page);
    const count = Number(await page.locator("#filters input[name=kind] ~ .count").first().innerText());
    await page.locator("#filters details:has(input[name=kind]) a.not").first().click();
    await page.waitForURL(/-kind=/);
    await page.waitForSelector(".chips a");
    assert.equal(await total(page), before - count);
  });

  await test(`a bar of the chart narrows down, ${how}`, { javaScriptEnabled }, async (page) => {
    await page.goto(`${base}/?q=water`);
    const before = await found(page);
    const bar = page.locator(".histogram a:has(.bar[height]:not([height='0']))").last();
    await bar.click();
    await page.waitForURL(/since=/);
    await page.waitForSelector(".chips a");
    assert.notEqual(await found(page), before);
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes("since="));
  });

  await test(`context, statement, person, ${how}`, { javaScriptEnabled }, async (page) => {
    await page.goto(`${base}/?q=ferry`);
    await page.locator(".card a.context").first().click();
    await page.waitForURL(/\/article\/.*#s\d+/);
    const chosen = page.locator("mark.chosen").first();
    await chosen.waitFor();
    const box = await chosen.boundingBox();
    assert.ok(box && box.y >= 0 && box.y < wide.height, "the passage is in view");
    await page.goto(`${base}/?q=ferry`);
    await page.locator(".card .who a.name").first().click();
    await page.waitForURL(/\/person\//);
    assert.ok(await page.locator("h1").innerText());
    await page.goBack();
    await page.waitForURL(/q=ferry/);
  });
}

await test("a facet shows more of its values", { javaScriptEnabled: false }, async (page) => {
  await page.goto(`${base}/?q=water`);
  const values = page.locator("#filters input[name=speaker]");
  const before = await values.count();
  await page.locator("#filters details:has(input[name=speaker]) .more a").click();
  await page.waitForURL(/facet=speaker/);
  assert.ok(await values.count() > before);
});

await test("an altered quotation is found out", {}, async (page) => {
  await page.goto(`${base}/check`);
  const words = direct.quote.text.replace(/["“”‘’']/g, "").split(/\s+/).slice(0, 14);
  words[5] = "zeppelins";
  await page.fill("#text", words.join(" "));
  await page.click(".paste button");
  await page.waitForSelector(".verdict");
  assert.equal(await page.innerText(".verdict"), "Altered");
  assert.equal(await page.locator(".compared del").first().innerText(), "zeppelins");
});

await test("suggestions, by keyboard alone", {}, async (page) => {
  await page.goto(base);
  const name = speaker.name.split(" ").at(-1);
  await page.keyboard.press("/");
  await page.keyboard.type(name.toLowerCase());
  await page.waitForSelector("#suggestions li");
  assert.equal(await page.getAttribute("#q", "aria-expanded"), "true");
  await page.keyboard.press("ArrowDown");
  assert.ok(await page.getAttribute("#q", "aria-activedescendant"));
  await page.keyboard.press("Enter");
  await page.waitForURL(/speaker=/);
  await page.waitForSelector(".chips a");
  assert.equal(await page.inputValue("#q"), "");
});

await test("the brush takes a range", {}, async (page) => {
  await page.goto(base);
  const area = await page.locator(".histogram").boundingBox();
  const y = area.y + area.height / 2;
  await page.mouse.move(area.x + area.width * 0.55, y);
  await page.mouse.down();
  await page.mouse.move(area.x + area.width * 0.7, y, { steps: 4 });
  await page.mouse.move(area.x + area.width * 0.97, y, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/since=\d{4}-\d\d-\d\d&until=\d{4}-\d\d-\d\d/);
  await page.waitForSelector(".chips a");
  assert.ok((await page.inputValue("[name=since]")) < (await page.inputValue("[name=until]")));
});

await test("keys move, and can be switched off", {}, async (page) => {
  await page.goto(`${base}/?q=water`);
  await page.locator("h1").first().click();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  assert.equal(await page.locator(".card.current").count(), 1);
  assert.equal(await page.evaluate(() => [...document.querySelectorAll(".card")].findIndex((c) => c.classList.contains("current"))), 1);
  await page.keyboard.press("f");
  assert.ok(await page.evaluate(() => document.activeElement.closest("#filters") !== null));
  await page.keyboard.press("?");
  await page.locator("#help input").uncheck();
  await page.keyboard.press("Escape");
  await page.reload();
  await page.locator("h1").first().click();
  await page.keyboard.press("j");
  assert.equal(await page.locator(".card.current").count(), 0);
});

await test("filters of a phone", { viewport: narrow, hasTouch: true, isMobile: true }, async (page) => {
  await page.goto(`${base}/?q=water`);
  assert.ok(!(await page.locator("#filters").isVisible()));
  await page.tap(".phone .open");
  assert.ok(await page.locator("#filters").isVisible());
  await page.locator("#filters input[name=kind]").first().check();
  await page.tap(".apply button");
  await page.waitForURL(/kind=/);
  await page.waitForSelector(".chips a");
  assert.ok(!(await page.locator("#filters").isVisible()));
});

await test("nothing shifts, and little is sent", {}, async (page) => {
  let bytes = 0;
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  session.on("Network.loadingFinished", (event) => { bytes += event.encodedDataLength; });
  await page.addInitScript(() => {
    globalThis.shift = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) globalThis.shift += entry.value; }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(base, { waitUntil: "networkidle" });
  assert.equal(await page.evaluate(() => globalThis.shift), 0);
  assert.ok(bytes < 60_000, `${bytes} bytes`);
  console.log(`      first page: ${bytes} bytes on the wire`);
});

await browser.close();
console.log(failures ? `${failures} failed` : "all passed");
process.exit(failures ? 1 : 0);
