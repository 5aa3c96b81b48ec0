/** A page of a front-end developer: the published SDK, and behind it nothing but the mock in its service worker. */
import { ApplicationClient, ApplicationConfig } from '@gofynd/fdk-client-javascript/application.js';
import { worker } from '../../../mocks/browser.ts';
import { handlers } from '../../../mocks/handlers.ts';

type Method = (args: object) => Promise<unknown>;

/** What the SDK answers, or the status and body of its error. */
export type Heard = { answer: unknown } | { status: number; body: unknown };

export interface ShopPage {
  /** Asks for credentials and a session, as the real server does. */
  start(): Promise<void>;
  call(operationId: string, args?: object): Promise<Heard>;
}

const shop: ShopPage = {
  async start() {
    worker.use(...handlers({ inPage: true, strict: true }));
    await worker.start({ quiet: true, onUnhandledFrame: 'bypass' });
  },
  async call(operationId, args = {}) {
    const config = new ApplicationConfig({
      applicationID: '000000000000000000000001',
      applicationToken: 'any-token',
      domain: (globalThis as unknown as { origin: string }).origin,
    });
    // Its methods are looked up by the names of the documents.
    const methods = new ApplicationClient(config, {}).user as unknown as Record<string, Method>;
    try {
      return { answer: await methods[operationId]?.call(methods, args) };
    } catch (error) {
      const { code, details } = error as { code: number; details: unknown };
      return { status: code, body: details };
    }
  },
};
Object.assign(globalThis, { shop });
