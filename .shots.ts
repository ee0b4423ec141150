import { chromium } from "playwright-core";

const url = "http://127.0.0.1:8471";
const pages = JSON.parse(process.argv[2] ?? "[]");
for (const screen of [
  { n: "wide", width: 1440, height: 900 },
  { n: "phone", width: 390, height: 844 },
]) {
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"],
  });
  const page = await browser.newPage({ viewport: { width: screen.width, height: screen.height } });
  for (const [name, path, full] of pages) {
    await page.goto(url + path, { waitUntil: "networkidle" });
    if (path.startsWith("/docs#")) {
      await page.waitForTimeout(2500);
    }
    await page.screenshot({ path: `/tmp/dw/${name}-${screen.n}.png`, fullPage: full === true });
  }
  await browser.close();
}
