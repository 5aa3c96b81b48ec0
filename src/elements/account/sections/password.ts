import { html, nothing, type TemplateResult } from 'lit';
import { onSubmit } from '../../login/view.ts';
import { passwordField } from '../../ui/controls.ts';
import type { VestibuleAccount } from '../element.ts';
import { formButtons, openLink, panel } from './panel.ts';

const FIELDS = ['old_password', 'new_password'];

async function save(host: VestibuleAccount, data: Map<string, string>): Promise<void> {
  const { words, hasPassword } = host;
  const demanded = hasPassword ? FIELDS : ['new_password'];
  const empty = demanded.filter((name) => !data.get(name));
  if (!host.check(Object.fromEntries(empty.map((name) => [name, words.field_required])))) return;
  const body = {
    old_password: hasPassword ? data.get('old_password') : undefined,
    new_password: data.get('new_password') ?? '',
  };
  await host.attempt(
    'password',
    async () => {
      await host.call('updatePassword', { body });
      host.hasPassword = true;
      host.done(words.password_changed);
      await host.readDevices();
    },
    FIELDS,
  );
}

function form(host: VestibuleAccount): TemplateResult {
  const { words, form: context, hasPassword, user } = host;
  const primary = user?.emails?.find((one) => one.primary)?.email ?? user?.username ?? '';
  return html`<form
    class="stack"
    novalidate
    aria-labelledby="password"
    @submit=${onSubmit((data) => void save(host, data))}
  >
    <input
      class="sr"
      type="text"
      name="username"
      autocomplete="username"
      tabindex="-1"
      aria-hidden="true"
      readonly
      .value=${primary}
    />
    ${
      hasPassword
        ? passwordField(context, {
            name: 'old_password',
            label: words.old_password,
            autocomplete: 'current-password',
          })
        : nothing
    }
    ${passwordField(context, {
      name: 'new_password',
      label: words.new_password,
      hint: words.password_hint,
      autocomplete: 'new-password',
    })}
    ${formButtons(host, { action: 'password', label: words.save })}
  </form>`;
}

/** The password: set or changed; every other device is signed out by it. */
export function passwordSection(host: VestibuleAccount): TemplateResult {
  const { words, open, hasPassword } = host;
  if (open?.what === 'password') {
    return panel({ id: 'password', title: words.password }, form(host));
  }
  const action = openLink(host, {
    action: 'edit-password',
    label: hasPassword ? words.change_password : words.add_password,
    onClick: () => host.show({ what: 'password' }),
  });
  return panel(
    { id: 'password', title: words.password, action },
    html`<p class="muted">${hasPassword ? words.password_is_set : words.password_is_not_set}</p>`,
  );
}
