import type { Ask, Browser } from './stage.ts';

/** The client is signed in. */
export async function hasSession(ask: Ask, { application }: Browser): Promise<void> {
  await ask(() => application.getLoggedInUser());
}
