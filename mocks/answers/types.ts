/** Answers that are chosen beforehand, typed by the rows: a body of the wrong shape does not compile. */
import type { ErrorCode } from '../../src/http/errors.ts';
import type {
  Group,
  Operation,
  Output,
  RequestSchemas,
  Security,
} from '../../src/http/operation.ts';
import type { MockTable } from '../app.ts';
import type { SentInput } from '../sent.ts';

/** What the guard refuses, by the row's security; the same as `errorsOf` has it at run time. */
type GuardError<S extends Security> = S extends 'platform'
  ? 'unauthorized' | 'not_found' | 'scope_missing'
  : S extends 'session'
    ? 'unauthorized' | 'origin_refused' | 'not_authenticated'
    : S extends 'none'
      ? never
      : 'unauthorized' | 'origin_refused';
type ParserError<Q extends RequestSchemas> =
  | (Q['body'] extends object ? 'payload_too_large' | 'unsupported_media_type' : never)
  | (Q[keyof Q & keyof RequestSchemas] extends undefined ? never : 'validation_failed');
type ErrorOf<O extends Operation> =
  | O['errors'][number]
  | GuardError<O['security']>
  | ParserError<O['request']>
  | 'unavailable'
  | 'internal_error';

interface Common {
  /** How often it is given. Left out: once, or for good when it is the last of its list. */
  times?: number;
  /** Milliseconds before it. */
  delayMs?: number;
}

/** One answer of an operation: an error that it declares, a body of one's own, the documented example, or invented data. */
export type Answer<O extends Operation = Operation> = Common &
  (
    | { error: ErrorOf<O>; body?: never; example?: never; dynamic?: never }
    | { body: Output<O>; error?: never; example?: never; dynamic?: never }
    | { example: true; error?: never; body?: never; dynamic?: never }
    | { dynamic: true; seed?: number; error?: never; body?: never; example?: never }
  );

/** One answer for good, several one after the other, or a function of the validated request. */
export type Answering<O extends Operation = Operation> =
  | Answer<O>
  | readonly Answer<O>[]
  | ((input: SentInput<O>) => Answer<O> | Promise<Answer<O>>);

/** `{ application: { loginWithOTP: [{ error: 'unavailable', times: 2 }, { example: true }] } }` */
export type Answers = { [C in keyof MockTable]?: AnswersOf<MockTable[C]> };
type AnswersOf<G extends Group> = { [I in keyof G]?: Answering<G[I]> };

/** An answer after its row's types have done their work. */
export interface AnyAnswer {
  error?: ErrorCode;
  body?: object;
  example?: true;
  dynamic?: true;
  seed?: number;
  times?: number;
  delayMs?: number;
}
