/** Addresses of clients: read by value, so that two spellings are one address, and nonsense is none. Pure. */

/** Only `public` ones tell shoppers apart; the others are this machine, its network, or not an address. */
export type AddressKind =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'link-local'
  /** Carriers' own networks behind their NAT, RFC 6598. */
  | 'shared'
  | 'reserved';

export interface ClientAddress {
  /** Canonical: dotted, or eight groups of lower-case hex digits without leading zeros. */
  text: string;
  /** The key that budgets count: the address, and of IPv6 the /64, all of which one subscriber holds. */
  block: string;
  kind: AddressKind;
}

const OCTET = /^(0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-f]{1,4}$/;

/** Four numbers. Leading zeros are refused: some read them as octal. */
function readIPv4(text: string): number[] | undefined {
  const parts = text.split('.');
  const sound =
    parts.length === 4 && parts.every((part) => OCTET.test(part) && Number(part) <= 255);
  return sound ? parts.map(Number) : undefined;
}

/** Groups between colons; the last may be an IPv4 address, which makes two. */
function readGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const dotted = parts.at(-1)?.includes('.') ? readIPv4(parts.pop() ?? '') : [];
  if (!dotted || !parts.every((part) => GROUP.test(part))) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = dotted;
  const last = dotted.length === 0 ? [] : [a * 256 + b, c * 256 + d];
  return [...parts.map((part) => Number.parseInt(part, 16)), ...last];
}

/** Eight groups. */
function readIPv6(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = '', tail] = halves;
  // A dotted part may only stand at the very end.
  if (tail !== undefined && head.includes('.')) return undefined;
  const [front, back] = [readGroups(head), readGroups(tail ?? '')];
  if (!front || !back) return undefined;
  const missing = 8 - front.length - back.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...front, ...Array<number>(missing).fill(0), ...back];
}

function kindOfIPv4([a = 0, b = 0, c = 0, d = 0]: readonly number[]): AddressKind {
  if (a === 0) return b + c + d === 0 ? 'unspecified' : 'reserved';
  if (a === 127) return 'loopback';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'private';
  if (a === 169 && b === 254) return 'link-local';
  if (a === 100 && b >= 64 && b < 128) return 'shared';
  return a >= 224 ? 'reserved' : 'public';
}

function kindOfIPv6(groups: readonly number[]): AddressKind {
  const [first = 0] = groups;
  if (groups.slice(0, 6).every((group) => group === 0)) {
    const [high = 0, low = 0] = groups.slice(6);
    if (high === 0 && low <= 1) return low === 1 ? 'loopback' : 'unspecified';
    return 'reserved';
  }
  if (first >= 0xfc00 && first <= 0xfdff) return 'private';
  if (first >= 0xfe80 && first <= 0xfebf) return 'link-local';
  return first >= 0xfec0 ? 'reserved' : 'public';
}

function ofIPv4(octets: readonly number[]): ClientAddress {
  const text = octets.join('.');
  return { text, block: text, kind: kindOfIPv4(octets) };
}

/** What a dual-stack server reads off its sockets for an IPv4 client: `::ffff:a.b.c.d`. */
const isMapped = (groups: readonly number[]): boolean =>
  groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;

/**
 * An IPv4 or IPv6 address; a mapped one is the IPv4 address. Undefined for any other text, zone ids and ports included.
 */
export function readAddress(text: string): ClientAddress | undefined {
  // Longer than any address, and what is cheap to refuse.
  if (text.length > 45) return undefined;
  const octets = readIPv4(text);
  if (octets) return ofIPv4(octets);
  if (!text.includes(':')) return undefined;
  const groups = readIPv6(text.toLowerCase());
  if (!groups) return undefined;
  if (isMapped(groups)) {
    return ofIPv4(groups.slice(6).flatMap((group) => [group >> 8, group & 255]));
  }
  const named = groups.map((group) => group.toString(16));
  return { text: named.join(':'), block: named.slice(0, 4).join(':'), kind: kindOfIPv6(groups) };
}

/** The key by which budgets count an address; a text that is no address counts as it is. */
export const addressBlock = (ip: string): string => readAddress(ip)?.block ?? ip;

/** This machine, or no address: a local run, in which an address does not stand for a stranger. */
export const isLoopback = (ip: string): boolean =>
  ip === '' || readAddress(ip)?.kind === 'loopback';
