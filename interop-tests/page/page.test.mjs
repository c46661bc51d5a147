// The gateway's page in Chromium: with the keyboard alone, light and dark, and looked at by axe.
// Skipped where Chromium (Debian package chromium) or the gateway is missing. SCREENSHOTS=FOLDER keeps what was seen.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const gateway = fileURLToPath(new URL("../../artifacts/bin/llmbridge-serve", import.meta.url));
const chromium = ["/usr/bin/chromium", "/usr/bin/google-chrome"].find(existsSync);
const skip = !chromium ? "chromium is not installed" : !existsSync(gateway) ? "the gateway is not built" : false;
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const limit = 60000;
let browser, serve, address;

before(async () => {
  if (skip) return;
  const { default: puppeteer } = await import("puppeteer-core");
  serve = spawn(gateway, ["--port", "0", "--until-input-ends", "--set", "engine=fake", "--set", "command=pieces 20 50"],
    { stdio: ["pipe", "pipe", "inherit"] });
  for await (const line of createInterface({ input: serve.stdout })) {
    if (!line.startsWith("page: ")) continue;
    address = line.slice("page: ".length);
    break;
  }
  browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox"] });
});

after(async () => {
  await browser?.close();
  serve?.stdin.end();
});

async function open(url, scheme) {
  const page = await (await browser.createBrowserContext()).newPage();
  page.setDefaultTimeout(limit);
  page.failures = [];
  page.on("pageerror", error => page.failures.push(error.message));
  page.on("requestfailed", request => page.failures.push(`${request.url()}: ${request.failure().errorText}`));
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(url);
  return page;
}

const textOf = (page, selector) => page.$eval(selector, element => element.textContent);

async function complaints(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations.map(violation => `${violation.id}: ${violation.nodes.map(node => node.html).join(" ")}`);
}

for (const scheme of ["light", "dark"]) {
  test(`a question is asked and answered with the keyboard alone (${scheme})`, { skip, timeout: limit }, async () => {
    const page = await open(address, scheme);
    await page.waitForFunction(() => document.querySelector("#model").textContent === "fake");
    assert.ok(!page.url().includes("key"), "the key does not stay in the address");
    await page.keyboard.type("Is anybody there?");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("#status").textContent.includes("tokens in"));
    const answer = await textOf(page, "article.assistant div");
    assert.equal(answer, Array.from({ length: 20 }, (_, i) => `piece ${i + 1}\n`).join(""));
    assert.ok(await page.evaluate(() => {
      const seen = document.querySelector("article.assistant").getBoundingClientRect();
      return seen.bottom <= document.querySelector("#form").getBoundingClientRect().top + 1;
    }), "the end of the answer is in sight");
    assert.deepEqual(await complaints(page), []);
    if (process.env.SCREENSHOTS) await page.screenshot({ path: `${process.env.SCREENSHOTS}/${scheme}.png` });
    assert.deepEqual(page.failures, []);
  });
}

test("an answer is stopped with the keyboard alone", { skip, timeout: limit }, async () => {
  const page = await open(address, "light");
  await page.waitForFunction(() => document.querySelector("#model").textContent === "fake");
  await page.keyboard.type("Go on");
  await page.keyboard.press("Enter");
  await page.waitForSelector("article.assistant");
  while (await page.evaluate(() => document.activeElement.id) !== "stop") await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#status").textContent.startsWith("Stopped after"));
  assert.equal(await page.evaluate(() => document.activeElement.id), "question");
  assert.ok(!(await textOf(page, "article.assistant div")).includes("piece 20\n"));
});

test("a wrong key is told, and where it is to be put right", { skip, timeout: limit }, async () => {
  const page = await open(address.replace(/key=.*/, "key=wrong"), "dark");
  await page.waitForFunction(() => document.querySelector("#status").textContent.includes("key is wrong"));
  assert.ok(await page.$eval("#details", element => element.open));
  assert.deepEqual(await complaints(page), []);
});

test("what a model says is text and nothing else", { skip, timeout: limit }, async () => {
  const page = await open(address, "light");
  await page.waitForFunction(() => document.querySelector("#model").textContent === "fake");
  await page.keyboard.type("<img src=x onerror=alert(1)>");
  await page.keyboard.press("Enter");
  await page.waitForSelector("article.user");
  assert.equal(await page.$("article img"), null);
  assert.equal(await textOf(page, "article.user div"), "<img src=x onerror=alert(1)>");
});
