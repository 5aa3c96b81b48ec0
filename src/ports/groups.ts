/** User groups and the imports that fill them. */

/** `replaced`: by a newer file, or by the same one after it had changed. */
export type ImportState = 'pending' | 'processing' | 'success' | 'failed' | 'replaced';

export const IMPORT_FIELDS = [
  'user_id',
  'email',
  'phone_number',
  'country_code',
  'mobile',
] as const;
export type ImportField = (typeof IMPORT_FIELDS)[number];
/** Field → place in a record, from 0. */
export type ImportColumns = Partial<Record<ImportField, number>>;
