import { html, type TemplateResult } from 'lit';
import type { Shopper } from '../../api/types.ts';
import { onSubmit } from '../../login/view.ts';
import type { TextKey } from '../../texts/index.ts';
import { textField } from '../../ui/controls.ts';
import type { VestibuleAccount } from '../element.ts';
import { formButtons, openLink, panel } from './panel.ts';

const GENDERS: Readonly<Record<string, TextKey>> = {
  male: 'gender_male',
  female: 'gender_female',
  unisex: 'gender_unisex',
  others: 'gender_others',
};
const FIELDS = ['first_name', 'last_name', 'gender', 'dob'] as const;

/** `YYYY-MM-DD` of a date-time. */
const dayOf = ({ dob }: Shopper): string => dob?.slice(0, 10) ?? '';

function dayText(host: VestibuleAccount, day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(date.getTime())) return host.words.not_set;
  return date.toLocaleDateString(host.textLanguage, { dateStyle: 'long', timeZone: 'UTC' });
}

async function save(host: VestibuleAccount, data: Map<string, string>): Promise<void> {
  await host.attempt(
    'profile',
    async () => {
      const [first_name, last_name, gender, dob] = FIELDS.map((name) => data.get(name) ?? '');
      const body = { first_name, last_name, ...(gender && { gender }), ...(dob && { dob }) };
      const { user } = await host.call('updateProfile', { body });
      host.user = user ?? host.user;
      host.done(host.words.saved);
    },
    FIELDS,
  );
}

function form(host: VestibuleAccount, user: Shopper): TemplateResult {
  const { words, form: context } = host;
  const name = (field: 'first_name' | 'last_name', autocomplete: string): TemplateResult =>
    textField(context, {
      name: field,
      label: words[field],
      value: user[field] ?? '',
      autocomplete,
      autocapitalize: 'words',
      optional: true,
    });
  const chosen = user.gender ?? '';
  return html`<form
    class="stack"
    novalidate
    aria-labelledby="profile"
    @submit=${onSubmit((data) => void save(host, data))}
  >
    <div class="pair">${name('first_name', 'given-name')}${name('last_name', 'family-name')}</div>
    <div class="pair">
      <div class="field">
        <label part="label" for="gender">${words.gender}</label>
        <select part="input" id="gender" name="gender" autocomplete="sex">
          ${chosen in GENDERS ? '' : html`<option value="" selected>${words.gender_none}</option>`}
          ${Object.entries(GENDERS).map(
            ([value, text]) =>
              html`<option value=${value} ?selected=${value === chosen}>${words[text]}</option>`,
          )}
        </select>
      </div>
      ${textField(context, {
        name: 'dob',
        label: words.birthday,
        type: 'date',
        value: dayOf(user),
        autocomplete: 'bday',
        optional: true,
      })}
    </div>
    ${formButtons(host, { action: 'profile', label: words.save })}
  </form>`;
}

/** Name, gender and date of birth. */
export function profileSection(host: VestibuleAccount, user: Shopper): TemplateResult {
  const { words, open } = host;
  if (open?.what === 'profile') {
    return panel({ id: 'profile', title: words.profile }, form(host, user));
  }
  const name = [user.first_name, user.last_name].filter(Boolean).join(' ');
  const gender = GENDERS[user.gender ?? ''];
  const edit = openLink(host, {
    action: 'edit-profile',
    label: words.edit,
    name: `${words.edit}: ${words.profile}`,
    onClick: () => host.show({ what: 'profile' }),
  });
  const rows = [
    [words.name, name || words.not_set],
    [words.gender, gender ? words[gender] : words.not_set],
    [words.birthday, dayOf(user) ? dayText(host, dayOf(user)) : words.not_set],
  ];
  return panel(
    { id: 'profile', title: words.profile, action: edit },
    html`<dl>
      ${rows.map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>`,
  );
}
