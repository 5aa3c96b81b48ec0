/** The JSON of an answer, more strictly than JSON.parse reads it: UTF-8 without a mark, and no key twice. */

export interface Read {
  /** Undefined when there is none that can be looked at. */
  value?: unknown;
  /** Why it is not what it should be. */
  flaws: { field: string; message: string }[];
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

interface Level {
  path: string;
  /** Undefined in a list. */
  keys?: Set<string>;
  /** Of what comes next. */
  next: string | number;
  /** A text that comes now is a key. */
  wantsKey: boolean;
}

/** Keys that an object names twice, of a text that JSON.parse has read: it takes the last one and says nothing. */
function* twice(text: string): Generator<string> {
  const levels: Level[] = [];
  const open = (isObject: boolean): void => {
    const outer = levels.at(-1);
    const path = outer ? `${outer.path}.${outer.next}` : 'body';
    levels.push({
      path,
      ...(isObject
        ? { keys: new Set<string>(), next: '', wantsKey: true }
        : { next: 0, wantsKey: false }),
    });
  };
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '{' || token === '[') open(token === '{');
    else if (token === '}' || token === ']') levels.pop();
    else if (!level) continue;
    else if (token === ',') {
      if (level.keys) level.wantsKey = true;
      else level.next = Number(level.next) + 1;
    } else if (level.keys && level.wantsKey && token !== ':') {
      const key = JSON.parse(token) as string;
      if (level.keys.has(key)) yield `${level.path}.${key}`;
      level.keys.add(key);
      Object.assign(level, { next: key, wantsKey: false });
    }
  }
}

const flawed = (message: string): Read => ({ flaws: [{ field: 'body', message }] });

/** Reads the body of an answer. */
export function readJson(bytes: Uint8Array): Read {
  if (bytes.byteLength === 0) return flawed('is empty');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return flawed('is not UTF-8');
  }
  if (text.startsWith('\uFEFF')) return flawed('begins with a byte order mark, which JSON has not');
  try {
    const value: unknown = JSON.parse(text);
    const flaws = [...twice(text)].map((field) => ({ field, message: 'is there twice' }));
    return { value, flaws };
  } catch (error) {
    const html = /^\s*<(!doctype|html)/i.test(text) ? ', but HTML' : '';
    const start = text.slice(0, 60).replaceAll(/\s+/g, ' ');
    const reason = error instanceof Error && /after JSON/.test(error.message) ? ' alone' : '';
    return flawed(`is not JSON${reason}${html}: ${start}`);
  }
}
