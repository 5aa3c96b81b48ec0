/** `vestibule/mocks`: the mock as MSW handlers. */
// oxlint-disable-next-line import/no-unassigned-import -- it has nothing to give: it throws, or it does not
import './need-node.ts';
import type { HttpHandler } from 'msw';
import type { Limits } from '../src/ports/index.ts';
import type { Answers } from './answers/types.ts';
import { handlers as plainHandlers, type HandlerOptions } from './handlers.ts';
import { lazyScenario } from './lazy-scenario.ts';
import type { ScenarioMessage } from './scenarios/contract.ts';

export type { Answer, Answering, Answers } from './answers/types.ts';
export type { ScenarioMessage } from './scenarios/contract.ts';

type Given = Pick<
  HandlerOptions,
  | 'origin'
  | 'basePath'
  | 'strict'
  | 'dynamic'
  | 'delayMs'
  | 'chaos'
  | 'seed'
  | 'answers'
  | 'cookies'
  | 'inPage'
>;

export interface MocksOptions extends Given {
  /** Answer out of a scenario, such as `returning-shopper`, instead of the documented examples. */
  scenario?: string;
  /** Of the scenario, such as `{ sendGapSeconds: 30 }`. */
  limits?: Partial<Limits>;
}

export interface Mocks {
  handlers: HttpHandler[];
  /** What the scenario has sent, the newest first; empty without a scenario. */
  inbox(to?: string): Promise<ScenarioMessage[]>;
}

/**
 * The mock, and what it has sent. `server.resetHandlers()` resets it.
 * @throws TypeError when `origin` is no http address, or an answer is not what its operation can answer
 */
export function createMocks({ scenario, limits, ...options }: MocksOptions = {}): Mocks {
  const { seed } = options;
  const scenarios = scenario === undefined ? undefined : lazyScenario(scenario, { limits, seed });
  return {
    handlers: plainHandlers({ ...options, scenarios }),
    inbox: async (to) => (await scenarios?.inbox(new Request('http://localhost'), to)) ?? [],
  };
}

/**
 * The mock's MSW handlers: `setupServer(...handlers())`. They answer the documented operations and leave all else alone.
 * @throws TypeError as `createMocks` does
 */
export const handlers = (options: MocksOptions = {}): HttpHandler[] =>
  createMocks(options).handlers;

/**
 * Handlers for some operations only, typed by their names: `server.use(...override({ application: { logout: { error:
 * 'unavailable' } } }))`. When their answers are used up, what stands behind them answers again.
 * @throws TypeError as `createMocks` does
 */
export const override = (
  answers: Answers,
  options: Omit<MocksOptions, 'answers' | 'scenario'> = {},
): HttpHandler[] => plainHandlers({ ...options, answers, onlyChosen: true });
