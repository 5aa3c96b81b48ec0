import { html, nothing, type TemplateResult } from 'lit';
import type { Device } from '../../api/types.ts';
import { fill } from '../../flow/problems.ts';
import { actionButton } from '../../ui/controls.ts';
import { DESKTOP, PHONE } from '../../ui/icons.ts';
import type { VestibuleAccount } from '../element.ts';
import { openLink, panel } from './panel.ts';

const HANDHELD = new Set(['Android', 'iPhone', 'iPad']);

function nameOf({ words }: VestibuleAccount, { browser, system }: Device): string {
  if (browser !== undefined && system !== undefined) {
    return fill(words.device_name, { browser, system });
  }
  return browser ?? system ?? words.device_unknown;
}

const timeOf = (host: VestibuleAccount, { last_used_at }: Device): string =>
  new Date(last_used_at).toLocaleString(host.textLanguage, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });

async function end(host: VestibuleAccount, device: Device): Promise<void> {
  await host.attempt(`end-${device.session}`, async () => {
    await host.call('endOwnSession', { body: { session: device.session } });
    host.devices = host.devices.filter(({ session }) => session !== device.session);
    host.done(fill(host.words.device_ended, { what: nameOf(host, device) }));
  });
}

async function endOthers(host: VestibuleAccount): Promise<void> {
  await host.attempt('end-others', async () => {
    await host.call('endOtherSessions');
    host.devices = host.devices.filter(({ current }) => current);
    host.done(host.words.others_ended);
    // The own one goes on under another handle.
    await host.readDevices();
  });
}

function row(host: VestibuleAccount, device: Device): TemplateResult {
  const { words } = host;
  const name = nameOf(host, device);
  const lastUsed = fill(words.last_used, { time: timeOf(host, device) });
  const place = [device.ip, lastUsed].filter((part) => part !== '');
  return html`<li>
    <div class="device">
      ${HANDHELD.has(device.system ?? '') ? PHONE : DESKTOP}
      <div>
        <p class="row">
          <span>${name}</span>
          ${device.current ? html`<span class="badge good">${words.this_device}</span>` : nothing}
        </p>
        <p class="muted small value row">${place.map((part) => html`<span>${part}</span>`)}</p>
      </div>
      ${
        device.current
          ? nothing
          : openLink(host, {
              action: `end-${device.session}`,
              label: words.sign_out,
              name: fill(words.end_device_of, { what: name }),
              onClick: () => void end(host, device),
            })
      }
    </div>
  </li>`;
}

/** Where the shopper is signed in. */
export function devicesSection(host: VestibuleAccount): TemplateResult {
  const { words, devices } = host;
  return panel(
    { id: 'devices', title: words.devices },
    html`<ul>
        ${devices.map((device) => row(host, device))}
      </ul>
      ${
        devices.some(({ current }) => !current)
          ? actionButton(host.form, {
              action: 'end-others',
              label: words.end_others,
              onClick: () => void endOthers(host),
            })
          : nothing
      }`,
  );
}
