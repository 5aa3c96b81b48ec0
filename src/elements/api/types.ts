/** Shapes of requests and answers, taken from the rows as types alone. */
import type * as z from 'zod';
import type { table } from '../../table.ts';
import type { OperationId } from './routes.ts';

type Rows = (typeof table)['application'] & (typeof table)['service'];
type Part<R, P extends string> = R extends { request: Record<P, infer S extends z.ZodType> }
  ? z.input<S>
  : undefined;
type Success<R> = R extends { response: { 200: infer S extends z.ZodType } } ? z.output<S> : never;

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
export type SignInAnswer = Partial<Answer<'verifyMobileOTP'>> & Pick<Partial<Answer<'registerWithForm'>>, 'success'>;
