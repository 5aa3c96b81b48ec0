/** Bytes as text and back. */
export { hex as toHex } from '../../domain/hex.ts';

const encoder = new TextEncoder();

/** The UTF-8 bytes of a text. */
export const utf8 = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(encoder.encode(text));

/** Pairs of hex digits → bytes; the caller has checked the digits. */
export const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Bytes → base64url without padding. */
export const toBase64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** @throws when the text is no base64url */
export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );

/** Equal or not, in a time that depends on the lengths only. */
export function timingSafeEqual(a: string, b: string): boolean {
  const [left, right] = [utf8(a), utf8(b)];
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at += 1) {
    difference |= (left[at] ?? 0) ^ (right[at % Math.max(1, right.length)] ?? 0);
  }
  return difference === 0;
}
