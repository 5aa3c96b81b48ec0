/** WebOTP: a browser on the phone that got the SMS hands its code over, when its last line names the page's host. */

/** The types of the browser know no `otp`. */
interface OtpRequest extends CredentialRequestOptions {
  otp: { transport: ['sms'] };
}

/**
 * Waits for the next code by SMS; does nothing where the browser cannot.
 * @param signal ends the wait
 */
export async function codeFromSms(signal: AbortSignal): Promise<string | undefined> {
  if (!('OTPCredential' in globalThis)) return undefined;
  const request: OtpRequest = { otp: { transport: ['sms'] }, signal };
  try {
    const credential = (await navigator.credentials.get(request)) as { code?: string } | null;
    return credential?.code;
  } catch {
    // Declined, or the step is over.
    return undefined;
  }
}
