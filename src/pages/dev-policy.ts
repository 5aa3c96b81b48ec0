/**
 * The policy of dev pages: their own files, and their own server. A frame with a mail in it (`srcdoc`) inherits the policy, and
 * is sandboxed besides: the mail's inline styles work, its scripts do not, and it can load nothing. `data:` is the icon.
 */
export const DEV_POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `style-src-attr 'unsafe-inline'`,
  `img-src data:`,
  `connect-src 'self'`,
  `base-uri 'none'`,
  `form-action 'self'`,
  `frame-ancestors 'none'`,
].join('; ');
