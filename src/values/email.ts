/** Email addresses as people type and paste them. Pure. */
import type { IdentifierRef } from '../ports/index.ts';
import { trimInvisible } from '../shared/typed-text.ts';

const LOCAL_PART = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
/** Letters, digits, hyphens and dots of any script; joiners are letters of some. URL judges and encodes the rest. */
const TYPED_DOMAIN = /^(?:[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]|\p{Join_Control})+$/u;
/** At least two labels of 1 to 63 letters, digits and inner hyphens; the last begins with a letter (RFC 1035, 2.3.4). */
const DOMAIN = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MAX_EMAIL_CHARACTERS = 254;

/** A lower-cased address with its domain in punycode, or undefined when it is none. */
export function readEmail(text: string): IdentifierRef | undefined {
  const address = trimInvisible(text).toLowerCase();
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (at < 1 || local.length > 64 || !LOCAL_PART.test(local)) return undefined;
  if (!TYPED_DOMAIN.test(domain) || !URL.canParse(`https://${domain}`)) return undefined;
  const { hostname } = new URL(`https://${domain}`);
  const value = `${local}@${hostname}`;
  if (!DOMAIN.test(hostname) || value.length > MAX_EMAIL_CHARACTERS) return undefined;
  return { kind: 'email', value };
}
