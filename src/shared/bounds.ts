/** Bounds that both the wire and the rules know. */

/** Identifiers of one kind on a profile. */
export const MAX_IDENTIFIERS = 10;

/** Days for which a deleted account may be kept. */
export const MAX_DELETE_DAYS = 3_650;
