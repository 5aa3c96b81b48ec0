/** The reference page, which scripts/assets.ts leaves among the static files. */
import { Outage } from '../../ports/index.ts';
import { withTimeout } from '../deadline.ts';

/** The host is of no meaning to the binding. */
const FILE = 'https://assets/docs/reference.html';

/**
 * Not kept: it is large, and seldom read.
 * @returns the reader, which throws an Outage when the assets do not answer
 */
export function assetReferencePage(assets: Pick<Fetcher, 'fetch'>): () => Promise<Response> {
  return async () => {
    try {
      const response = await withTimeout('Assets', assets.fetch(FILE));
      if (!response.ok) throw new Error(`the page answered ${response.status}`);
      return response;
    } catch (error) {
      throw new Outage('Assets', error);
    }
  };
}
