/** Shapes of requests and answers, taken from the rows as types alone. */
import type { table } from '../../table.ts';
import type { OperationId } from './routes.ts';

type Rows = (typeof table)['application'] & (typeof table)['service'];
/** The two sides of a schema, without zod's own types. */
type Schema<I, O> = { _zod: { input: I; output: O } };
type Part<R, P extends string> = R extends { request: Record<P, Schema<infer I, unknown>> }
  ? I
  : undefined;
type Success<R> = R extends { response: { 200: Schema<unknown, infer O> } } ? O : never;

export type Body<K extends OperationId> = Part<Rows[K], 'body'>;
export type Query<K extends OperationId> = Part<Rows[K], 'query'>;
export type Answer<K extends OperationId> = Success<Rows[K]>;

export type Config = Answer<'getPlatformConfig'>;
/** The shopper, as the API documents it. */
export type Shopper = NonNullable<Answer<'getLoggedInUser'>['user']>;
export type Device = Answer<'getOwnSessions'>['sessions'][number];
/** What is proven or signed in with. */
export type Kind = 'phone' | 'email';

/** What any step of a sign-in or registration can answer. */
export type SignInAnswer = Partial<Answer<'verifyMobileOTP'>> &
  Pick<Partial<Answer<'registerWithForm'>>, 'success'>;
