/** Kinds of events, as operators ask for them. */
export const AUDIT_KINDS = [
  'sign-ins',
  'accounts',
  'customers',
  'groups',
  'attributes',
  'imports',
  'config',
  'clients',
  'keys',
  'events',
  'messages',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];
