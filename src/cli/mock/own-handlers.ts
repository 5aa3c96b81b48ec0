/** A project's own MSW handlers out of its file, and out of it again whenever it changes. */
import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RequestHandler } from 'msw';

/** Editors write a file in several steps. */
const SETTLE_MS = 60;

/** Of whichever copy of MSW the file imports: what is asked of a handler, not its class. */
const isHandler = (value: unknown): value is RequestHandler =>
  typeof value === 'object' && value !== null && 'run' in value && typeof value.run === 'function';

/**
 * The handlers that a module exports as `handlers` or by default.
 * @throws Error with a sentence for its writer
 */
export async function loadHandlers(path: string): Promise<readonly RequestHandler[]> {
  const file = resolve(path);
  const { mtimeMs } = await stat(file);
  // Modules are kept by their address; another query is another module.
  const loaded = (await import(`${pathToFileURL(file).href}?changed=${mtimeMs}`)) as Record<
    string,
    unknown
  >;
  const found = loaded['handlers'] ?? loaded['default'];
  if (!Array.isArray(found)) throw new Error('it exports no array `handlers`');
  const wrong = found.findIndex((one) => !isHandler(one));
  if (wrong >= 0) throw new Error(`handlers[${wrong}] is no handler of MSW's http`);
  return found as RequestHandler[];
}

export interface WatchedHandlers {
  current(): readonly RequestHandler[];
  stop(): void;
}

/**
 * Loads a file of handlers and keeps up with it. What a change breaks is told, and the handlers before it stay.
 * @param tell called with each change: how many there are now, or what is wrong
 * @throws Error when the file cannot be loaded at the start
 */
export async function watchHandlers(
  path: string,
  tell: (outcome: number | Error) => void,
): Promise<WatchedHandlers> {
  let current = await loadHandlers(path);
  let timer: NodeJS.Timeout | undefined;
  async function reload(): Promise<void> {
    try {
      current = await loadHandlers(path);
      tell(current.length);
    } catch (error) {
      tell(error instanceof Error ? error : new Error(String(error)));
    }
  }
  // The folder, because an editor may put another file in the place of the one that is watched.
  const watcher = watch(dirname(resolve(path)), (_event, name) => {
    if (name !== basename(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void reload(), SETTLE_MS);
  });
  return {
    current: () => current,
    stop() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
