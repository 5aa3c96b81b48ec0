/** Calls to the outside world. Adapters are given this, and never a `fetch`. */
import { call, type Answer, type CallOptions } from './call.ts';
import { download, type Download, type DownloadOptions, type DownloadRefused } from './download.ts';
import type { Fetch } from './send.ts';

export interface Outbound {
  /** @throws CallFailed */
  call(url: string, options: CallOptions): Promise<Answer>;
  /** @throws CallFailed */
  download(url: string, options: DownloadOptions): Promise<Download | DownloadRefused>;
}

/**
 * @param fetcher in place of the runtime's own, in tests
 * @param traceparent of the running request; it goes on with its calls, unchanged
 */
export const createOutbound = (
  fetcher?: Fetch,
  traceparent: () => string | undefined = () => undefined,
): Outbound => ({
  async call(url, options) {
    const trace = traceparent();
    const headers =
      trace === undefined ? options.headers : { ...options.headers, traceparent: trace };
    return call(url, { ...options, headers }, fetcher);
  },
  download: async (url, options) => download(url, options, fetcher),
});
