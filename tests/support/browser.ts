import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import chromium from '@sparticuz/chromium';
import { type Browser, type Page, chromium as playwright } from 'playwright-core';

/** A browser with a blank page of a web application that is served on a port of its own. */
export interface BrowserApp {
  readonly origin: string;
  readonly page: Page;
  close(): Promise<void>;
}

/** Starts Chromium, which comes from the npm registry, as people have it: its own arguments would turn the rules of origins off. */
export async function startBrowser(): Promise<Browser> {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
    headless: true,
  });
}

/** Opens Chromium on a page of `http://localhost:<free port>`. */
export async function openBrowserApp(): Promise<BrowserApp> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>An app</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const browser = await startBrowser();
  const page = await browser.newPage();
  await page.goto(origin);
  const close = async (): Promise<void> => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  };
  return { origin, page, close };
}
