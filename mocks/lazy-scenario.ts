/** A scenario for a test or a page: all requests come from one browser, and its code is loaded by the first of them. */
import type { Limits } from '../src/ports/index.ts';
import type { ScenarioHost } from './scenarios/contract.ts';

export interface LazyOptions {
  limits?: Partial<Limits>;
  seed?: number;
}

/** @param name of a scenario; with an unknown one the first request throws */
export function lazyScenario(name: string, options: LazyOptions = {}): ScenarioHost {
  let loading: Promise<ScenarioHost> | undefined;
  const host = async (): Promise<ScenarioHost> =>
    (loading ??= import('./scenarios/host.ts').then(({ createScenarios }) =>
      createScenarios({ ...options, scenario: name, oneBrowser: true }),
    ));
  return {
    scenarios: [],
    chosen: () => name,
    choose: () => [],
    reset: () => void (loading = undefined),
    resetAll: () => void (loading = undefined),
    inbox: async (request, to) => (await host()).inbox(request, to),
    fetch: async (request) => (await host()).fetch(request),
  };
}
