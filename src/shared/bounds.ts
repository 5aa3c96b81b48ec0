/** Bounds that both the wire and the rules know. */

/** Identifiers of one kind on a profile. */
export const MAX_IDENTIFIERS = 10;
