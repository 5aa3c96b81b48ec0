/** `<vestibule-account>`: the profile of the signed-in shopper, with everything that signs in. */
import { html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit';
import { call } from '../api/client.ts';
import { ApiError } from '../api/error.ts';
import type { Device, Kind, Shopper } from '../api/types.ts';
import { VestibuleElement } from '../base.ts';
import { actionButton } from '../ui/controls.ts';
import { STYLE } from '../ui/style.ts';
import { view } from '../login/view.ts';
import { deleteSection } from './sections/delete.ts';
import { devicesSection } from './sections/devices.ts';
import { identifiersSection } from './sections/identifiers.ts';
import { passwordSection } from './sections/password.ts';
import { profileSection } from './sections/profile.ts';
import { ACCOUNT_STYLE } from './style.ts';

/** What is open for editing; one at a time. */
export type Open =
  | { what: 'profile' | 'password' | 'delete' }
  | { what: 'add'; kind: Kind; sent?: { to: string; requestId?: string } }
  | { what: 'remove'; kind: Kind; value: string }
  | { what: 'delete-code'; by: Kind; requestId?: string; reason?: string; reasonId?: string };

type Phase = 'loading' | 'outage' | 'signed-out' | 'deleted' | 'open';

export class VestibuleAccount extends VestibuleElement {
  static override styles = [...STYLE, ACCOUNT_STYLE];
  static override properties: PropertyDeclarations = {
    phase: { state: true },
    user: { state: true },
    hasPassword: { state: true },
    devices: { state: true },
    open: { state: true },
  };

  declare phase: Phase;
  declare user: Shopper | undefined;
  declare hasPassword: boolean;
  declare devices: readonly Device[];
  declare open: Open | undefined;

  constructor() {
    super();
    this.phase = 'loading';
    this.hasPassword = false;
    this.devices = [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    queueMicrotask(() => void this.load());
  }

  /** Reads the shopper, the devices and the shop's configuration. */
  async load(): Promise<void> {
    try {
      const { connection } = this;
      // First, and alone: somebody who is signed out costs one call.
      const { user } = await call(connection, 'getLoggedInUser');
      const [config, { result }, { sessions }] = await Promise.all([
        this.config ?? call(connection, 'getPlatformConfig'),
        call(connection, 'hasPassword'),
        call(connection, 'getOwnSessions'),
      ]);
      Object.assign(this, { config, user, hasPassword: result === true, devices: sessions });
      this.phase = 'open';
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.warn(error);
      this.phase = error.code === 'not_authenticated' ? 'signed-out' : 'outage';
    }
  }

  async readDevices(): Promise<void> {
    this.devices = (await this.call('getOwnSessions')).sessions;
  }

  /** Opens one form, or closes the one that is open; the focus goes along. */
  show(open: Open | undefined, focus?: string): void {
    this.open = open;
    this.focusNext(focus ?? (open ? 'view' : 'title'));
  }

  /** What was done, told where it is read out. */
  done(message: string): void {
    this.status = message;
    this.show(undefined);
  }

  protected override onRefusal({ code }: ApiError): boolean {
    if (code !== 'not_authenticated') return false;
    this.leave('signed-out');
    return true;
  }

  leave(phase: 'signed-out' | 'deleted'): void {
    this.phase = phase;
    this.user = undefined;
    this.open = undefined;
    this.emit('signed-out', {});
    this.focusNext('title');
  }

  async signOut(): Promise<void> {
    await this.attempt('sign-out', async () => {
      await this.call('logout');
      this.leave('signed-out');
    });
  }

  /** The login in the place of the account; the same connection and texts. */
  #login(): TemplateResult {
    return html`<slot name="signed-out">
      <vestibule-login
        plain
        .api=${this.api}
        .applicationId=${this.applicationId}
        .applicationToken=${this.applicationToken}
        .captchaSiteKey=${this.captchaSiteKey}
        .language=${this.textLanguage}
        .texts=${this.texts}
        .config=${this.config}
        @signed-in=${() => void this.load()}
        @error=${(event: CustomEvent) => this.emit('error', event.detail)}
      ></vestibule-login>
    </slot>`;
  }

  #sections(user: Shopper): TemplateResult {
    const { words } = this;
    return html`<section class="stack" aria-labelledby="title">
      <header class="row between">
        <h2 part="title" id="title" tabindex="-1">${words.account_title}</h2>
        ${actionButton(this.form, {
          action: 'sign-out',
          label: words.sign_out,
          kind: 'button small-button secondary',
          onClick: () => void this.signOut(),
        })}
      </header>
      <slot name="header"></slot>
      ${this.messages()} ${profileSection(this, user)} ${identifiersSection(this, user, 'email')}
      ${identifiersSection(this, user, 'phone')}
      ${this.config?.login?.password === false ? nothing : passwordSection(this)}
      ${devicesSection(this)} ${deleteSection(this, user)}
      <slot name="footer"></slot>
    </section>`;
  }

  #content(): TemplateResult {
    const { words, phase, user } = this;
    if (phase === 'open' && user) return this.#sections(user);
    if (phase === 'signed-out') return this.#login();
    if (phase === 'deleted') {
      return view(this, {
        title: words.delete_done_title,
        lead: words.delete_done_lead,
        body: nothing,
      });
    }
    if (phase === 'outage') {
      return view(this, {
        title: words.outage_title,
        lead: words.outage_lead,
        body: actionButton(this.form, {
          action: 'load',
          label: words.retry,
          kind: 'button wide primary',
          onClick: () => void this.load(),
        }),
      });
    }
    return html`<div class="waiting" role="status">
      <span class="spinner"></span><span class="sr">${words.loading}</span>
    </div>`;
  }

  override render(): TemplateResult {
    return html`<div part="page" class="page" lang=${this.textLanguage}>${this.#content()}</div>`;
  }
}
