/** The header `Prefer`, read as RFC 7240 writes it: preferences with parameters, values in quotes, the first of a name counts. */

export interface Preferred {
  name: string;
  /** Empty when none was given. */
  value: string;
}

const TOKEN = /^[\w!#$%&'*+\-.^`|~]+$/;

/** Parts between a separator, where it does not stand within quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at];
    if (letter === '\\' && quoted) at += 1;
    else if (letter === '"') quoted = !quoted;
    else if (letter === separator && !quoted) {
      parts.push(text.slice(from, at));
      from = at + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter(Boolean);
}

function pairOf(text: string): Preferred {
  const equals = text.indexOf('=');
  const name = (equals < 0 ? text : text.slice(0, equals)).trim().toLowerCase();
  const value = equals < 0 ? '' : text.slice(equals + 1).trim();
  const quoted = /^"(?<inner>.*)"$/s.exec(value)?.groups?.['inner'];
  return { name, value: quoted?.replaceAll(/\\(.)/gs, '$1') ?? value };
}

/**
 * The preferences of a header that are known, in their order, each name once.
 * @param isKnown parameters behind a known preference are read like preferences of their own (`dynamic=true; seed=7`), those
 *   of a foreign one are its own affair
 */
export function readPrefer(
  text: string,
  isKnown: (name: string) => boolean,
): { known: Preferred[]; foreign: string[] } {
  const known = new Map<string, Preferred>();
  const foreign: string[] = [];
  for (const preference of split(text, ',')) {
    const [first, ...parameters] = split(preference, ';').map(pairOf);
    if (!first) continue;
    if (!isKnown(first.name)) {
      foreign.push(first.name);
      continue;
    }
    for (const one of [first, ...parameters]) {
      if (isKnown(one.name) && !known.has(one.name)) known.set(one.name, one);
    }
  }
  return { known: [...known.values()], foreign };
}

/** `name=value` as `Preference-Applied` repeats it. */
export function written({ name, value }: Preferred): string {
  if (value === '') return name;
  const safe = TOKEN.test(value) ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
  return `${name}=${safe}`;
}
