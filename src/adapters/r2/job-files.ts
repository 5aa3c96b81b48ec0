/** Files of jobs in a bucket: a part is an object, written once under a name of its own. */
import { Outage, type JobFiles } from '../../ports/index.ts';
import { withTimeout } from '../deadline.ts';
import { rowsOf, wholeFile } from '../files/user-table.ts';

/** R2 lists, and drops, as many at once. */
const MAX_NAMES = 1_000;

async function orOutage<T>(work: Promise<T>): Promise<T> {
  try {
    return await withTimeout('R2', work);
  } catch (error) {
    throw new Outage('R2', error);
  }
}

/** The port `JobFiles` on R2. */
export function r2JobFiles(bucket: R2Bucket): JobFiles {
  async function* bytesOf(names: readonly string[]): AsyncGenerator<Uint8Array> {
    for (const name of names) {
      const found = await orOutage(bucket.get(name));
      if (!found) throw new Outage('R2', new Error('a part is missing'));
      // The types of Workers and of the platform differ in the buffer alone.
      yield* found.body as unknown as AsyncIterable<Uint8Array>;
    }
  }
  return {
    async write(name, format, users) {
      const rows = rowsOf(format, users);
      await orOutage(bucket.put(name, rows));
      return rows.length;
    },

    read(parts, format) {
      const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
      const file = wholeFile(format, bytesOf(parts.map(({ name }) => name)), bytes);
      if (file.bytes === undefined) return file;
      // Only so does a Worker send the length; and a file that ends too early is an error, not a shorter file.
      const whole = new FixedLengthStream(file.bytes);
      return { content: file.content.pipeThrough(whole), bytes: file.bytes };
    },

    async drop(prefix) {
      for (;;) {
        const { objects, truncated } = await orOutage(bucket.list({ prefix, limit: MAX_NAMES }));
        if (objects.length > 0) await orOutage(bucket.delete(objects.map(({ key }) => key)));
        if (!truncated) return;
      }
    },
  };
}
