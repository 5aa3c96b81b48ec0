/** The login options of a new application; its operator changes them by `updatePlatformConfig`. */
import type { PlatformConfig } from '../../ports/index.ts';

/** Login by code and by password, one mobile number required, no captcha until one is set up, a month of session. */
export function newConfig(id: string, name: string, now: number): PlatformConfig {
  const at = new Date(now).toISOString();
  const mobileOnly = {
    email: { is_required: false, level: 'soft' },
    mobile: { is_required: true, level: 'hard' },
  } as const;
  return {
    _id: id,
    name,
    active: true,
    display: name,
    subtext: '',
    mobile_image: '',
    desktop_image: '',
    meta: {},
    look_and_feel: { card_position: 'center', background_color: '#ffffff' },
    flash_card: { text: '', text_color: '#000000', background_color: '#ffffff' },
    login: { password: true, otp: true },
    social: { facebook: false, google: false, account_kit: false, apple: false },
    social_tokens: {},
    register: true,
    forgot_password: true,
    skip_captcha: false,
    skip_login: false,
    required_fields: mobileOnly,
    register_required_fields: mobileOnly,
    session_config: { duration: 30, type: 'Days', is_rolling: true },
    delete_account_reasons: [],
    delete_account_day: 7,
    delete_account_consent: { consent_text: '' },
    created_at: at,
    updated_at: at,
  };
}
