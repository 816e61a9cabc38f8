// The inbox page in headless Chromium, over the demo's day: reading, answering, keys, both colour schemes, no JavaScript, narrow screens.
//
// `CARELINE_PICTURES=docs` keeps the pictures that the README shows.
"use strict";

const assert = require("node:assert/strict");
const { spawn, execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");

const root = path.resolve(__dirname, "../../..");
const chromium = ["chromium", "google-chrome"]
  .flatMap((name) => (process.env.PATH ?? "").split(":").map((dir) => path.join(dir, name)))
  .find((file) => fs.existsSync(file));
const missing = (() => {
  try {
    require.resolve("playwright-core");
  } catch {
    return "playwright-core is not installed";
  }
  return chromium ? false : "there is no Chromium";
})();
if (missing) console.log(`skipped: page tests: ${missing}`);
const playwright = missing ? null : require("playwright-core");

let base, browser, program, directory;

before(async () => {
  if (missing) return;
  execFileSync("cargo", ["build", "--locked", "-q", "-p", "careline-cli"], { cwd: root, stdio: "inherit" });
  directory = fs.mkdtempSync(path.join(os.tmpdir(), "careline-page-"));
  const target = process.env.CARGO_TARGET_DIR ?? path.join(root, "target");
  const demo = ["demo", "--port", "0", "--data", directory];
  program = spawn(path.join(target, "debug", "careline"), demo, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  base = await new Promise((found, failed) => {
    let said = "";
    program.stdout.on("data", (text) => {
      said += text;
      const address = said.match(/inbox page: (http:\S+)/);
      if (address) found(address[1]);
    });
    program.on("exit", (code) => failed(new Error(`the demo ended with ${code}:\n${said}`)));
  });
  const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
  browser = await playwright.chromium.launch({ executablePath: chromium, args });
});

after(async () => {
  await browser?.close();
  program?.removeAllListeners("exit");
  program?.kill();
  if (directory) fs.rmSync(directory, { recursive: true, force: true });
});

/** Runs `look` with a page, and fails on whatever the browser complains about: errors, refused styles, lost files. */
const look = async (options, look) => {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, ...options });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => message.type() !== "log" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("requestfailed", (request) => {
    const why = request.failure()?.errorText;
    // Leaving a page stops what it still loads.
    if (why !== "net::ERR_ABORTED") complaints.push(`${request.url()} failed: ${why}`);
  });
  page.on("request", (request) => request.url().startsWith(base) || complaints.push(`asks ${request.url()}`));
  page.on("response", (response) => response.status() >= 400 && complaints.push(`${response.url()}: ${response.status()}`));
  await look(page);
  await context.close();
  assert.deepEqual(complaints, []);
};

/** The case at the top of the queue whose text holds personal data, else the first one. */
const openACase = async (page) => {
  await page.goto(`${base}/search?q=card`);
  const found = page.locator('a.row-link[href^="/cases/"]');
  if (!(await found.count())) await page.goto(base);
  await found.first().click();
  await page.waitForSelector("#why");
};

/** Texts whose contrast with what is behind them is below 4.5, or 3 where they are large. */
const faintTexts = (page) => page.evaluate(() => {
  const parse = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest("script, option, .hidden")) continue;
    const style = getComputedStyle(element);
    const [one, other] = [light(parse(style.color)), light(ground(element))].sort((a, b) => b - a);
    const ratio = (one + 0.05) / (other + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) faint.add(`${element.className || element.tagName}: ${ratio.toFixed(2)}`);
  }
  return [...faint];
});

/** Fields, buttons, links and pictures without a name; repeated ids. */
const nameless = (page) => page.evaluate(() => {
  const named = (element) =>
    element.getAttribute("aria-label") || element.textContent.trim() || element.labels?.length || element.type === "hidden";
  const bare = [...document.querySelectorAll("a, button, input, select, textarea, svg[role=img]")].filter((one) => !named(one));
  const pictures = [...document.querySelectorAll("img:not([alt])")];
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  const twice = ids.filter((id, place) => ids.indexOf(id) !== place);
  return [...bare, ...pictures].map((one) => one.outerHTML).concat(twice);
});

