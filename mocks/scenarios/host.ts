/** Worlds by browser and scenario. All of it is in memory, bounded, and gone with the process. */
import { HOUR_MS } from '../../src/shared/time.ts';
import { SESSION_COOKIE, sessionCookieLines } from '../../src/http/cookies.ts';
import { callerOf } from '../../src/http/caller.ts';
import type { Log } from '../../src/http/log.ts';
import type { Clock, HostedPages, Limits } from '../../src/ports/index.ts';
import { browserCookie, identifyChooser, identifyBrowser, type Who } from '../browser-id.ts';
import { withCookies } from '../cookies.ts';
import type { ScenarioHost } from './contract.ts';
import { SCENARIOS } from './table.ts';
import type { Scenario } from './scenario.ts';
import { createWorld, type Outside, type ScenarioInstance } from './world.ts';

const MAX_WORLDS = 50;
const MAX_BROWSERS = 1_000;
const IDLE_TIMEOUT_MS = 2 * HOUR_MS;

export interface ScenariosOptions {
  /** Of the server, for browsers that have not chosen. */
  scenario?: string;
  clock?: Clock;
  /** In the place of the scenario's own. */
  limits?: Partial<Limits>;
  log?: Log;
  outside?: Outside;
  /** What the ids and tokens of a world follow from: the same seed, the same ids (default 1). */
  seed?: number;
  /** All requests come from one browser, as in a test or within a page. */
  oneBrowser?: boolean;
  /** With it every world serves the hosted pages too. */
  hostedPages?: HostedPages;
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

/** @throws when there is no scenario of that name */
export function createScenarios(options: ScenariosOptions = {}): Scenarios {
  const { clock = systemClock, table = SCENARIOS, oneBrowser = false, seed = 1 } = options;
  const who = (request: Request): Who =>
    oneBrowser ? { id: 'one', isNew: false } : identifyBrowser(request);
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
    const { limits, log, outside, hostedPages } = options;
    const one = worlds.get(key) ?? {
      world: createWorld(scenario, { clock, limits, log, outside, seed, hostedPages }),
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

  function ofRequest(request: Request): { id: string; isNew: boolean; one: CachedWorld } {
    const { id, isNew } = who(request);
    const name = nameFor(id);
    if (name === undefined) throw new Error('no scenario is chosen');
    return { id, isNew, one: lived(id, name) };
  }

  return {
    scenarios: table.map(({ name, title, about }) => ({ name, title, about })),

    chosen: (request) => nameFor(who(request).id),

    choose(request, name, whom) {
      const wanted = checked(name);
      if (whom === 'server') {
        ofServer = wanted;
        return [];
      }
      const { id, isNew } = oneBrowser ? who(request) : identifyChooser(request);
      choices.delete(id);
      choices.set(id, wanted ?? null);
      evict(clock.now());
      return isNew ? [browserCookie(id)] : [];
    },

    reset(request) {
      const { id } = who(request);
      const name = nameFor(id);
      if (name !== undefined) worlds.delete(`${id} ${name}`);
    },

    resetAll: () => worlds.clear(),

    async inbox(request, to) {
      const { id, one } = ofRequest(request);
      const own = (await one.world).inbox(to);
      // A developer with the panel open may be using curl beside it.
      const shared = id === '' ? undefined : worlds.get(` ${nameFor(id) ?? ''}`);
      const others = shared ? (await shared.world).inbox(to) : [];
      return [...own, ...others].toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1));
    },

    worldOf: async (request) => ofRequest(request).one.world,

    async fetch(request) {
      const { id, isNew, one } = ofRequest(request);
      const world = await one.world;
      const cookies = request.headers.get('cookie') ?? '';
      // Once, and never over a session that was opened meanwhile.
      const handed =
        one.fresh && id !== '' && !cookies.includes(`${SESSION_COOKIE}=`)
          ? world.cookie
          : undefined;
      if (id !== '') one.fresh = false;
      // The very first request is answered as one that brings the cookie: a page that loads is signed in already.
      const session = handed && `${SESSION_COOKIE}=${encodeURIComponent(handed.value)}`;
      const response = await world.fetch(
        session ? withCookies(request, [cookies, session].filter(Boolean).join('; ')) : request,
      );
      if (isNew) response.headers.append('set-cookie', browserCookie(id));
      const sets = response.headers.getSetCookie().some((line) => line.startsWith(SESSION_COOKIE));
      if (handed && !sets) {
        const { value: set, maxAge } = handed;
        for (const line of sessionCookieLines(callerOf(request), { set, maxAgeSeconds: maxAge })) {
          response.headers.append('set-cookie', line);
        }
      }
      return response;
    },
  };
}
