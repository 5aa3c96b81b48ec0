/** `/auth/login` and its like: the pages of the application that lists the request's host as a domain. */
import type { Context, Hono } from 'hono';
import { accepts } from 'hono/accepts';
import { applicationAt } from '../../domain/hosted-pages/application-at.ts';
import { returnTarget } from '../../domain/hosted-pages/return-target.ts';
import { errorResponse } from '../../http/errors.ts';
import type { ServerEnv } from '../../http/server.ts';
import type { Application, HostedPages, Language, ServicePorts } from '../../ports/index.ts';
import { err } from '../../shared/result.ts';
import { hostedPage, noticePage, type Notice } from './page.ts';
import { NOTICE_POLICY, pagePolicy } from './policy.ts';
import { PAGES, TEXTS, type PageLanguage, type PageName } from './texts.ts';

type PageContext = Context<ServerEnv>;

/** Whose pages they are: on the Worker by its records, on the mock always the demo shop's. */
export interface PageSource {
  pages: HostedPages;
  /** @param url of the request */
  applicationAt(url: string): Promise<Application | undefined>;
  /** Its publishable token; undefined when that is not at hand. */
  tokenOf(application: Application): Promise<string | undefined>;
  /** The dependency that failed, if that is what an error says. */
  isOutage(error: unknown): string | undefined;
}

const UNAVAILABLE: Notice = {
  title: 'Please try again',
  text: 'The page cannot be shown at the moment. Please try again in a minute.',
};

const unknownHost = (host: string): Notice => ({
  title: 'No shop lives here',
  text: `No application lists ${host} as its domain, or several do. The operator runs:`,
  command: `npm run admin -- application set APPLICATION-ID --domain ${host} --domain …`,
});

const withoutKey = ({ id }: Application): Notice => ({
  title: 'This page is not set up yet',
  text: 'The key of the shop is not at hand to this page. The operator runs the line below, with SEALING_KEYS in the environment, and gives the new token to the storefront:',
  command: `npm run admin -- application rotate-token ${id}`,
});

/** Of the browser's languages the first that there are texts in; else that of the shop's messages. */
function languageOf(c: PageContext, standard: Language): PageLanguage {
  const supports = Object.keys(TEXTS);
  const chosen = accepts(c, {
    header: 'Accept-Language',
    supports,
    default: standard,
    match: (accepted, { default: otherwise }) =>
      accepted
        .toSorted((a, b) => b.q - a.q)
        .map(({ type }) => type.toLowerCase().split('-')[0] ?? '')
        .find((tag) => supports.includes(tag)) ?? otherwise,
  });
  return chosen === 'hi' ? 'hi' : 'en';
}

/** The application's token, if it is at hand and still the right one. */
async function tokenOf(
  { vault, directory }: ServicePorts,
  { id, sealedToken }: Application,
): Promise<string | undefined> {
  if (sealedToken === undefined) return undefined;
  let token: string;
  try {
    token = await vault.open('application_token', sealedToken);
  } catch {
    // Its key has been retired.
    return undefined;
  }
  return (await directory.authenticate(id, token)) && token;
}

async function styleOf(pages: HostedPages): Promise<string | undefined> {
  try {
    return (await pages.files()).style;
  } catch {
    // What is to be said is said without.
    return undefined;
  }
}

/** Where a sign-in leads that says nothing else: to the storefront, and where that is this very host, to the account. */
const standardTarget = ({ storefrontUrl }: Application, pageOrigin: string): string =>
  storefrontUrl === pageOrigin ? `${pageOrigin}/auth/account` : `${storefrontUrl}/`;

/** Adds the pages of a source. Whatever goes wrong is answered with a page too. */
export function servePages(app: Hono<ServerEnv>, source: PageSource): void {
  const { pages } = source;

  async function notice(c: PageContext, status: 404 | 503, told: Notice): Promise<Response> {
    const style = await styleOf(pages);
    return c.html(noticePage(told, style), status, { 'content-security-policy': NOTICE_POLICY });
  }

  async function show(c: PageContext, name: PageName): Promise<Response> {
    const { origin, hostname } = new URL(c.req.url);
    const application = await source.applicationAt(c.req.url);
    if (!application) return notice(c, 404, unknownHost(hostname));
    const token = await source.tokenOf(application);
    if (token === undefined) return notice(c, 503, withoutKey(application));
    const { id, config, domains, storefrontUrl } = application;
    const wanted = c.req.query('return_to') ?? '';
    const captchaSiteKey = config.skip_captcha ? undefined : pages.captchaSiteKey;
    const page = hostedPage({
      name,
      language: languageOf(c, application.language),
      shop: config.name || application.name,
      storefrontUrl,
      applicationId: id,
      token,
      files: await pages.files(),
      returnTo:
        returnTarget(wanted, { domains, storefrontUrl, pageOrigin: origin }) ??
        standardTarget(application, origin),
      captchaSiteKey,
      inboxPath: pages.inboxPath,
    });
    return c.html(page, 200, {
      'content-security-policy': pagePolicy(config, captchaSiteKey !== undefined),
      // Providers' windows answer by their opener.
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      // Addresses of links hold their code.
      'cache-control': 'no-store',
      vary: 'accept-language',
    });
  }

  for (const name of PAGES) {
    const path = `/auth/${name}`;
    app.get(path, async (c) => {
      try {
        return await show(c, name);
      } catch (error) {
        const outage = source.isOutage(error);
        if (outage === undefined) throw error;
        c.set('failure', err('unavailable', { internal: outage }));
        return notice(c, 503, UNAVAILABLE);
      }
    });
    app.all(path, (c) => {
      const failure = err('method_not_allowed');
      c.set('failure', failure);
      const response = errorResponse(failure, c.get('caller').requestId);
      response.headers.set('allow', 'GET, HEAD');
      return response;
    });
  }
}

/** Adds the pages of the application whose domain the request's host is, where a deployment has pages. */
export function serveHostedPages(
  app: Hono<ServerEnv>,
  service: ServicePorts,
  isOutage: PageSource['isOutage'],
): void {
  const { hostedPages, directory } = service;
  if (!hostedPages) return;
  servePages(app, {
    pages: hostedPages,
    async applicationAt(url) {
      return applicationAt(await directory.applicationsAt(new URL(url).hostname), url);
    },
    tokenOf: async (application) => tokenOf(service, application),
    isOutage,
  });
}
