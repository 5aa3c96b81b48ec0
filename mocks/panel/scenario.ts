/** The first page: the choice of a scenario, whom it is for, and the messages that it has sent. */
import { html } from 'hono/html';
import { DEMO_CREDENTIALS } from '../../src/shared/demo-shop.ts';
import { factsCard, type Html } from '../../src/ui/layout.ts';
import type { ScenarioHost, ScenarioInfo, ScenarioMessage } from '../scenarios/contract.ts';
import { HOME } from './frame.ts';
import { localTime } from './time.ts';

const EXAMPLES: ScenarioInfo = {
  name: '',
  title: 'Documented examples',
  about: 'Every operation answers its documented example. Any code, id and token is accepted.',
};

/** @param whom who is chosen for, from the last choice */
function choices(host: ScenarioHost, chosen: string | undefined, whom: string): Html {
  const current = chosen ?? '';
  const row = ({ name, title, about }: ScenarioInfo): Html => html`
    <li>
      <button name="scenario" value="${name}" aria-pressed="${String(name === current)}">
        <span>${title}</span> ${name === '' ? '' : html`<code class="quiet">${name}</code>`}
      </button>
      ${name === current ? html`<p class="about">${about}</p>` : ''}
    </li>
  `;
  const radio = (value: string, text: string): Html => html`
    <label>
      <input type="radio" name="whom" value="${value}" ${whom === value ? 'checked' : ''} />
      ${text}
    </label>
  `;
  return html`
    <form method="post" action="${HOME}/panel/scenario" class="card">
      <h2 id="scenario">Answer with</h2>
      <ul class="scenarios">
        ${[EXAMPLES, ...host.scenarios].map(row)}
      </ul>
      <fieldset class="whom">
        <legend class="quiet">Applies to</legend>
        ${radio('browser', 'this browser')} ${radio('server', 'everyone who has not chosen')}
      </fieldset>
      ${
        chosen === undefined
          ? ''
          : html`<p class="buttons">
              <button class="second-choice" formaction="${HOME}/panel/reset">
                Restart scenario
              </button>
            </p>`
      }
    </form>
  `;
}

const credentials = (): Html =>
  factsCard('credentials', 'Credentials of the demo shop', DEMO_CREDENTIALS);

const PAGES = [
  ['/auth/login', 'Login page', 'sign in, register, reset a password'],
  ['/auth/account', 'Account page', 'profile, emails, numbers, devices, deletion'],
] as const;

/** The hosted pages: made of the elements, working on what the mock answers. */
const pagesSection = (): Html => html`
  <section class="card" aria-labelledby="pages">
    <h2 id="pages">Pages of the shop</h2>
    <ul>
      ${PAGES.map(
        ([href, text, about]) =>
          html`<li><a href="${href}">${text}</a> <span class="quiet">${about}</span></li>`,
      )}
    </ul>
  </section>
`;

function messageItem({ channel, to, text, otp, link, created_at }: ScenarioMessage): Html {
  const isSafe = link !== undefined && /^https?:/.test(link);
  return html`
    <li class="message">
      <p class="quiet">${channel === 'sms' ? 'SMS' : 'Email'} to ${to}, ${localTime(created_at)}</p>
      ${otp === undefined ? '' : html`<p class="otp">${otp}</p>`}
      <p class="text">${text}</p>
      ${isSafe ? html`<p><a href="${link}" rel="noreferrer">Open the link</a></p>` : ''}
    </li>
  `;
}

export const inboxSection = (messages: readonly ScenarioMessage[]): Html =>
  html`<section aria-labelledby="inbox" id="inbox-section">
    <h2 id="inbox">Inbox</h2>
    ${
      messages.length === 0
        ? html`<p class="empty">Codes and links that the scenario sends show up here.</p>`
        : ''
    }
    <ol class="rows">
      ${messages.map(messageItem)}
    </ol>
  </section>`;

export interface ScenarioPage {
  host?: ScenarioHost;
  /** Of the reader's own browser, else of the server. */
  chosen?: string;
  messages: readonly ScenarioMessage[];
  origin: string;
  whom: string;
  /** Whether the hosted pages are served. */
  hasPages: boolean;
}

export const scenarioPage = (page: ScenarioPage): Html => {
  const { host, chosen, messages, origin, whom, hasPages } = page;
  return html`
    <h1>Scenario</h1>
    <p class="lead">
      <code>${origin}</code> is answering
      ${chosen === undefined ? 'the documented examples' : html`the scenario <b>${chosen}</b>`}.
    </p>
    <div class="grid two">
      ${host ? choices(host, chosen, whom) : html`<p class="empty">No scenarios here.</p>`}
      <div class="stack">
        ${chosen === undefined ? '' : inboxSection(messages)} ${hasPages ? pagesSection() : ''}
        ${credentials()}
      </div>
    </div>
  `;
};
