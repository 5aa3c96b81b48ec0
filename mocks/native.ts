/**
 * Ready for React Native: `server.listen()` at the start of the app. MSW's own parts stand in front of `fetch` and
 * XMLHttpRequest; cookies are kept here, since there is no browser that does.
 */
import { FetchInterceptor } from '@mswjs/interceptors/fetch';
import { XMLHttpRequestInterceptor } from '@mswjs/interceptors/XMLHttpRequest';
import { defineNetwork, InterceptorSource } from 'msw/experimental';
import { handlers } from './index.ts';

export * from './index.ts';

const network = defineNetwork({
  sources: [
    new InterceptorSource({
      interceptors: [new FetchInterceptor(), new XMLHttpRequestInterceptor()],
    }),
  ],
  handlers: handlers({ inPage: false, cookies: true }),
  onUnhandledFrame: 'bypass',
  // As in MSW's own set-up for tests: not a group of lines on the console for each request.
  context: { quiet: true },
});

export const server = {
  listen: (): unknown => network.enable(),
  close: (): unknown => network.disable(),
  use: network.use.bind(network),
  resetHandlers: network.resetHandlers.bind(network),
};
