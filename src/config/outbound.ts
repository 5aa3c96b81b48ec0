/**
 * Whether the Worker may call this URL (security.md, outbound): names of the public internet only; this machine, over http
 * too, in development. Where a name points to cannot be seen on Workers.
 */
export function isOutbound(url: string, production: boolean): boolean {
  const { protocol, hostname, username, password } = URL.parse(url) ?? {};
  // No Worker can fetch it, and whoever may read the URL would read the password.
  if (username || password) return false;
  if (!production && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname ?? '')) return true;
  const named = /\.[a-z][a-z0-9-]*$/i.test(hostname ?? '');
  return protocol === 'https:' && named && !/\.(local|localhost|internal)$/i.test(hostname ?? '');
}
