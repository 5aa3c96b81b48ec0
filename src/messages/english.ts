/** SMS stay within the GSM-7 alphabet: one other character would more than double what they cost. */
import type { Wordings } from './wording.ts';

export const ENGLISH: Wordings = {
  otp: {
    sms: '{{otp}} is your code for {{shop}}. It is valid for {{minutes}} min. Do not share it.',
    subject: 'Your code for {{shop}}',
    mail: [
      'To go on, enter this code:',
      { show: 'otp' },
      'It is valid for {{minutes}} min and works once. Do not share it with anyone, not even with the staff of {{shop}}.',
      'Did you not ask for it? Then ignore this message; without the code nothing happens.',
    ],
  },
  verify_link: {
    sms: '{{shop}}: to use this number for the account {{account}}, open {{link}}\nDid not ask, or not your account? Do not open it; nothing changes.',
    subject: 'Confirm your address for {{shop}}',
    mail: [
      'Someone asked to use this address at {{shop}} for the account {{account}}.',
      { show: 'link', label: 'Confirm this address' },
      'The link is valid for 24 hours and works once.',
      'Did you not ask for it, or is that not your account? Then do not open the link; without it nothing changes.',
    ],
  },
  reset_link: {
    sms: '{{shop}}: to set a new password for {{account}}, open within {{minutes}} min {{link}}\nDid not ask? Do not open it; your password stays as it is.',
    subject: 'Set a new password for {{shop}}',
    mail: [
      'Someone asked to set a new password at {{shop}} for the account {{account}}.',
      { show: 'link', label: 'Set a new password' },
      'The link is valid for {{minutes}} min and works once.',
      'Did you not ask for it? Then ignore this message; your password stays as it is.',
    ],
  },
  notice_password_set: {
    sms: '{{shop}}: the password of your account was set. Not you? Set a new one at once with "Forgot password".',
    subject: 'Your password at {{shop}} was set',
    mail: [
      'The password of your account at {{shop}} was just set. All other devices were signed out.',
      'Was it not you? Then set a new one at once with "Forgot password" at {{shop}}, and look through the addresses and numbers of your account.',
    ],
  },
  notice_new_sign_in: {
    sms: '{{shop}}: someone signed in to your account. Not you? Sign in and set a new password.',
    subject: 'New sign-in to your account at {{shop}}',
    mail: [
      'Someone just signed in to your account at {{shop}} and confirmed a number or address for it.',
      'Was it not you? Then sign in, set a new password, which signs out all other devices, and look through the addresses and numbers of your account.',
    ],
  },
  notice_identifier_added: {
    sms: '{{shop}}: {{identifier}} was added to your account and can sign in. Not you? Sign in, remove it and set a new password.',
    subject: '{{identifier}} was added to your account at {{shop}}',
    mail: [
      '{{identifier}} was just added to your account at {{shop}}. It can be used to sign in.',
      'Was it not you? Then sign in, remove it from your profile and set a new password.',
    ],
  },
  notice_identifier_removed: {
    sms: '{{shop}}: {{identifier}} was removed from your account. Not you? Sign in, set a new password and add it again.',
    subject: '{{identifier}} was removed from your account at {{shop}}',
    mail: [
      '{{identifier}} was just removed from your account at {{shop}}. It can no longer be used to sign in.',
      'Was it not you? Then sign in, set a new password and add it again.',
    ],
  },
  notice_primary_changed: {
    sms: '{{shop}}: {{identifier}} is now the main contact of your account. Not you? Sign in, change it back and set a new password.',
    subject: 'The main contact of your account at {{shop}} has changed',
    mail: [
      '{{identifier}} is now the main contact of your account at {{shop}}. So far it was the address to which this mail goes.',
      'Was it not you? Then sign in, change it back in your profile and set a new password.',
    ],
  },
  notice_social_linked: {
    sms: '{{shop}}: {{provider}} can now sign in to your account. Not you? Write to {{shop}} and set a new password.',
    subject: '{{provider}} can now sign in to your account at {{shop}}',
    mail: [
      'A {{provider}} login was just linked to your account at {{shop}}. It can be used to sign in.',
      'Was it not you? Then write to {{shop}} and set a new password.',
    ],
  },
  notice_account_deleted: {
    sms: '{{shop}}: your account was deleted. It can be restored until {{last_day}}. Not you? Write to {{shop}} before then.',
    subject: 'Your account at {{shop}} was deleted',
    mail: [
      'Your account at {{shop}} was just deleted, and all devices were signed out.',
      'It can be restored until {{last_day}}. After that everything in it is gone for good.',
      'Was it not you, or have you changed your mind? Then write to {{shop}} before then.',
    ],
  },
};
