/**
 * What the entrypoint `Sessions` offers to Workers of the same account over a service binding (docs/SESSIONS.md). Properties are
 * named as in the answers of the API.
 */

/** The user as the binding tells it. */
export interface SessionUser {
  id: string;
  username: string;
  first_name?: string;
  last_name?: string;
  external_id?: string;
  emails: { email: string; primary: boolean; verified: boolean }[];
  /** `phone`: digits without the calling code. */
  phone_numbers: {
    phone: string;
    country_code?: number;
    primary: boolean;
    verified: boolean;
  }[];
  /** Of a shopper who is signed in always `active`. */
  status: 'active' | 'blocked' | 'archived' | 'deleted';
}

/** Somebody who is signed in. */
export interface Shopper {
  application_id: string;
  session: {
    /** Names the session, as in the API's lists, and signs nobody in. */
    handle: string;
    /** ISO 8601. */
    created_at: string;
    expires_at: string;
  };
  user: SessionUser;
}

/** The props of the binding in the calling Worker's wrangler.toml. */
export interface SessionsProps {
  /** Id of the one application that the binding is for. Without it each call names one first. */
  application?: string;
  /** Name of the calling Worker, for the audit; `end` asks for it. */
  worker?: string;
}

/** A request's headers, its `Cookie` header, or the value of `f.session`; null when there was none. */
export type SessionSource = Headers | string | null | undefined;

/** Type of the binding. Each method throws an error whose code `sessionsErrorCode` reads. */
export interface SessionsBinding {
  /** Who is signed in, now: a block, a logout or a new password holds from the next call on. Null when nobody is. */
  getShopper(from: SessionSource): Promise<Shopper | null>;
  getShopper(application: string, from: SessionSource): Promise<Shopper | null>;
  /** A user of the application, whatever its status; null when there is none. */
  getUser(id: string): Promise<SessionUser | null>;
  getUser(application: string, id: string): Promise<SessionUser | null>;
  /** Ends a session by its handle, everywhere and at once; false when there is no such living session. */
  end(userId: string, handle: string): Promise<boolean>;
  end(application: string, userId: string, handle: string): Promise<boolean>;
}
