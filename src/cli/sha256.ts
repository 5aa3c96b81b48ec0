import { createHash } from 'node:crypto';

/** Of a text, in hex: what is kept of application tokens and client secrets. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
