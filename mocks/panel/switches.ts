/** What the running mock can be told: trouble, slowness, credentials, a scenario. Plain forms. */
import { html } from 'hono/html';
import type { MockOptions } from '../app.ts';
import type { ScenarioHost, ScenarioMessage } from '../scenario-host.ts';
import type { Html } from './layout.ts';

/** @param wrong what was wrong with the settings just sent */
export function settingsForm(options: MockOptions, wrong?: string): Html {
  const { chaos = 0, delayMs = 0, strict = false, seed = 1 } = options;
  return html`<form method="post" action="/_mock/settings" class="card" aria-labelledby="settings">
    <h2 id="settings">For every request</h2>
    ${wrong === undefined ? '' : html`<p role="alert" class="mistake">${wrong}</p>`}
    <label for="chaos">Chaos, in percent</label>
    <input
      id="chaos"
      name="chaos"
      type="number"
      min="0"
      max="100"
      step="any"
      required
      value="${Number((chaos * 100).toFixed(6))}"
      aria-describedby="chaos-hint"
    />
    <p class="hint" id="chaos-hint">
      Struck with 429, 500, 503 or a cut connection, and marked <code>x-mock-chaos</code>. Seed
      ${seed}.
    </p>
    <label for="delay">Delay, in milliseconds</label>
    <input
      id="delay"
      name="delay"
      type="number"
      min="0"
      max="600000"
      step="1"
      required
      value="${delayMs}"
    />
    <label class="check">
      <input name="strict" type="checkbox" ${strict ? 'checked' : ''} />
      Strict: demand credentials of the right form
    </label>
    <button>Apply</button>
  </form>`;
}

/** @param chosen of the reader's own browser, else of the server */
export function scenarioForm({ scenarios }: ScenarioHost, chosen: string | undefined): Html {
  const option = (name: string, title: string, about: string): Html =>
    html`<label class="choice">
      <input
        type="radio"
        name="scenario"
        value="${name}"
        ${(chosen ?? '') === name ? 'checked' : ''}
      />
      <span><b>${title}</b> <span class="hint">${about}</span></span>
    </label>`;
  return html`<form
    method="post"
    action="/_mock/panel/scenario"
    class="card"
    aria-labelledby="scenario"
  >
    <h2 id="scenario">Scenario</h2>
    <fieldset>
      <legend>What answers</legend>
      ${option('', 'None', 'The documented examples.')}
      ${scenarios.map(({ name, title, about }) => option(name, title, `${name}. ${about}`))}
    </fieldset>
    <label for="whom">For</label>
    <select id="whom" name="whom">
      <option value="browser">this browser</option>
      <option value="server">everyone who has not chosen</option>
    </select>
    <p class="buttons">
      <button>Choose</button>
      <button class="second-choice" formaction="/_mock/panel/reset">
        Start this scenario anew
      </button>
    </p>
  </form>`;
}

function messageItem({ channel, to, text, otp, link, created_at }: ScenarioMessage): Html {
  const safe = link !== undefined && /^https?:/.test(link);
  return html`<li class="message">
    <p class="quiet">${channel} to ${to}, ${created_at.slice(11, 19)} UTC</p>
    ${otp === undefined ? '' : html`<p class="otp">${otp}</p>`}
    <p class="text">${text}</p>
    ${safe ? html`<p><a href="${link}" rel="noreferrer">Open the link</a></p>` : ''}
  </li>`;
}

export const inboxSection = (messages: readonly ScenarioMessage[]): Html =>
  html`<section aria-labelledby="inbox" class="card" id="inbox-section">
    <h2 id="inbox">Inbox</h2>
    ${messages.length === 0 ? html`<p class="quiet">Codes and links that the scenario sends show up here.</p>` : ''}
    <ol class="rows">
      ${messages.map(messageItem)}
    </ol>
  </section>`;
