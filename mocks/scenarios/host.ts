/** Worlds by browser and scenario. All of it is in memory, bounded, and gone with the process. */
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../src/shared/time.ts';
import { generateCookie } from 'hono/cookie';
import { parse } from 'hono/utils/cookie';
import { SESSION_COOKIE, sessionCookieLines } from '../../src/http/cookies.ts';
import { callerOf } from '../../src/http/caller.ts';
import type { Log } from '../../src/http/log.ts';
import type { Clock, Limits } from '../../src/ports.ts';
import type { ScenarioHost } from '../scenario-host.ts';
import { SCENARIOS } from './rows.ts';
import type { Scenario } from './scenario.ts';
import { createWorld, type Outside, type ScenarioInstance } from './world.ts';

/** Names a browser, so that it finds its world again. */
const BROWSER_COOKIE = 'mock.browser';
const BROWSER_ID = /^[0-9a-f-]{36}$/;
/** A year; the world goes long before it. */
const COOKIE_LIFE_SECONDS = (365 * DAY_MS) / SECOND_MS;
const MAX_WORLDS = 50;
const MAX_BROWSERS = 1_000;
const IDLE_TIMEOUT_MS = 2 * HOUR_MS;

export interface ScenariosOptions {
  /** Of the server, for browsers that have not chosen. */
  scenario?: string;
  clock?: Clock;
  limits?: Limits;
  log?: Log;
  outside?: Outside;
  /** Others than the usual ones. */
  table?: readonly Scenario[];
}

export interface Scenarios extends ScenarioHost {
  /** The world that a request would get, for tests and the panel. */
  worldOf(request: Request): Promise<ScenarioInstance>;
}

interface CachedWorld {
  world: Promise<ScenarioInstance>;
  usedAt: number;
  /** No first answer has been sent yet. */
  fresh: boolean;
}

const systemClock: Clock = { now: () => Date.now() };

/**
 * Whose world it is: a browser's, by its cookie; a new one's, when a browser comes without; or that of all who keep no
 * cookies, such as curl or the SDK in Node, so that a login of several requests works there too. A page on another site is
 * one of those: its cookies do not travel (SameSite=Lax).
 */
function identifyBrowser(request: Request): { id: string; isNew: boolean } {
  const { headers } = request;
  const given = parse(headers.get('cookie') ?? '', BROWSER_COOKIE)[BROWSER_COOKIE];
  if (given !== undefined && BROWSER_ID.test(given)) return { id: given, isNew: false };
  const site = headers.get('sec-fetch-site');
  const keepsCookies = site !== null && site !== 'cross-site';
  return keepsCookies ? { id: crypto.randomUUID(), isNew: true } : { id: '', isNew: false };
}

const browserCookie = (id: string): string =>
  generateCookie(BROWSER_COOKIE, id, {
    httpOnly: true,
    sameSite: 'Lax',
    path: '/',
    maxAge: COOKIE_LIFE_SECONDS,
  });

/** @throws when there is no scenario of that name */
export function createScenarios(options: ScenariosOptions = {}): Scenarios {
  const { clock = systemClock, table = SCENARIOS } = options;
  const byName = new Map(table.map((one) => [one.name, one]));
  const checked = (name: string | undefined): string | undefined => {
    if (name === undefined || byName.has(name)) return name;
    throw new Error(`there is no scenario ${name}`);
  };
  let ofServer = checked(options.scenario);
  /** Browser → scenario; null is plain mode. In the order of last use, as the next one. */
  const choices = new Map<string, string | null>();
  const worlds = new Map<string, CachedWorld>();

  function nameFor(id: string): string | undefined {
    const own = choices.get(id);
    return own === undefined ? ofServer : (own ?? undefined);
  }

  function evict(now: number): void {
    for (const [key, { usedAt }] of worlds) {
      if (worlds.size <= MAX_WORLDS && now - usedAt < IDLE_TIMEOUT_MS) break;
      worlds.delete(key);
    }
    for (const id of choices.keys()) {
      if (choices.size <= MAX_BROWSERS) break;
      choices.delete(id);
    }
  }

  function lived(id: string, name: string): CachedWorld {
    const scenario = byName.get(name);
    if (!scenario) throw new Error(`there is no scenario ${name}`);
    const key = `${id} ${name}`;
    const now = clock.now();
    const { limits, log, outside } = options;
    const one = worlds.get(key) ?? {
      world: createWorld(scenario, { clock, limits, log, outside }),
      usedAt: now,
      fresh: true,
    };
    // Taken out and put in again, it is the last in the order of use.
    worlds.delete(key);
    one.usedAt = now;
    worlds.set(key, one);
    evict(now);
    return one;
  }

  function ofRequest(request: Request): {
    who: ReturnType<typeof identifyBrowser>;
    one: CachedWorld;
  } {
    const who = identifyBrowser(request);
    const name = nameFor(who.id);
    if (name === undefined) throw new Error('no scenario is chosen');
    return { who, one: lived(who.id, name) };
  }

  return {
    scenarios: table.map(({ name, title, about }) => ({ name, title, about })),

    chosen: (request) => nameFor(identifyBrowser(request).id),

    choose(request, name, whom) {
      const wanted = checked(name);
      if (whom === 'server') {
        ofServer = wanted;
        return [];
      }
      const { id, isNew } = identifyBrowser(request);
      choices.delete(id);
      choices.set(id, wanted ?? null);
      evict(clock.now());
      return isNew ? [browserCookie(id)] : [];
    },

    reset(request) {
      const { id } = identifyBrowser(request);
      const name = nameFor(id);
      if (name !== undefined) worlds.delete(`${id} ${name}`);
    },

    async inbox(request, to) {
      const { who, one } = ofRequest(request);
      const own = (await one.world).inbox(to);
      // A developer with the panel open may be using curl beside it.
      const shared = who.id === '' ? undefined : worlds.get(` ${nameFor(who.id) ?? ''}`);
      const others = shared ? (await shared.world).inbox(to) : [];
      return [...own, ...others].toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1));
    },

    worldOf: async (request) => ofRequest(request).one.world,

    async fetch(request) {
      const { who, one } = ofRequest(request);
      const world = await one.world;
      const response = await world.fetch(request);
      if (who.isNew) response.headers.append('set-cookie', browserCookie(who.id));
      const has = request.headers.get('cookie')?.includes(`${SESSION_COOKIE}=`);
      const sets = response.headers.getSetCookie().some((line) => line.startsWith(SESSION_COOKIE));
      // Once, and never over a session that was opened meanwhile.
      if (world.cookie && one.fresh && who.id !== '' && !has && !sets) {
        const { value: set, maxAge } = world.cookie;
        for (const line of sessionCookieLines(callerOf(request), { set, maxAgeSeconds: maxAge })) {
          response.headers.append('set-cookie', line);
        }
      }
      if (who.id !== '') one.fresh = false;
      return response;
    },
  };
}
