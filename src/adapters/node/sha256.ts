/** SHA-256 at once, for files of users: each line would otherwise wait for two promises. */
import { createHash } from 'node:crypto';

/** 32 bytes. */
export const sha256Bytes = (text: string): Uint8Array => createHash('sha256').update(text).digest();
