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

/** @param fetcher in place of the runtime's own, in tests */
export const createOutbound = (fetcher?: Fetch): Outbound => ({
  call: async (url, options) => call(url, options, fetcher),
  download: async (url, options) => download(url, options, fetcher),
});
