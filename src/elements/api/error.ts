/** What goes wrong with a call of the API. */
/** A refusal or an outage, as the elements tell it. */
export class ApiError extends Error {
  /** Of the API, such as `otp_invalid`; `unreachable` when no answer came, `unreadable` when it was none of the API's. */
  readonly code: string;
  /** 0 when no answer came. */
  readonly status: number;
  /** Field → the server's problem with it; `email` of `body.email`. */
  readonly fields: ReadonlyMap<string, string>;
  readonly retryAfterSeconds: number | undefined;
  readonly requestId: string | undefined;

  constructor(code: string, status = 0, body: ErrorBody = {}, retryAfter: string | null = null) {
    super(body.message ?? code);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.fields = new Map(
      (body.errors ?? []).map(({ path, message }) => [path.split('.').at(-1) ?? path, message]),
    );
    const seconds = Number(body.meta?.retry_after ?? retryAfter ?? Number.NaN);
    this.retryAfterSeconds = Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
    this.requestId = body.request_id;
  }

  /** Whether the same call may succeed a little later. */
  get isOutage(): boolean {
    return this.status === 0 || this.status >= 500 || this.code === 'unreadable';
  }
}

/** The API's one error body. */
export interface ErrorBody {
  code?: string;
  message?: string;
  request_id?: string;
  errors?: { path: string; message: string }[];
  meta?: { retry_after?: number };
}
