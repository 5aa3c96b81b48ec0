/** A dependency did not answer, or refused. The caller gets 503 and may try again. */
export class Outage extends Error {
  readonly dependency: string;
  constructor(dependency: string, cause?: unknown) {
    super(`${dependency} did not answer`, { cause });
    this.name = 'Outage';
    this.dependency = dependency;
  }
}
