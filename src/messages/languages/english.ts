/** SMS stay within the GSM-7 alphabet: one other character would more than double what they cost. */
import type { MessageLanguage } from '../wording.ts';

export const ENGLISH: MessageLanguage = {
  name: 'English',
  locale: 'en-GB',
  direction: 'ltr',
  texts: {
    otp: {
      sms: "{{otp}} is your {{shop}} code. It expires in {{minutes}} min. Don't share it with anyone.",
      subject: 'Your {{shop}} verification code',
      mail: [
        'Your verification code:',
        { show: 'otp' },
        "It expires in {{minutes}} minutes and works once. Don't share it with anyone. {{shop}} will never ask you for it.",
        "Didn't request this? You can safely ignore this email.",
      ],
    },
    verify_link: {
      sms: '{{shop}}: add this number to the account {{account}}: {{link}}\nNot you, or not your account? Ignore this message.',
      subject: 'Confirm your email for {{shop}}',
      mail: [
        'Confirm this email address to add it to the {{shop}} account {{account}}.',
        { show: 'link', label: 'Confirm email address' },
        'The link expires in 24 hours and works once.',
        "Didn't request this, or is it not your account? Don't open the link. Nothing changes without it.",
      ],
    },
    reset_link: {
      sms: '{{shop}}: set a new password for {{account}} within {{minutes}} min: {{link}}\nNot you? Ignore this message.',
      subject: 'Reset your {{shop}} password',
      mail: [
        'We received a request to reset the password of the {{shop}} account {{account}}.',
        { show: 'link', label: 'Set a new password' },
        'The link expires in {{minutes}} minutes and works once.',
        "Didn't request this? You can safely ignore this email. Your password stays the same.",
      ],
    },
    notice_password_set: {
      sms: '{{shop}}: a new password was set for your account. Not you? Reset it now with "Forgot password".',
      subject: 'A new password was set for your {{shop}} account',
      mail: [
        'A new password was just set for your {{shop}} account. All other devices were signed out.',
        'Wasn\'t you? Reset your password now with "Forgot password", then check the email addresses and phone numbers of your account.',
      ],
    },
    notice_new_sign_in: {
      sms: '{{shop}}: new sign-in to your account. Not you? Sign in and set a new password.',
      subject: 'New sign-in to your {{shop}} account',
      mail: [
        'Someone just signed in to your {{shop}} account and confirmed a phone number or email address for it.',
        "Wasn't you? Sign in and set a new password, which signs out all other devices. Then check the email addresses and phone numbers of your account.",
      ],
    },
    notice_identifier_added: {
      sms: '{{shop}}: {{identifier}} was added to your account and can be used to sign in. Not you? Remove it and set a new password.',
      subject: '{{identifier}} was added to your {{shop}} account',
      mail: [
        '{{identifier}} was just added to your {{shop}} account. It can be used to sign in.',
        "Wasn't you? Sign in, remove it from your profile and set a new password.",
      ],
    },
    notice_identifier_removed: {
      sms: '{{shop}}: {{identifier}} was removed from your account. Not you? Sign in, set a new password and add it again.',
      subject: '{{identifier}} was removed from your {{shop}} account',
      mail: [
        '{{identifier}} was just removed from your {{shop}} account. It can no longer be used to sign in.',
        "Wasn't you? Sign in, set a new password and add it again.",
      ],
    },
    notice_primary_changed: {
      sms: '{{shop}}: {{identifier}} is now the main contact of your account. Not you? Sign in, change it back and set a new password.',
      subject: 'The main contact of your {{shop}} account has changed',
      mail: [
        '{{identifier}} is now the main contact of your {{shop}} account. Until now it was this email address.',
        "Wasn't you? Sign in, change it back in your profile and set a new password.",
      ],
    },
    notice_primary_set: {
      sms: '{{shop}}: this is now the main contact of your account. Not you? Sign in, change it back and set a new password.',
      subject: '{{identifier}} is now the main contact of your {{shop}} account',
      mail: [
        '{{identifier}} is now the main contact of your {{shop}} account, because a code that was sent here was entered there.',
        "Wasn't you? Sign in, change it back in your profile and set a new password.",
      ],
    },
    notice_social_linked: {
      sms: '{{shop}}: {{provider}} can now be used to sign in to your account. Not you? Reset your password and contact {{shop}}.',
      subject: '{{provider}} was linked to your {{shop}} account',
      mail: [
        'A {{provider}} login was just linked to your {{shop}} account. It can be used to sign in.',
        "Wasn't you? Reset your password and contact {{shop}}.",
      ],
    },
    notice_account_deleted: {
      sms: '{{shop}}: your account was deleted. It can be restored until {{last_day}}. Not you? Contact {{shop}} before then.',
      subject: 'Your {{shop}} account was deleted',
      mail: [
        'Your {{shop}} account was just deleted, and all devices were signed out.',
        'It can be restored until {{last_day}}. After that, all its data is gone for good.',
        "Wasn't you, or have you changed your mind? Contact {{shop}} before then.",
      ],
    },
  },
};
