/** What a run has made or changed, and how it is put back: in the reverse order, whatever happened in between. */

interface Task {
  what: string;
  /** Puts it back and says in a word or two what it did; undefined when that did not work. */
  undo: () => Promise<string | undefined>;
}

export class Cleanup {
  readonly #tasks: Task[] = [];
  readonly #told: string[] = [];

  /** @param what in words, such as `subtext of the platform config` */
  add(what: string, undo: Task['undo']): void {
    this.#tasks.push({ what, undo });
  }

  /** What needs nothing more, or cannot be put back. */
  tell(sentence: string): void {
    this.#told.push(sentence);
  }

  /** @returns a sentence for each thing */
  async run(): Promise<string[]> {
    const said: string[] = [];
    for (const { what, undo } of this.#tasks.toReversed()) {
      const done = await undo();
      said.push(`${what}: ${done ?? 'STILL THERE, see to it by hand'}`);
    }
    return [...said, ...this.#told];
  }
}
