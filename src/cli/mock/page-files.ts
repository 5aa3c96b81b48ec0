/** The files of the mock's hosted pages: beside the code in the package; in a checkout where scripts/assets.ts makes them. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
/** In a checkout this file lies three folders deep. */
const FOLDERS = [HERE, join(HERE, '../../../public'), join(HERE, '../../../scripts')];

/** Reads one of them by its name; undefined when it has not been made. */
export async function readPageFile(name: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  for (const folder of FOLDERS) {
    const content = await readFile(join(folder, name)).catch(() => undefined);
    if (content) return new Uint8Array(content);
  }
  return undefined;
}
