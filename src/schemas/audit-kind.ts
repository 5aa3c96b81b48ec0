/** The kinds of events, for descriptions. */
import { AUDIT_KINDS } from '../shared/audit-kinds.ts';

export const AUDIT_KINDS_TEXT = AUDIT_KINDS.map((kind) => `\`${kind}\``).join(', ');
