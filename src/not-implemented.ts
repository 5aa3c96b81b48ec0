/**
 * The operations whose handlers are still to be written; they answer 501. Strike one off when its handler is there:
 * `app.ts` does not compile while a row is in both places, or in neither.
 */
export const NOT_IMPLEMENTED = [
  'platform.createUserGroup',
  'platform.getUserGroups',
  'platform.getUserGroupById',
  'platform.updateUserGroup',
] as const;
