/** The handler of a row, typed by it: what it is given, and what it may answer. */
import type { Context } from 'hono';
import type {
  Application,
  Ports,
  ServicePorts,
  Session,
  SessionRef,
  User,
} from '../ports/index.ts';
import type { ErrorCode, ApiFailure } from './errors.ts';
import type { FailureDetail } from '../shared/result.ts';
import type { Group, Input, Operation, Output } from './operation.ts';

/** Who sent the request, as far as the edge can tell. */
export interface Caller {
  requestId: string;
  /** Empty when the edge gave none. */
  ip: string;
  userAgent: string;
  /** Host the request was sent to, without port. */
  host: string;
  /** Value of the `f.device` cookie, if one came with the request. */
  device?: string;
  /** False on plain http to a developer's machine, the only place where cookies may go without `Secure`. */
  secure: boolean;
}

export interface SignedIn {
  user: User;
  session: Session;
}
export interface Operator {
  clientKey: string;
  companyId: string;
  scopes: readonly string[];
  /** The person behind the client, where Cloudflare Access names one; for the audit alone. */
  person?: string;
}

/** Who an operator's change is put down to in the audit. */
export function byOperator(
  { clientKey: actor, person }: Operator,
  { requestId }: Caller,
  reason?: string,
) {
  return { actor, person, requestId, reason };
}

/** The caller as the guard has identified it, by the row's security. */
export interface Principals {
  none: { application?: undefined };
  application: { application: Application };
  session: { application: Application; signedIn: SignedIn };
  'session?': {
    application: Application;
    signedIn: SignedIn | undefined;
    /** The sessions that genuine cookies name, whether or not they are still alive. */
    presented: readonly SessionRef[];
  };
  platform: { application: Application; operator: Operator };
}

/** A change to the session cookie. */
export type CookieChange =
  | {
      set: string;
      maxAgeSeconds: number;
      /** Value of the device cookie, which outlives the session. */ device?: string;
    }
  | { clear: true };

export interface Reply<B> {
  readonly body: B;
  readonly session?: CookieChange;
}
export interface ReplyOptions {
  session?: CookieChange;
}

export type HandlerContext<O extends Operation> = Principals[O['security']] & {
  input: Input<O>;
  caller: Caller;
  request: Request;
  ports: O['security'] extends 'none' ? ServicePorts : Ports;
  reply(body: Output<O>, options?: ReplyOptions): Reply<Output<O>>;
  fail<C extends O['errors'][number]>(code: C, detail?: FailureDetail): ApiFailure<C>;
};

/** Every row can answer `unavailable` (see `errorsOf`); it need not declare it. */
export type Handler<O extends Operation> = (
  context: HandlerContext<O>,
) => Promise<Reply<Output<O>> | ApiFailure<O['errors'][number] | 'unavailable'>>;

export type Handlers<G extends Group> = { [K in keyof G]: Handler<G[K]> };
export type TableHandlers<T extends Readonly<Record<string, Group>>> = {
  [K in keyof T]: Handlers<T[K]>;
};

/** A handler after its row's types have done their work; what the server runs. */
export type AnyHandler = (context: {
  input: Record<'params' | 'query' | 'body', unknown>;
  caller: Caller;
  request: Request;
  ports: unknown;
  application?: Application;
  signedIn?: SignedIn;
  presented?: readonly SessionRef[];
  operator?: Operator;
  reply(body: object, options?: ReplyOptions): Reply<object>;
  fail(code: ErrorCode, detail?: FailureDetail): ApiFailure;
}) => Promise<Reply<object> | ApiFailure>;

/** A request that the guard lets through: the principal and the ports it may use. */
export interface Grant {
  application?: Application;
  signedIn?: SignedIn;
  presented?: readonly SessionRef[];
  operator?: Operator;
  ports: unknown;
  /** For the log: what was strange about the request. */
  notice?: string;
  /** A rolling session that was renewed. */
  session?: CookieChange;
  /** The shopper's address as a listed server of the application gives it (D-29). */
  clientIp?: string;
  /** Filled while the handler runs, such as with a D1 bookmark. */
  headers?: Record<string, string>;
  /** Filled while the handler runs: the bookmark behind the shopper's own changes. */
  changes?: { bookmark?: string };
}

/** Who is calling, and may they? Runs before the body is read. */
export type Guard = (c: Context, row: Operation, caller: Caller) => Promise<Grant | ApiFailure>;
