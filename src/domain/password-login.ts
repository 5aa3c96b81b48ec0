/** Login by password. Known and unknown shoppers cost the same: one hash, one round trip before it (ruling 20). */
import type {
  Application,
  ImportedHashes,
  LoginName,
  PasswordSuccess,
  Ports,
  User,
} from '../ports.ts';
import { readEmail, readPhone } from './identifier.ts';
import { hashCounts, importedWork } from './imported-hash.ts';
import { kindsForSession, newRegistration } from './registration.ts';
import { accept, refuse, tooMany, type Result } from './result.ts';
import { hex } from './hex.ts';
import { ENDED_FOR } from './session.ts';
import { openSession, type SessionCookie, type Visitor } from './sign-in.ts';
import { loginFailures } from './throttle.ts';
import { missingKinds, signInRefusal } from './user.ts';

/** Contains `@` → email; `+` or digits only → phone; else a username. Whatever is none of them means nobody. */
export function readLoginName(text: string, callingCode: string): LoginName {
  const name = text.trim();
  const nobody = { username: '' };
  if (name.includes('@')) {
    const identifier = readEmail(name);
    return identifier ? { identifier } : nobody;
  }
  if (/^\+|^\d+$/.test(name)) {
    const identifier = readPhone(name, callingCode);
    return identifier ? { identifier } : nobody;
  }
  return { username: name.toLowerCase() };
}

export interface PasswordCheck {
  login: LoginName;
  password: string;
  /** What the failure budget of an unknown account is kept under. */
  unknown: string;
  device?: { userId: string; id: string };
  ip: string;
  /** The application's policy for hashes of another system. */
  importedHashes?: ImportedHashes;
}

/** A right password; its try is still charged until `succeed` gives it back. */
export interface RightPassword {
  user: User;
  ref: string;
  rehash?: { from: string; to: string };
}

/** Charges the try, does the work that is the same for everyone, and says whether the password is right. */
export async function checkPassword(
  ports: Ports,
  { login, password, unknown, device, ip, importedHashes }: PasswordCheck,
): Promise<Result<RightPassword, 'too_many_requests' | 'login_failed'>> {
  const ref = hex(ports.random.bytes(16));
  const now = ports.clock.now();
  const { account, address } = await loginFailures(ports.vault, ports.limits, unknown, ip);
  const found = await ports.passwords.attempt({
    login,
    limits: address,
    account: { ...account, device },
    ref,
    now,
  });
  if (found.limited) return tooMany(found.limited);
  const { user } = found;
  // One that does not count any more is no hash; the work is the same.
  const hash = hashCounts(found.hash, importedHashes, now) ? found.hash : undefined;
  const verdict = await ports.hasher.verify(password, hash, importedWork(importedHashes, now));
  if (typeof verdict === 'object') {
    const owner = user ? `user ${user.id}` : 'nobody';
    return refuse('login_failed', { internal: `password hash of ${owner}: ${verdict.unusable}` });
  }
  if (!user || hash === undefined || verdict === 'wrong') return refuse('login_failed');
  const rehash =
    verdict === 'outdated' ? { from: hash, to: await ports.hasher.hash(password) } : undefined;
  return accept({ user, ref, rehash });
}

export type PasswordLogin =
  | { kind: 'signed_in'; user: User; session: SessionCookie }
  | { kind: 'register'; user: User; token: string };

type Refusal =
  | 'too_many_requests'
  | 'login_failed'
  | 'account_blocked'
  | 'account_deleted'
  | 'application_inactive';

export async function loginByPassword(
  ports: Ports,
  application: Application,
  request: Omit<PasswordCheck, 'ip' | 'importedHashes'> & {
    visitor: Visitor;
    presented?: { userId: string; handle: string };
  },
): Promise<Result<PasswordLogin, Refusal>> {
  const startedAt = ports.clock.now();
  const { importedHashes } = application;
  const check = { ...request, ip: request.visitor.ip, importedHashes };
  const checked = await checkPassword(ports, check);
  if (!checked.ok) return checked;
  const { user, ref, rehash } = checked.value;
  const base: PasswordSuccess = { ref, userId: user.id, rehash };
  const refused = signInRefusal(user, application);
  if (refused) {
    await ports.passwords.succeed(base);
    return refused;
  }
  if (missingKinds(kindsForSession(application), user.identifiers).length > 0) {
    const { token, registration } = await newRegistration(ports, user.id);
    await ports.passwords.succeed({ ...base, registration });
    return accept({ kind: 'register', user, token });
  }
  const { presented } = request;
  const endSession = presented && { ...presented, until: startedAt + ENDED_FOR };
  await ports.passwords.succeed({ ...base, endSession });
  const session = await openSession(ports, application, user, request.visitor, startedAt);
  const known = rehash ? { ...user, hasOldPasswordHash: false } : user;
  return accept({ kind: 'signed_in', user: known, session });
}
