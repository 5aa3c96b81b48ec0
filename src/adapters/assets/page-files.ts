/** Where the hosted pages' files are. Their names hold their hashes, which scripts/assets.ts knows; it leaves a list. */
import { Outage, type PageFiles } from '../../ports/index.ts';
import { withTimeout } from '../deadline.ts';

/** The host is of no meaning to the binding. */
const FILE = 'https://assets/data/hosted-pages.json';

/**
 * Reads the list once per isolate: it is deployed with the Worker.
 * @returns the reader, which throws an Outage when the assets do not answer
 */
export function assetPageFiles(assets: Pick<Fetcher, 'fetch'>): () => Promise<PageFiles> {
  let loading: Promise<PageFiles> | undefined;

  async function load(): Promise<PageFiles> {
    try {
      const response = await withTimeout('Assets', assets.fetch(FILE));
      if (!response.ok) throw new Error(`the list answered ${response.status}`);
      // Written by scripts/assets.ts.
      return await response.json<PageFiles>();
    } catch (error) {
      // Not remembered: the next page asks again.
      loading = undefined;
      throw new Outage('Assets', error);
    }
  }

  return async () => {
    loading ??= load();
    return loading;
  };
}
