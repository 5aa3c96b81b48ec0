/** The form that begins or goes on with a registration, and the codes that it sends. */
import type {
  Application,
  DeviceRef,
  IdentifierRef,
  PendingForm,
  Ports,
  Profile,
  Registration,
  Registrations,
  SessionRef,
} from '../../ports/index.ts';
import { permitByCaptcha, permitInRegistration, type SolvedCaptcha } from '../captcha.ts';
import { ok, err, rateLimited, type Result } from '../../shared/result.ts';
import { newRegistration } from './registration.ts';
import { sendOtp, type SentOtp } from '../otp/send-otp.ts';
import type { ClientInfo } from '../login/sign-in.ts';
import type { SignedInOutcome, SignInErrorCode } from '../login/sign-in-outcome.ts';
import { checkCountry } from '../otp/sms-guard.ts';
import { otpBudget, checkBudgets } from '../throttle.ts';

export interface FinishRegistration {
  /** Left out when the form begins the registration. */
  registerToken?: string;
  profile: Profile;
  /** Judged already (`checkNewPassword`). */
  password?: string;
  /** Identifiers of the body, already read. */
  given: IdentifierRef[];
  /** Where a phone stands in the body, to name it when it is missing; `body.mobile` if left out. */
  phoneField?: string;
  presented?: readonly SessionRef[];
  device?: DeviceRef;
  /** `captcha_code` or its header, if one came. */
  captcha: string | undefined;
  visitor: ClientInfo;
  androidHash?: string;
}

export interface WantedProof extends SentOtp {
  identifier: IdentifierRef;
}

/** `codes_sent`: the registration goes on under its one token. */
export type FinishOutcome =
  | SignedInOutcome
  | { kind: 'codes_sent'; token: string; proofs: WantedProof[] };

export type FinishErrorCode =
  | SignInErrorCode
  | 'register_token_invalid'
  | 'registration_finished'
  | 'registration_closed'
  | 'required_field_missing'
  | 'validation_failed'
  | 'captcha_failed'
  | 'too_many_requests'
  | 'unavailable';

export type FinishResult = Promise<Result<FinishOutcome, FinishErrorCode>>;

export interface RegistrationContext {
  ports: Ports;
  application: Application;
  request: FinishRegistration;
  /** The registration of the register_token; undefined when the form begins one. */
  registration: Registration | undefined;
  form: PendingForm;
  startedAt: number;
}

/** A registration that from now on stands for a known user, on whom what else it has proven is verified. */
export type Binding = NonNullable<Parameters<Registrations['keep']>[3]>;

export type OpenRegistrationContext = RegistrationContext & { registration: Registration };

/** The form with the password as a hash: it waits in KV, and a password must never lie there. */
export async function withHash({
  ports,
  form,
  request,
}: RegistrationContext): Promise<PendingForm> {
  if (request.password === undefined) return form;
  return { ...form, passwordHash: await ports.hasher.hash(request.password) };
}

/** Sends the demanded codes; a form without a register_token begins a registration. */
export async function sendProofs(
  context: RegistrationContext,
  wanted: IdentifierRef[],
  bound?: Binding,
): FinishResult {
  const { ports, application, request, registration } = context;
  const refused = checkCountry(ports, application, wanted);
  if (refused) return refused;
  const { device, visitor, captcha } = request;
  const solved: SolvedCaptcha = { token: captcha, ip: visitor.ip, action: 'register' };
  const permitted = registration
    ? await permitInRegistration(ports, application, registration, wanted, solved)
    : await permitByCaptcha(ports, application, solved);
  if (!permitted.ok) return permitted;
  const permit = permitted.value;
  const userId = bound?.userId ?? registration?.userId;
  const limited = await checkBudgets(
    ports,
    wanted.map(async (identifier) => {
      const send = { identifier, purpose: 'register', ip: visitor.ip, userId } as const;
      return (await otpBudget(ports, send)).limits.limits;
    }),
    // Before the first send a password is hashed and the form is kept: a refusal must leave nothing behind.
    true,
  );
  if (limited) return rateLimited(limited);
  const form = await withHash(context);
  // Before the codes go out, so that the form is there when a code arrives.
  const begun = registration
    ? { token: request.registerToken ?? '', registration }
    : await newRegistration(ports, { origin: permit.origin });
  if (registration) {
    const kept = await ports.registrations.keep(registration, form, context.startedAt, bound);
    if (!kept) return err('register_token_invalid');
  } else {
    await ports.registrations.begin(begun.registration, form);
  }
  const proofs: WantedProof[] = [];
  for (const identifier of wanted) {
    // One after the other: the second is not sent when the first is over its budget.
    const sent = await sendOtp(ports, application, {
      identifier,
      purpose: 'register',
      permit,
      userId,
      registration: begun.registration,
      device,
      ip: visitor.ip,
      androidHash: request.androidHash,
    });
    if (!sent.ok) return sent;
    proofs.push({ ...sent.value, identifier });
  }
  return ok({ kind: 'codes_sent', token: begun.token, proofs });
}
