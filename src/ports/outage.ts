/** A dependency did not answer, or refused. The caller gets 503 and may try again. */
export class Outage extends Error {
  readonly dependency: string;
  constructor(dependency: string, cause?: unknown) {
    super(`${dependency} did not answer`, { cause });
    this.name = 'Outage';
    this.dependency = dependency;
  }
}

/** The application is being moved to another database (D-109): for moments nobody may write, and then it is elsewhere. */
export class Moving extends Outage {
  constructor(cause?: unknown) {
    super('D1', cause);
    this.name = 'Moving';
  }
}
