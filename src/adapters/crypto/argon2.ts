/**
 * Argon2id by the wasm module of `@phi-ag/argon2`, with glue of our own: the package's JavaScript passes UTF-16 lengths
 * where bytes are wanted, so that distinct non-ASCII passwords verify as equal. The wasm itself is sound; its answers are
 * held against known ones in the tests.
 */
import module from '@phi-ag/argon2/argon2.wasm';

const SALT_BYTES = 16;
const ARGON2ID = 2;
const VERSION = 19;
const OK = 0;

/** As the C library declares them; pointers and lengths are numbers of bytes. */
interface Exports {
  memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(pointer: number): void;
  _initialize(): void;
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

/** No encoded form is asked for: what a hash looks like as text is known in one place of ours. */
const NONE = 0;

/**
 * @param salt at least 8 bytes
 * @param length of the digest, bytes
 * @throws when the parameters are not Argon2id's, or the memory cannot be had
 */
export function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  { memoryKib, passes, lanes }: { memoryKib: number; passes: number; lanes: number },
  length: number,
): Uint8Array {
  const wasm = load();
  return withBytes(wasm, [password, salt, new Uint8Array(length)], (pointers) => {
    const [passwordAt = 0, saltAt = 0, outAt = 0] = pointers;
    const code = wasm.argon2_hash(
      passes,
      memoryKib,
      lanes,
      passwordAt,
      password.length,
      saltAt,
      salt.length,
      outAt,
      length,
      NONE,
      NONE,
      ARGON2ID,
      VERSION,
    );
    if (code !== OK) throw new Error(`argon2: code ${code}`);
    return new Uint8Array(wasm.memory.buffer, outAt, length).slice();
  });
}

/** 16 random bytes. */
export const newSalt = (): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(new Uint8Array(SALT_BYTES));
