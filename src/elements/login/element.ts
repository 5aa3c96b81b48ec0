/** `<vestibule-login>`: signs shoppers in, registers them, resets passwords and uses the links of messages. */
import {
  html,
  nothing,
  type PropertyDeclarations,
  type PropertyValues,
  type TemplateResult,
} from 'lit';
import { call } from '../api/client.ts';
import { ApiError } from '../api/error.ts';
import type { Kind } from '../api/types.ts';
import { VestibuleElement } from '../base.ts';
import { NO_PROBLEM } from '../flow/problems.ts';
import { begin, INITIAL, type Entry, type LoginState, type Screen } from '../flow/state.ts';
import { refused } from '../flow/steps.ts';
import { STYLE } from '../ui/style.ts';
import { codeFromSms } from '../ui/web-otp.ts';
import { verifyCode } from './actions.ts';
import { passwordScreen, profileScreen, registerScreen, startScreen } from './screens/enter.ts';
import { codesScreen, forgotScreen, newPasswordScreen } from './screens/prove.ts';
import * as say from './screens/say.ts';
import { LOGIN_STYLE } from './style.ts';

const SCREENS: Readonly<Record<Screen, (host: VestibuleLogin) => TemplateResult>> = {
  loading: say.loadingScreen,
  outage: say.outageScreen,
  closed: (host) => say.deadEndScreen(host, 'closed'),
  start: startScreen,
  password: passwordScreen,
  register: registerScreen,
  codes: codesScreen,
  profile: profileScreen,
  forgot: forgotScreen,
  link_sent: say.linkSentScreen,
  new_password: newPasswordScreen,
  link: say.linkScreen,
  verified: say.verifiedScreen,
  link_invalid: say.linkInvalidScreen,
  unverified: (host) => say.deadEndScreen(host, 'unverified'),
  blocked: (host) => say.deadEndScreen(host, 'blocked'),
  deleted: (host) => say.deadEndScreen(host, 'deleted'),
  present: say.presentScreen,
  done: say.doneScreen,
};

const TICK_MS = 1000;

export class VestibuleLogin extends VestibuleElement {
  static override styles = [...STYLE, LOGIN_STYLE];
  static override properties: PropertyDeclarations = {
    entry: { type: String },
    code: { type: String },
    identifier: { type: String },
    returnTo: { type: String, attribute: 'return-to' },
    state: { state: true },
    now: { state: true },
  };

  declare entry: Entry;
  /** Of a link; that of the page's address (`?code=`) when left out. */
  declare code: string | undefined;
  declare identifier: 'any' | Kind;
  declare returnTo: string;
  declare state: LoginState;
  /** Milliseconds; moves while a resend waits. */
  declare now: number;

  #ticking: ReturnType<typeof setInterval> | undefined;
  #sms: AbortController | undefined;

