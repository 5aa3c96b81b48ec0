/**
 * Argon2id by the wasm module of `@phi-ag/argon2`, with glue of our own: the package's JavaScript passes UTF-16 lengths
 * where bytes are wanted, so that distinct non-ASCII passwords verify as equal. The wasm itself is sound; its answers are
 * held against known ones in the tests.
 */
import module from '@phi-ag/argon2/argon2.wasm';

/** OWASP's first choice: 19 MiB, two passes, one lane. */
export const ARGON2 = { memoryKib: 19_456, passes: 2, lanes: 1 } as const;
/** Wasm memory never shrinks, and an isolate has 128 MB. */
export const MAX_MEMORY_KIB = 65_536;

const HASH_BYTES = 32;
const SALT_BYTES = 16;
const ARGON2ID = 2;
const VERSION = 19;
const OK = 0;
const MISMATCH = -35;

/** As the C library declares them; pointers and lengths are numbers of bytes. */
interface Exports {
  memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(pointer: number): void;
  _initialize(): void;
  argon2_encodedlen(
    t: number,
    m: number,
    p: number,
    salt: number,
    hash: number,
    type: number,
  ): number;
  argon2_hash(
    ...args: [
      t: number,
      m: number,
      p: number,
      password: number,
      passwordLength: number,
      salt: number,
      saltLength: number,
      out: number,
      outLength: number,
      encoded: number,
      encodedLength: number,
      type: number,
      version: number,
    ]
  ): number;
  argon2_verify(encoded: number, password: number, passwordLength: number, type: number): number;
}

let instance: Exports | undefined;

function load(): Exports {
  if (instance) return instance;
  // The module's exports are what the package's own C headers say.
  const loaded = new WebAssembly.Instance(module).exports as unknown as Exports;
  loaded._initialize();
  instance = loaded;
  return loaded;
}

/** Runs `work` with the bytes in wasm memory, and wipes them there afterwards. */
function withBytes<T>(wasm: Exports, all: Uint8Array[], work: (pointers: number[]) => T): T {
  const pointers = all.map((bytes) => {
    const pointer = wasm.malloc(bytes.length);
    if (pointer === 0) throw new Error('argon2: out of memory');
    new Uint8Array(wasm.memory.buffer, pointer, bytes.length).set(bytes);
    return pointer;
  });
  try {
    return work(pointers);
  } finally {
    // The memory may have grown, and its buffer been replaced, meanwhile.
    pointers.forEach((pointer, at) => {
      new Uint8Array(wasm.memory.buffer, pointer, all[at]?.length ?? 0).fill(0);
      wasm.free(pointer);
    });
  }
}

/** @returns a PHC string */
export function argon2Hash(
  password: Uint8Array,
  salt: Uint8Array,
  { memoryKib, passes, lanes }: { memoryKib: number; passes: number; lanes: number } = ARGON2,
): string {
  const wasm = load();
  const length = wasm.argon2_encodedlen(
    passes,
    memoryKib,
    lanes,
    salt.length,
    HASH_BYTES,
    ARGON2ID,
  );
  const out = new Uint8Array(HASH_BYTES);
  return withBytes(wasm, [password, salt, out, new Uint8Array(length)], (pointers) => {
    const [passwordAt = 0, saltAt = 0, outAt = 0, encodedAt = 0] = pointers;
    const code = wasm.argon2_hash(
      passes,
      memoryKib,
      lanes,
      passwordAt,
      password.length,
      saltAt,
      salt.length,
      outAt,
      HASH_BYTES,
      encodedAt,
      length,
      ARGON2ID,
      VERSION,
    );
    if (code !== OK) throw new Error(`argon2: code ${code}`);
    const encoded = new Uint8Array(wasm.memory.buffer, encodedAt, length);
    return new TextDecoder().decode(encoded.slice(0, encoded.indexOf(0)));
  });
}

/** @throws when the string is no Argon2id hash */
export function argon2Verify(password: Uint8Array, phc: string): boolean {
  const wasm = load();
  const encoded = new TextEncoder().encode(`${phc}\0`);
  return withBytes(wasm, [encoded, password], ([encodedAt = 0, passwordAt = 0]) => {
    const code = wasm.argon2_verify(encodedAt, passwordAt, password.length, ARGON2ID);
    if (code !== OK && code !== MISMATCH) throw new Error(`argon2: code ${code}`);
    return code === OK;
  });
}

export const newSalt = (): Uint8Array => crypto.getRandomValues(new Uint8Array(SALT_BYTES));
