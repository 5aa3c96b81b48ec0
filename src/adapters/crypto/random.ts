import type { Random } from '../../ports/index.ts';

const OTPS = 1_000_000;
/** Largest multiple of `OTPS` below 2^32; values above it would make some codes likelier than others. */
const UNBIASED = Math.floor(2 ** 32 / OTPS) * OTPS;

export const cryptoRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  otp() {
    for (;;) {
      const [value = 0] = crypto.getRandomValues(new Uint32Array(1));
      if (value < UNBIASED) return String(value % OTPS).padStart(6, '0');
    }
  },
  uuid: () => crypto.randomUUID(),
};