  constructor() {
    super();
    this.entry = 'login';
    this.identifier = 'any';
    this.returnTo = '';
    this.state = INITIAL;
    this.now = Date.now();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // After the page has set what it sets behind the tag.
    queueMicrotask(() => void this.load());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticking);
    this.#sms?.abort();
  }

  /** What stands in the field by which a shopper is found: it goes along to the next step. */
  get typed(): string {
    const field = this.renderRoot.querySelector<HTMLInputElement>('#identifier');
    return field?.value.trim() ?? this.state.identifier;
  }

  /** Begins anew: the configuration, who is signed in, and the link that the page was opened by. */
  async load(): Promise<void> {
    if (this.state.screen === 'outage') this.move({ ...this.state, screen: 'loading' });
    try {
      const [config, user] = await Promise.all([
        this.config ?? call(this.connection, 'getPlatformConfig'),
        this.#present(),
      ]);
      this.config = config;
      const code = this.code ?? new URLSearchParams(location.search).get('code') ?? undefined;
      const first = begin(this.state, config, this.entry, code);
      // A link is used whoever is signed in.
      const begins = ['start', 'password', 'register', 'forgot'].includes(first.screen);
      this.state =
        user && begins ? { ...first, screen: 'present', user } : await this.#described(first);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.warn(error);
      this.emit('error', {
        code: error.code,
        status: error.status,
        message: error.message,
        requestId: error.requestId,
      });
      this.state = {
        ...this.state,
        screen: error.code === 'link_invalid' ? 'link_invalid' : 'outage',
      };
    }
    if (this.hasAttribute('autofocus')) this.focusNext('view');
  }

  /** Behind a link that was used: whoever is signed in goes on, anybody else signs in. */
  async loadLogin(): Promise<void> {
    this.entry = 'login';
    this.move(INITIAL);
    await this.load();
    this.focusNext('view');
  }

  async #present() {
    try {
      return (await call(this.connection, 'getLoggedInUser')).user;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'not_authenticated') return undefined;
      throw error;
    }
  }

  /** With the account that the link belongs to. */
  async #described(state: LoginState): Promise<LoginState> {
    const code = state.linkCode ?? state.reset?.code;
    if (code === undefined) return state;
    const link = await call(this.connection, 'describeLink', { body: { code } });
    return { ...state, link };
  }

  /** Goes to the next step; the focus goes along. */
  move(next: LoginState): void {
    this.state = next;
    this.problem = NO_PROBLEM;
    if (next.screen === 'done') this.finish();
    this.focusNext('view');
  }

  /** Tells the page who is signed in, and goes where the page wants to. */
  finish(): void {
    const { user } = this.state;
    this.emit('signed-in', { user });
    if (!this.returnTo) return;
    const target = new URL(this.returnTo, location.href);
    // Of the page's own origin alone: the attribute may have been taken from an address.
    if (target.origin === location.origin) location.assign(target);
  }

  protected override onRefusal({ code }: ApiError): boolean {
    const next = refused(this.state, code);
    if (next === this.state) return false;
    const begun = next.screen === 'start' || next.screen === 'forgot';
    this.move(next);
    // Begun anew, it says why; a dead end says so itself.
    return !begun;
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.has('state')) this.#follow();
  }

  /** Counts down and listens for an SMS while codes are waited for. */
  #follow(): void {
    const { screen, proofs } = this.state;
    this.now = Date.now();
    clearInterval(this.#ticking);
    this.#ticking = undefined;
    const waits = screen === 'codes' && proofs.some(({ resendAt }) => resendAt > this.now);
    if (waits) {
      this.#ticking = setInterval(() => {
        this.now = Date.now();
        if (!this.state.proofs.some(({ resendAt }) => resendAt > this.now)) {
          clearInterval(this.#ticking);
        }
      }, TICK_MS);
    }
    const proof =
      screen === 'codes' && proofs.find(({ kind, proven }) => kind === 'phone' && !proven);
    if (!proof) {
      this.#sms?.abort();
      this.#sms = undefined;
    } else if (!this.#sms) {
      const waiting = new AbortController();
      this.#sms = waiting;
      void this.#listen(waiting);
    }
  }

  async #listen({ signal }: AbortController): Promise<void> {
    const otp = await codeFromSms(signal);
    const proof = this.state.proofs.find(({ kind, proven }) => kind === 'phone' && !proven);
    if (otp !== undefined && proof && !signal.aborted) await verifyCode(this, proof, otp);
  }

  #picture(): TemplateResult | typeof nothing {
    const { desktop_image: wide, mobile_image: narrow } = this.config ?? {};
    const image = wide || narrow;
    if (!image || this.hasAttribute('plain')) return nothing;
    return html`<picture class="picture" part="picture">
      ${narrow ? html`<source media="(max-width: 56rem)" srcset=${narrow} />` : nothing}
      <img class="hero" part="image" src=${image} alt="" />
    </picture>`;
  }

  override render(): TemplateResult {
    const { config = {}, state } = this;
    const picture = this.#picture();
    const position = config.look_and_feel?.card_position ?? 'center';
    const { text } = config.flash_card ?? {};
    return html`<div
      part="page"
      class="page card-${position} ${picture === nothing ? '' : 'with-picture'}"
      lang=${this.textLanguage}
    >
      ${picture}
      <div class="card" part="card">
        <div class="stack">
          <slot name="header">
            ${config.display ? html`<div class="brand" part="brand">${config.display}</div>` : nothing}
          </slot>
          ${text ? html`<p class="flash" part="flash">${text}</p>` : nothing}
          ${SCREENS[state.screen](this)}
          <slot name="captcha"></slot>
          <slot name="footer"></slot>
        </div>
      </div>
    </div>`;
  }
}
