/** Settings of the running mock, and the answers that were chosen beforehand. */
import { html } from 'hono/html';
import { code, type Html } from '../../src/ui/layout.ts';
import type { Mock, MockOptions } from '../app.ts';
import { MAX_DELAY_MS } from '../bounds.ts';
import { HOME } from './frame.ts';

/** What the reader has typed, when it was not taken. */
export interface Refused {
  message: string;
  form: FormData;
}

const check = (name: string, label: string, isChecked: boolean): Html => html`
  <label class="check">
    <input name="${name}" type="checkbox" ${isChecked ? 'checked' : ''} /> ${label}
  </label>
`;

function settingsForm(options: MockOptions, refused?: Refused): Html {
  const { chaos = 0, delayMs = 0, strict = false, dynamic = false, seed = 1 } = options;
  const typed = (name: string, now: number): string => {
    const value = refused?.form.get(name);
    return typeof value === 'string' ? value : String(now);
  };
  return html`
    <form method="post" action="${HOME}/panel/settings" class="card" aria-labelledby="settings">
      <h2 id="settings">For every request</h2>
      ${refused ? html`<p role="alert" class="mistake">${refused.message}</p>` : ''}
      <label for="chaos">Chaos, in percent</label>
      <input
        id="chaos"
        name="chaos"
        inputmode="decimal"
        required
        value="${typed('chaos', Number((chaos * 100).toFixed(6)))}"
        aria-describedby="chaos-hint"
      />
      <p class="hint" id="chaos-hint">
        This share fails with 429, 500, 503 or a cut connection. Affected responses carry
        <code>x-mock-chaos</code>. Seed ${seed}.
      </p>
      <label for="delay">Delay, in milliseconds</label>
      <input
        id="delay"
        name="delay"
        inputmode="decimal"
        required
        value="${typed('delay', delayMs)}"
        aria-describedby="delay-hint"
      />
      <p class="hint" id="delay-hint">
        Added to every answer, at most ${MAX_DELAY_MS.toLocaleString('en')}.
      </p>
      ${check('strict', 'Strict: require credentials of the right form', strict)}
      ${check('dynamic', 'Dynamic: invented data instead of the examples', dynamic)}
      <button>Apply</button>
    </form>
  `;
}

const EXAMPLE = `{"answers": {"application": {"loginWithOTP": [{"error": "unavailable", "times": 2}, {"example": true}]}}}`;

function answersCard(mock: Mock, who: string): Html {
  const chosen = mock.answers.toJSON(who);
  const isEmpty = Object.keys(chosen).length === 0;
  return html`
    <section class="card" aria-labelledby="answers">
      <h2 id="answers">Chosen answers</h2>
      <p class="hint">
        ${isEmpty ? 'None. A test chooses them' : 'Pending, for this browser. A test changes them'}
        with <code>PUT /_mock/answers</code>${isEmpty ? ':' : '.'}
      </p>
      ${code(isEmpty ? EXAMPLE : JSON.stringify(chosen, undefined, 2), 'Chosen answers')}
      <p class="hint">
        As JSON:
        ${['settings', 'answers', 'scenario', 'requests.json'].map(
          (name) => html`<a href="/_mock/${name}?json">/_mock/${name}</a> `,
        )}
      </p>
    </section>
  `;
}

export const settingsPage = (
  options: MockOptions,
  mock: Mock,
  who: string,
  refused?: Refused,
): Html => html`
  <h1>Settings</h1>
  <p class="lead">They hold until the mock is stopped.</p>
  <div class="grid two">${settingsForm(options, refused)} ${answersCard(mock, who)}</div>
`;
