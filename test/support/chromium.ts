/** The real browser that some promises are about. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';
/** How long a page may take for what a test waits for: on a busy machine everything takes ten times as long. */
export const PAGE_TIMEOUT_MS = 40_000;

/** Debian's Chromium, which says nothing to anybody but this machine. */
export async function launchChromium(): Promise<Browser> {
  if (!existsSync(EXECUTABLE)) {
    throw new Error(`${EXECUTABLE} is missing. Install it: apt-get install -y chromium`);
  }
  return chromium.launch({
    executablePath: EXECUTABLE,
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
