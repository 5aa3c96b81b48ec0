import { SECOND_MS } from '../shared/time.ts';
import { hex } from './hex.ts';

/**
 * An id as the documents have them: 24 hex digits, 4 bytes of seconds and 8 random ones. Ids sort by age.
 * @param random 8 bytes
 */
export function newObjectId(now: number, random: Uint8Array): string {
  const seconds = Math.floor(now / SECOND_MS);
  return seconds.toString(16).padStart(8, '0') + hex(random);
}
