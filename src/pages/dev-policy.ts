/**
 * The policy of dev pages: run and style what carries the nonce, and ask its own server. A frame with a mail in it
 * (`srcdoc`) inherits the policy, and is sandboxed besides: the mail's inline styles work, its scripts do not, and it can
 * load nothing.
 */
export function devPolicy(nonce: string): string {
  const source = `'nonce-${nonce}'`;
  return [
    `default-src 'none'`,
    `script-src ${source}`,
    `style-src ${source}`,
    `style-src-attr 'unsafe-inline'`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}
