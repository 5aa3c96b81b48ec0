/** What a scenario is: a row of a table. Adding one takes a row and nothing else. */
import type { MemoryState } from '../../src/adapters/memory/state.ts';
import type { Application, Limits, PlatformConfig, Ports } from '../../src/ports/index.ts';
import type { ScenarioInfo } from './contract.ts';

export interface Preparation {
  ports: Ports;
  application: Application;
  /** Behind the ports, for changes of an account that no port makes. */
  state: MemoryState;
  now: number;
}

export interface Scenario extends ScenarioInfo {
  /** What differs from the demo shop's login options. */
  config?: Partial<PlatformConfig>;
  /** What differs from the real limits; by default only how often codes are sent, so that a reload is no wait. */
  limits?: Partial<Limits>;
  /** What differs in its record. */
  record?: Partial<Application>;
  /**
   * Who and what is there when it begins.
   * @returns a session cookie to hand out with the first answer
   */
  prepare?(given: Preparation): Promise<{ value: string; maxAge: number } | void>;
}
