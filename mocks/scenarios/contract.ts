/**
 * The interface between the mock and its scenarios. The scenarios are the real handlers on memory ports; they are passed in
 * (`MockOptions.scenarios`), so that the plain mock, its Worker and its page have no domain in them.
 */

/** Names the scenario that an answer came out of. */
export const SCENARIO_HEADER = 'x-mock-scenario';

export interface ScenarioInfo {
  name: string;
  /** A few words, for a list. */
  title: string;
  /** What is there and what can be tried, in a sentence or two. */
  about: string;
}

/** A message that a scenario sent; the same form as the dev inbox of `npm start`. */
export interface ScenarioMessage {
  id: string;
  channel: 'sms' | 'email';
  to: string;
  template: string;
  text: string;
  otp?: string;
  link?: string;
  code?: string;
  created_at: string;
}

export interface ScenarioHost {
  readonly scenarios: readonly ScenarioInfo[];
  /** The scenario of the request's browser, else that of the server; undefined in plain mode. */
  chosen(request: Request): string | undefined;
  /**
   * Chooses for one browser, or for everyone who has not chosen; undefined is plain mode.
   * @returns `Set-Cookie` lines for the answer
   */
  choose(request: Request, name: string | undefined, whom: 'browser' | 'server'): string[];
  /** Restarts the browser's scenario. */
  reset(request: Request): void;
  /** Restarts the scenarios of all browsers. */
  resetAll(): void;
  /** What was sent in the browser's scenario, the newest first. */
  inbox(request: Request, to?: string): Promise<ScenarioMessage[]>;
  /** Answers one of the table's operations out of the chosen scenario. */
  fetch(request: Request): Promise<Response>;
}
