/**
 * The calls of other Workers over a service binding, behind the entrypoint `Sessions` (D-111): the same use cases as those of
 * the API, with another caller. A service binding is made by someone who may deploy this very Worker, so its props are
 * believed.
 */
import { readSessionCookies, SESSION_COOKIE } from './http/cookies.ts';
import { errorForLog, framesOf, type Log } from './http/log.ts';
import { endOneSession } from './domain/operators/admin-sessions.ts';
import { findSession } from './domain/session/find-session.ts';
import { EnvironmentError } from './env/index.ts';
import { Outage, type Application, type Ports, type PortsFactory } from './ports/index.ts';
import type { SessionsBinding, SessionsProps, SessionUser, Shopper } from './session/binding.ts';
import { SessionsError } from './session/errors.ts';
import { sessionUserView, shopperView } from './views/shopper.ts';

/** What the calls need of the Worker. */
export interface SessionsRuntime {
  factory: PortsFactory;
}

interface Context {
  readonly props?: unknown;
  waitUntil(work: Promise<unknown>): void;
}

interface Called {
  ports: Ports;
  application: Application;
  /** Behind the application, if that was named. */
  args: unknown[];
}

const MAX_TEXT_CHARS = 100;
/** Of all headers of a request; Cloudflare takes no more. */
const MAX_COOKIE_CHARS = 131_072;
const WORKER_NAME = /^[\w.-]{1,64}$/;

/** An id among the arguments; whether anything has it is another question. */
function textOf(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_CHARS) return value;
  throw new SessionsError('argument_wrong', `${name} has to be a text of 1 to ${MAX_TEXT_CHARS}`);
}

function cookiesOf(from: unknown): string[] {
  const header = from instanceof Headers ? from.get('cookie') : (from ?? '');
  if (header === null) return [];
  if (typeof header !== 'string' || header.length > MAX_COOKIE_CHARS) {
    throw new SessionsError('argument_wrong', 'headers or a cookie have to be given');
  }
  // A session's own value, as frameworks take it out of the header.
  const isValue = /^s(:|%3A)/i.test(header);
  return readSessionCookies(isValue ? `${SESSION_COOKIE}=${header}` : header);
}

const readProps = (props: unknown): SessionsProps =>
  // Written by the deployer; what is no text counts as not there.
  typeof props === 'object' && props !== null ? props : {};

/** Who the audit says it was. */
function actorOf({ worker }: SessionsProps): string {
  if (typeof worker === 'string' && WORKER_NAME.test(worker)) return `worker:${worker}`;
  throw new SessionsError('worker_unnamed', 'the binding needs props with the name of the worker');
}

/** The application of a call: that of the props, or the first argument of a call that has one more. */
function applicationIdOf({ application: own }: SessionsProps, args: unknown[], arity: number) {
  const [first] = args;
  const named = args.length > arity ? textOf(first, 'application') : undefined;
  if (own === undefined && named === undefined) {
    throw new SessionsError('application_missing', 'neither props nor the first argument name one');
  }
  const id = textOf(own ?? named, 'application');
  if (named !== undefined && named !== id) {
    throw new SessionsError('application_refused', 'the binding is for another application');
  }
  return id;
}

/** What the caller gets to know of a failure, and what the log does. */
function failureOf(error: unknown): { thrown: SessionsError; internal?: unknown } {
  if (error instanceof SessionsError) return { thrown: error };
  if (error instanceof Outage) {
    const thrown = new SessionsError('unavailable', 'try again later');
    return { thrown, internal: `${error.dependency}: ${errorForLog(error.cause)}` };
  }
  const isSettings = error instanceof EnvironmentError;
  const thrown = isSettings
    ? new SessionsError('misconfigured', 'the log of Vestibule says why')
    : new SessionsError('internal_error', 'the log of Vestibule says more');
  return { thrown, internal: { error: errorForLog(error), frames: framesOf(error) } };
}

/**
 * The methods behind one binding. Each call is one line of the log, under an id that the audit repeats.
 * @param runtime made when it is needed: its settings may be wrong
 */
export function createSessionsBinding(
  runtime: () => SessionsRuntime,
  context: Context,
  log: Log,
): { [M in keyof SessionsBinding]: (...args: unknown[]) => ReturnType<SessionsBinding[M]> } {
  const props = readProps(context.props);

  async function run<T>(
    method: keyof SessionsBinding,
    args: unknown[],
    arity: number,
    work: (called: Called) => Promise<T>,
  ): Promise<T> {
    const requestId = crypto.randomUUID();
    const started = Date.now();
    const told = (rest: object, level: 'info' | 'error' = 'info') =>
      log({
        level,
        message: 'call',
        request_id: requestId,
        operation: `Sessions.${method}`,
        worker: props.worker,
        duration_ms: Date.now() - started,
        ...rest,
      });
    try {
      const id = applicationIdOf(props, args, arity);
      const { factory } = runtime();
      const application = await factory.service.directory.find(id);
      if (!application) throw new SessionsError('application_unknown', 'there is no such one');
      const scope = {
        requestId,
        waitUntil: (background: Promise<unknown>) => context.waitUntil(background),
        setBookmark: () => undefined,
      };
      const ports = factory.portsFor(application, scope);
      const result = await work({
        ports,
        application,
        args: args.length > arity ? args.slice(1) : args,
      });
      told({});
      return result;
    } catch (error) {
      const { thrown, internal } = failureOf(error);
      told({ code: thrown.code, internal }, internal === undefined ? 'info' : 'error');
      throw thrown;
    }
  }

  return {
    getShopper: async (...given) =>
      run('getShopper', given, 1, async ({ ports, application, args }): Promise<Shopper | null> => {
        const cookies = cookiesOf(args[0]);
        const now = ports.clock.now();
        // The primary alone: a replica may not know yet that a session has ended.
        const { alive } = await findSession(cookies, ports, application, ports.sessions, now);
        // Not renewed: the browser would not get the cookie that belongs to it.
        return alive ? shopperView(application, alive.signedIn) : null;
      }),

    getUser: async (...given) =>
      run('getUser', given, 1, async ({ ports, args }): Promise<SessionUser | null> => {
        const user = await ports.users.find(textOf(args[0], 'id'));
        return user ? sessionUserView(user) : null;
      }),

    end: async (...given) =>
      run('end', given, 2, async ({ ports, args }) => {
        const [userId, handle] = [textOf(args[0], 'userId'), textOf(args[1], 'handle')];
        const by = { actor: actorOf(props), requestId: ports.requestId };
        return (await endOneSession(ports, userId, handle, by)).ok;
      }),
  };
}
