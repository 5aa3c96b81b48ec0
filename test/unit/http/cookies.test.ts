/** What a browser is told of our cookies: no page's script reads them, no other site's page sends them along. */
import { describe, expect, test } from 'vitest';
import { readSessionCookies, sessionCookieLines } from '../../../src/http/cookies.ts';

const caller = { requestId: 'r', ip: '', userAgent: '', host: 'shop.example', secure: true };

/** A `Set-Cookie` line as its pair and its attributes, lower-cased and sorted. */
const partsOf = (line: string) => {
  const [pair = '', ...attributes] = line.split('; ');
  return [pair, ...attributes.map((one) => one.toLowerCase()).toSorted()];
};

describe('a session cookie', () => {
  test('comes with the device’s, both out of reach for scripts and other sites', () => {
    const change = { set: 's:value', maxAgeSeconds: 60.9, device: 'd' };
    expect(sessionCookieLines(caller, change).map(partsOf)).toEqual([
      ['f.session=s%3Avalue', 'httponly', 'max-age=60', 'path=/', 'samesite=lax', 'secure'],
      ['f.device=d', 'httponly', 'max-age=34560000', 'path=/', 'samesite=lax', 'secure'],
    ]);
  });

  test('is Secure unless it goes to a developer’s machine by plain http', () => {
    const lines = sessionCookieLines({ ...caller, secure: false }, { set: 'v', maxAgeSeconds: 60 });
    expect(lines.map(partsOf)).toEqual([
      ['f.session=v', 'httponly', 'max-age=60', 'path=/', 'samesite=lax'],
    ]);
  });

  test('that is cleared, or over, has no life left', () => {
    for (const change of [{ clear: true } as const, { set: 'v', maxAgeSeconds: -5 }]) {
      expect(sessionCookieLines(caller, change)[0]).toContain('Max-Age=0');
    }
  });

  test('is read in every spelling that a browser sends, each value once', () => {
    expect(readSessionCookies('a=1; f.session=x; f.session=y;f.session=x; f.session=')).toEqual([
      'x',
      'y',
    ]);
    expect(readSessionCookies('F.Session=x; xf.session=y')).toEqual([]);
  });
});
