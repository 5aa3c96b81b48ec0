/** Cloudflare Turnstile. Its widget stands in the page's own tree, under the element's slot `captcha`. */
import { loadScript } from './provider-scripts.ts';

const SCRIPT = 'https://challenges.cloudflare.com/turnstile/v0/api.js?render=explicit';

/** The widget is never narrower, unless it is asked to be compact. */
const FLEXIBLE_FROM_PX = 300;

/** What the server expects a solution to be for. */
export type CaptchaAction = 'send_otp' | 'login' | 'reset' | 'register';

interface Turnstile {
  render(
    container: HTMLElement,
    options: {
      sitekey: string;
      action: CaptchaAction;
      language: string;
      appearance: 'interaction-only';
      size: 'flexible' | 'compact';
      callback: (token: string) => void;
      'error-callback': () => void;
    },
  ): string;
  remove(widget: string): void;
}
// Set by the script.
const globals = globalThis as { turnstile?: Turnstile };

/**
 * Whether a person asks. The widget is seen only when it has a question.
 * @returns the token for `captcha_code`; undefined when the widget fails, so that the server refuses
 */
export async function solveCaptcha(
  host: HTMLElement,
  { siteKey, action, language }: { siteKey: string; action: CaptchaAction; language: string },
): Promise<string | undefined> {
  try {
    await loadScript(SCRIPT);
  } catch {
    return undefined;
  }
  const { turnstile } = globals;
  if (!turnstile) return undefined;
  const container = document.createElement('div');
  container.slot = 'captcha';
  host.append(container);
  let widget: string | undefined;
  try {
    return await new Promise<string | undefined>((resolve) => {
      widget = turnstile.render(container, {
        sitekey: siteKey,
        action,
        language,
        appearance: 'interaction-only',
        size: container.clientWidth < FLEXIBLE_FROM_PX ? 'compact' : 'flexible',
        callback: resolve,
        'error-callback': () => resolve(undefined),
      });
    });
  } finally {
    if (widget !== undefined) turnstile.remove(widget);
    container.remove();
  }
}
