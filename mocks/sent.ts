/** A validated request with its identifiers as text again, as the caller who chooses an answer by them wrote them. */
import type { Input, Operation } from '../src/http/operation.ts';
import type { IdentifierRef } from '../src/ports/index.ts';

/** Emails in lower case, phones as national digits. */
type Sent<T> = T extends IdentifierRef
  ? string
  : T extends readonly (infer U)[]
    ? Sent<U>[]
    : T extends object
      ? { [K in keyof T]: Sent<T[K]> }
      : T;
export type SentInput<O extends Operation> = Sent<Input<O>>;

function isIdentifier(value: object): value is IdentifierRef {
  const { kind, value: text } = value as Partial<IdentifierRef>;
  return (kind === 'email' || kind === 'phone') && typeof text === 'string';
}

/** The same with texts in the place of identifiers. */
export function asSent(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(asSent);
  if (!isIdentifier(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asSent(inner)]));
  }
  const { callingCode, value: text } = value;
  return callingCode === undefined ? text : text.slice(1 + String(callingCode).length);
}