const everyPage = async (page, check) => {
  await page.goto(base);
  await check("queue");
  const customer = await (async () => {
    await openACase(page);
    await check("case");
    return page.locator(".customer h2 a").getAttribute("href");
  })();
  for (const at of [customer, "/replies", "/search?q=order", "/quarantine", "/?view=overdue&network=x"]) {
    await page.goto(base + at);
    await check(at);
  }
};

for (const colorScheme of ["light", "dark"]) {
  test(`every page can be read in ${colorScheme}`, { skip: missing }, () =>
    look({ colorScheme }, (page) =>
      everyPage(page, async (where) => {
        assert.deepEqual(await faintTexts(page), [], `too faint: ${where}`);
        assert.deepEqual(await nameless(page), [], `without a name: ${where}`);
        assert.equal(await page.locator("h1").count(), 1, `one heading: ${where}`);
      })));
}

test("narrow screens need no sideways scrolling", { skip: missing }, async () => {
  for (const width of [400, 320, 820]) {
    await look({ viewport: { width, height: 800 } }, (page) =>
      everyPage(page, async (where) => {
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wider <= 0, `${where} is ${wider} pixels too wide at ${width}`);
      }));
  }
});

test("everything can be read and reached without JavaScript", { skip: missing }, () =>
  look({ javaScriptEnabled: false }, async (page) => {
    await page.goto(base);
    assert.match(await page.locator("time.due").first().textContent(), /due in|overdue by/);
    await page.locator("select[name=network]").selectOption("facebook");
    await page.getByRole("button", { name: "Apply" }).click();
    assert.match(page.url(), /network=facebook/);
    const networks = await page.locator(".cases .network").allTextContents();
    assert.ok(networks.length > 0 && networks.every((name) => name === "Facebook"), networks.join());
    await page.getByLabel("Search all messages").fill("order");
    await page.getByRole("button", { name: "Search" }).click();
    assert.ok((await page.locator("mark.hit").count()) > 0, "what was searched for is marked");
    await openACase(page);
    assert.ok((await page.locator(".evidence mark").count()) > 0, "the evidence is marked");
    assert.match(await page.locator(".legend").textContent(), /[a-z]+\.[a-z_]+/, "rules are named");
  }));

test("keys move, open, search and go back", { skip: missing }, () =>
  look({}, async (page) => {
    await page.goto(base);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
    const focused = () => page.evaluate(() => [...document.querySelectorAll(".row-link")].indexOf(document.activeElement));
    const places = [];
    for (const key of ["j", "j", "j", "k"]) {
      await page.keyboard.press(key);
      places.push(await focused());
    }
    assert.deepEqual(places, [0, 1, 2, 1]);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/cases\//);
    await page.keyboard.press("/");
    await page.keyboard.type("jku");
    assert.equal(await page.locator("#q").inputValue(), "jku", "keys are letters while one writes");
    await page.keyboard.press("Escape");
    await page.keyboard.press("u");
    await page.waitForURL((url) => url.pathname === "/");
  }));

/** An open case on X whose customer called us, and nobody has answered in private. */
const openToAnswer = async (page) => {
  await page.goto(`${base}/?view=unanswered&network=x`);
  const links = await page.locator('a.row-link[href^="/cases/"]').evaluateAll((all) => all.map((link) => link.href));
  for (const link of links) {
    await page.goto(link);
    if (!(await page.locator("#to option").first().textContent()).startsWith("Public")) continue;
    await page.getByLabel("As", { exact: true }).first().selectOption("mia");
    await page.locator("#text").fill("Hello, we are here.");
    await page.locator("#verdict").getByText("It may be sent.").or(page.locator("#verdict .broken")).waitFor();
    if (await page.locator("#verdict .kept").count()) return;
  }
  throw new Error("nobody on X can be answered");
};

