/** The real browser that some promises are about. */
import { chromium, type Browser } from 'playwright-core';
import { chromiumPath } from '../../scripts/lib/chromium.ts';

/** How long a page may take for what a test waits for: on a busy machine everything takes ten times as long. */
export const PAGE_TIMEOUT_MS = 40_000;

/** Debian's Chromium, which says nothing to anybody but this machine. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
}
