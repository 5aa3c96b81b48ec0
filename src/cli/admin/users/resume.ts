/** Where an import has come to, in a file beside it: written after each batch, read by the run that goes on. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { CommandError } from '../command.ts';
import type { Place } from './source.ts';

export interface Progress extends Place {
  /** ms; marks what the import has written, over all of its runs. */
  run: number;
  imported: number;
  alreadyThere: number;
  refused: number;
}

interface Stored extends Progress {
  application: string;
  fingerprint: string;
}

const FINGERPRINT_BYTES = 64 * 1024;

/** Of the file's length and beginning: another file is not gone on with by mistake. */
function fingerprintOf(file: string): string {
  const { size } = statSync(file);
  const head = new Uint8Array(Math.min(size, FINGERPRINT_BYTES));
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, head);
  } finally {
    closeSync(descriptor);
  }
  return createHash('sha256').update(`${size}:`).update(head).digest('hex');
}

export class ResumeFile {
  readonly #path: string | undefined;
  readonly #stamp: { application: string; fingerprint: string };

  /** @param path undefined keeps nothing */
  constructor(path: string | undefined, file: string, application: string) {
    this.#path = path;
    this.#stamp = { application, fingerprint: fingerprintOf(file) };
  }

  /** The notes of an earlier run, if there was one. */
  read(): Progress | undefined {
    if (this.#path === undefined || !existsSync(this.#path)) return undefined;
    let stored: Stored;
    try {
      // Written by `note` below.
      stored = JSON.parse(readFileSync(this.#path, 'utf8')) as Stored;
    } catch {
      throw new CommandError(`${this.#path} is no resume file. Name another one.`);
    }
    const { application, fingerprint, ...progress } = stored;
    if (application !== this.#stamp.application || fingerprint !== this.#stamp.fingerprint) {
      throw new CommandError(
        `${this.#path} belongs to another file or another application. Name another one.`,
      );
    }
    return progress;
  }

  /** Whole or not at all: a rename is one step. */
  note(progress: Progress): void {
    if (this.#path === undefined) return;
    writeFileSync(`${this.#path}.new`, JSON.stringify({ ...this.#stamp, ...progress }));
    renameSync(`${this.#path}.new`, this.#path);
  }

  /** Nothing is left to go on with. */
  drop(): void {
    if (this.#path !== undefined) rmSync(this.#path, { force: true });
  }
}