test("while one writes, the verdict tells; in private it goes on, and is closed in public", { skip: missing }, () =>
  look({}, async (page) => {
    await openToAnswer(page);
    const verdict = page.locator("#verdict");
    assert.match(await verdict.textContent(), /\d+ of 280 weighted characters/);
    await page.locator("#text").fill("Sorry! What is your e-mail address?");
    await verdict.getByText("It may not be sent so.").waitFor();
    assert.ok((await verdict.locator("mark").count()) > 0, "the words are marked");
    assert.deepEqual(await faintTexts(page), []);
    assert.deepEqual(await nameless(page), []);
    await verdict.getByRole("button", { name: "Go on in private" }).click();
    await page.waitForLoadState();
    assert.match(await page.locator("#text").inputValue(), /messages\/compose/);
    assert.equal(await page.locator("#purpose").inputValue(), "invitation");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    const replies = page.locator("#replies");
    await replies.getByText("Delivered").waitFor({ timeout: 15_000 });
    assert.ok((await replies.getByRole("link", { name: "See it on X" }).count()) > 0);
    // The customer comes after a moment.
    for (let tries = 0; !(await page.getByText("Goes on in private").count()); tries += 1) {
      assert.ok(tries < 20, "the customer does not come");
      await page.waitForTimeout(1000);
      await page.reload();
    }
    await page.getByRole("button", { name: "Close as resolved" }).click();
    await page.getByRole("link", { name: "Close in public" }).click();
    assert.match(await page.locator("#text").inputValue(), /solved this in private/);
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await replies.getByText("Return note").waitFor();
    assert.ok((await page.getByText("Closed in public").count()) > 0);
  }));

test("a warning is set aside and a colleague approves, without JavaScript", { skip: missing }, () =>
  look({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${base}/?view=unanswered&network=facebook`);
    await page.locator("a.row-link").first().click();
    const write = async (text) => {
      await page.locator("#as").selectOption("mia");
      await page.locator("#text").fill(text);
    };
    await write("PLEASE READ OUR TERMS AGAIN NOW!!!!");
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByRole("button", { name: /Set the warning aside/ }).click();
    assert.match(await page.locator("#verdict").textContent(), /set aside/);
    await write("Our lawyer will call you about this matter.");
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.goto(`${base}/replies`);
    const waits = page.locator(".reply", { hasText: "Waits for approval" }).first();
    await waits.locator("select[name=as]").selectOption("sam");
    await waits.locator("textarea").fill("Our team will call you about this matter.");
    await waits.getByRole("button", { name: "Approve" }).click();
    assert.equal(new URL(page.url()).pathname, "/replies");
    assert.equal(await page.locator(".reply", { hasText: "Waits for approval" }).count(), 0);
  }));

test("deadlines tick", { skip: missing }, () =>
  look({}, async (page) => {
    await page.clock.install();
    await page.goto(base);
    const due = page.locator("time.due").first();
    const said = await due.textContent();
    await page.clock.runFor(3_600_000);
    assert.notEqual(await due.textContent(), said);
    assert.match(await due.textContent(), /due in|overdue by/);
  }));

test("the outage stands out on the chart, in words and in the table", { skip: missing }, () =>
  look({}, async (page) => {
    await page.goto(base);
    assert.ok((await page.locator("svg.bars rect.burst").count()) > 0);
    assert.match(await page.locator(".bursts").textContent(), /times the usual/);
    await page.locator(".as-table summary").click();
    assert.equal(await page.locator(".as-table tbody tr").count(), 24);
  }));

test("pictures for the README are small", { skip: missing }, async () => {
  const kept = process.env.CARELINE_PICTURES ?? directory;
  const shoot = async (page, name) => {
    const file = path.resolve(root, kept, name);
    await page.screenshot({ path: file });
    assert.ok(fs.statSync(file).size <= 250_000, `${name}: ${fs.statSync(file).size} bytes`);
  };
  await look({ colorScheme: "light" }, async (page) => {
    await page.goto(`${base}/?network=x`);
    await shoot(page, "inbox.png");
  });
  await look({ colorScheme: "dark" }, async (page) => {
    await openACase(page);
    await shoot(page, "inbox-case.png");
  });
});
