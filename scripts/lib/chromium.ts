/** The browser of tests and trials: Debian's Chromium. */
import { existsSync } from 'node:fs';

/** The one without windows first: tests in it take half the time. */
const EXECUTABLES = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

/**
 * Where Chromium is.
 * @throws Error, which says how to install it
 */
export function chromiumPath(): string {
  const path = EXECUTABLES.find((one) => existsSync(one));
  if (path !== undefined) return path;
  throw new Error('Chromium is missing. Install it: apt-get install -y chromium-headless-shell');
}
