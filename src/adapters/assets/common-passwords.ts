/**
 * The list of common passwords, a static file that is deployed with the Worker: too large for the bundle, and needed only
 * when a password is set. It is read once per isolate.
 */
import { Outage, type CommonPasswords } from '../../ports/index.ts';
import { withTimeout } from '../deadline.ts';

/** The host is of no meaning to the binding. */
const FILE = 'https://assets/data/common-passwords.txt';

/** The list of common passwords, read from the assets once per isolate. Throws an Outage when they do not answer. */
export function assetPasswords(assets: Pick<Fetcher, 'fetch'>): CommonPasswords {
  let loading: Promise<ReadonlySet<string>> | undefined;

  async function load(): Promise<ReadonlySet<string>> {
    try {
      const response = await withTimeout('Assets', assets.fetch(FILE));
      if (!response.ok) throw new Error(`the list answered ${response.status}`);
      return new Set((await response.text()).split('\n').filter(Boolean));
    } catch (error) {
      // Not remembered: the next password asks again.
      loading = undefined;
      throw new Outage('Assets', error);
    }
  }

  return {
    async has(password) {
      loading ??= load();
      return (await loading).has(password);
    },
  };
}
