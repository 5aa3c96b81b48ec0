/** What both elements share: where the API is, the shop's configuration, texts, and how an action runs and fails. */
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { call, type Connection } from './api/client.ts';
import { ApiError } from './api/error.ts';
import type { OperationId } from './api/routes.ts';
import type { Answer, Body, Config, Query } from './api/types.ts';
import { NO_PROBLEM, problemOf, type Problem } from './flow/problems.ts';
import { languageOf, textsOf, type Language, type Texts } from './texts/index.ts';
import { solveCaptcha, type CaptchaAction } from './ui/captcha.ts';
import type { FormContext } from './ui/controls.ts';

const isColour = (value: string | undefined): value is string =>
  value !== undefined && value !== '' && CSS.supports('color', value);

/** What a page hears of a refusal or an outage. */
export interface ErrorDetail {
  /** Of the API, such as `otp_invalid`; `unreachable` when no answer came. */
  code: string;
  status: number;
  message: string;
  requestId: string | undefined;
}

export abstract class VestibuleElement extends LitElement {
  static override properties: PropertyDeclarations = {
    api: { type: String },
    applicationId: { type: String, attribute: 'application-id' },
    applicationToken: { type: String, attribute: 'application-token' },
    captchaSiteKey: { type: String, attribute: 'captcha-site-key' },
    language: { type: String },
    texts: { attribute: false },
    config: { attribute: false },
    busy: { state: true },
    problem: { state: true },
    status: { state: true },
  };
  declare api: string;
  declare applicationId: string;
  declare applicationToken: string;
  declare captchaSiteKey: string;
  declare language: string;
  declare texts: Partial<Texts>;
  declare config: Config | undefined;
  declare busy: string;
  declare problem: Problem;
  /** What was just done, for everybody to read or hear. */
  declare status: string;

  #retry: (() => void) | undefined;
  /** What is to be focused when the next view is drawn. */
  #focus: string | undefined;

  constructor() {
    super();
    this.api = '';
    this.applicationId = '';
    this.applicationToken = '';
    this.captchaSiteKey = '';
    this.language = '';
    this.texts = {};
    this.busy = '';
    this.problem = NO_PROBLEM;
    this.status = '';
  }

  /** The language of the texts: the own attribute, that of the page around, then the browser's. */
  get textLanguage(): Language {
    const around = this.closest('[lang]')?.getAttribute('lang');
    return languageOf(
      [this.language, around ?? '', ...navigator.languages].filter((tag) => tag !== ''),
    );
  }

  get words(): Texts {
    return textsOf(this.textLanguage, this.texts);
  }

  get form(): FormContext {
    return { texts: this.words, problems: this.problem.fields, busy: this.busy };
  }

  get connection(): Connection {
    const { api, applicationId, applicationToken } = this;
    return { api, applicationId, applicationToken };
  }

  /** One operation of the API. */
  async call<K extends OperationId>(
    operation: K,
    parts?: { body?: Body<K>; query?: Query<K> },
  ): Promise<Answer<K>> {
    return call(this.connection, operation, parts);
  }

  /** The solution of a captcha for a call, where the page has a site key and the shop asks for one. */
  async captcha(action: CaptchaAction): Promise<string | undefined> {
    const { captchaSiteKey: siteKey, textLanguage: language } = this;
    if (!siteKey || this.config?.skip_captcha === true) return undefined;
    return solveCaptcha(this, { siteKey, action, language });
  }

  /** Where a refusal leads, beside its message; true when that says it all. */
  protected abstract onRefusal(error: ApiError): boolean;

  /**
   * Runs one action at a time: what went wrong is told, and an outage can be tried again.
   * @param fields those of the form, whose problems stand beside them
   */
  async attempt(
    action: string,
    work: () => Promise<void>,
    fields: readonly string[] = [],
  ): Promise<void> {
    if (this.busy !== '') return;
    this.busy = action;
    this.problem = NO_PROBLEM;
    this.status = '';
    this.#retry = () => void this.attempt(action, work, fields);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.emit('error', {
        code: error.code,
        status: error.status,
        message: error.message,
        requestId: error.requestId,
      } satisfies ErrorDetail);
      if (!this.onRefusal(error)) {
        this.problem = problemOf(error, this.words, new Set(fields));
        this.focusNext('problem');
      }
    } finally {
      this.busy = '';
    }
  }

  /** Tells of fields that are filled in wrongly, before anything is sent. True when there are none. */
  check(problems: Readonly<Record<string, string | undefined>>): boolean {
    const found = Object.entries(problems).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    );
    this.problem = { ...NO_PROBLEM, fields: new Map(found) };
    if (found.length > 0) this.focusNext('problem');
    return found.length === 0;
  }

  /** Mistakes of the page, which no shopper can mend. */
  warn({ code }: ApiError): void {
    if (code === 'unauthorized' || code === 'origin_refused' || code === 'not_found') {
      const what = 'check the attributes api, application-id and application-token';
      console.error(`<${this.localName}>: the API answers ${code}; ${what}`);
    }
  }

  say(message: string): void {
    this.problem = { ...NO_PROBLEM, message };
  }

  /** `error` stays at the element: one that bubbled would reach what listens to the window for faults of scripts. */
  emit(name: string, detail: unknown): void {
    const bubbles = name !== 'error';
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles, composed: bubbles }));
  }

  /** @param what `view`: the first field or else the heading of what comes; `problem`: what is wrong; else an id */
  focusNext(what: string): void {
    this.#focus = what;
    this.requestUpdate();
  }

  #elementFor(what: string): HTMLElement | null {
    const find = (selector: string): HTMLElement | null => this.renderRoot.querySelector(selector);
    if (what === 'problem') return find('[aria-invalid="true"]') ?? find('#problem');
    if (what === 'view') {
      const field = 'form :is(input, select, textarea):not([readonly], [tabindex="-1"])';
      return find(field) ?? find('h2');
    }
    return find(`#${what}`);
  }

  override updated(): void {
    const what = this.#focus;
    if (what === undefined || this.busy !== '') return;
    this.#focus = undefined;
    this.#elementFor(what)?.focus();
  }

  override firstUpdated(): void {
    this.#paint();
  }

  /** The colours of the configuration, by CSSOM: a strict policy of the page forbids style attributes. */
  #paint(): void {
    const { look_and_feel, flash_card } = this.config ?? {};
    const colours = {
      '--_shop-background': look_and_feel?.background_color,
      '--_flash-background': flash_card?.background_color,
      '--_flash-text': flash_card?.text_color,
    };
    for (const [name, value] of Object.entries(colours)) {
      if (isColour(value)) this.style.setProperty(name, value);
      else this.style.removeProperty(name);
    }
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has('config') && this.hasUpdated) this.#paint();
  }

  /** What is wrong with the whole form, and what was done: there from the beginning, so that it is read out. */
  messages(): TemplateResult {
    const { message, isOutage } = this.problem;
    const { words, status } = this;
    return html`<div role="alert">
        ${
          message
            ? html`<div class="alert" part="alert" id="problem" tabindex="-1">
                ${message}
                ${
                  isOutage
                    ? html`<button
                        part="button secondary-button"
                        class="button small-button danger"
                        type="button"
                        @click=${() => this.#retry?.()}
                      >
                        ${words.retry}
                      </button>`
                    : nothing
                }
              </div>`
            : nothing
        }
      </div>
      <div role="status">
        ${status ? html`<p class="notice" part="notice">${status}</p>` : nothing}
      </div>`;
  }
}
