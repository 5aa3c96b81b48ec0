/**
 * The table of docs/ERRORS.md. Codes, statuses and messages come from the catalogue; a code without its advice here does not compile.
 */
import { errorCatalogue, type ErrorCode } from '../../src/http/errors.ts';
import { entriesOf } from '../../src/http/operation.ts';
import { table } from '../../src/table.ts';

/** What a page, or an operator's program, does when it gets the code. */
const ADVICE: Record<ErrorCode, string> = {
  validation_failed:
    'Show each entry of `errors` at its field: `path` is such as `body.email`. From a program: a mistake in the request',
  otp_invalid: 'Let the shopper type the code again; offer a new one',
  otp_exhausted: 'Clear the field and offer a new code',
  resend_token_invalid: 'Start the login again with the number or address',
  link_invalid: 'Say that the link is used or too old, and offer to send another',
  forgot_token_invalid: 'Start the password reset again',
  primary_unproven: 'Send and verify a code for the present primary first (`sendOTPOnPrimary`)',
  register_token_invalid: 'Start the registration again',
  required_field_missing: 'Ask for the field that `meta.field` names, or that `errors` names',
  identifier_unverified: 'Ask the shopper to verify it; the link or code has been sent',
  identifier_last: 'Say that another email or number has to be added first',
  identifier_limit: 'Say that one has to be removed first',
  attribute_limit: 'Delete a definition that is not used',
  filter_too_wide: 'Add a condition to the filter',
  group_limit: 'Delete a group that is not used',
  job_limit: 'Wait for a job to end, then start this one',
  password_weak: 'Show the message at the password field, and keep what else was typed',
  password_wrong: 'Let the shopper type the old password again, or offer the reset',
  reason_unknown: 'Offer the reasons of the platform config (`delete_account_reasons`)',
  unauthorized:
    'A mistake in the set-up: application id and token, or the access token. For an operator, get a new token and try once more',
  not_authenticated: 'Show the login; the session has ended or there was none',
  login_failed:
    'Let the shopper try again, and offer the reset. It does not tell whether the account exists',
  otp_login_disabled: 'Offer another way to sign in: the platform config lists them',
  password_login_disabled: 'Offer another way to sign in: the platform config lists them',
  social_login_disabled: 'Offer another way to sign in: the platform config lists them',
  forgot_password_disabled: 'Offer another way to sign in',
  user_exists_disabled:
    'Do without the question, or switch it on: `npm run admin -- application set --user-exists on`',
  registration_closed: 'Say that the shop takes no new accounts',
  account_blocked: 'Say so, and name the contact of the shop',
  account_deleted: 'Say so; an operator may restore it while its days to return last',
  application_inactive: 'Say that sign-in is off at the moment',
  captcha_failed: 'Load the captcha anew and let the shopper solve it',
  origin_refused:
    'A mistake in the set-up: add the host of the page to the domains of the application',
  scope_missing: 'A mistake in the set-up: `meta.scope` names what the OAuth client lacks',
  not_found:
    'It is not there, or belongs to another company. Of an unknown path: check the address',
  method_not_allowed: 'A mistake in the program: the header `Allow` lists the methods',
  identifier_taken: 'Offer to sign in with it instead',
  group_busy: 'Try again when the import has ended',
  attribute_taken: 'Choose another slug',
  registration_finished: 'Show the login',
  not_deleted: 'Nothing to do: the account is in use',
  undelete_too_late: 'Nothing can be restored; the customer registers again',
  payload_too_large: 'A mistake in the program: send less',
  unsupported_media_type: 'A mistake in the program: send `content-type: application/json`',
  too_many_requests:
    'Wait for `Retry-After` seconds (also `meta.retry_after`), show a countdown, and do not retry before it is over. `meta.limit` names the limit',
  internal_error: 'Offer to try again; report the `request_id`',
  unavailable: 'Try again after a moment, with growing pauses; keep what was typed',
  application_moving: 'Try again after `Retry-After` seconds; keep what was typed',
  provider_unavailable: 'Offer to try again, or another way to sign in',
  file_storage_missing: 'A mistake in the set-up: bind an R2 bucket ([JOBS.md](JOBS.md))',
  misconfigured: 'A mistake in the set-up: the log names the variable',
  invalid_request: 'A mistake in the program',
  unsupported_grant_type: 'A mistake in the program: use `client_credentials`',
  invalid_scope: 'Ask for scopes that the client has',
  invalid_client: 'A mistake in the set-up: key and secret of the OAuth client',
};

/** How many operations name the code in their row; the others get theirs from guard and parser. */
function operationsOf(code: ErrorCode): string {
  const named = entriesOf(table).filter(({ row }) => row.errors.includes(code));
  const names = [...new Set(named.map(({ operationId }) => operationId))];
  if (names.length === 0) return '';
  return names.length <= 3
    ? names.map((name) => `\`${name}\``).join(', ')
    : `${names.length} operations`;
}

const rows = (Object.keys(errorCatalogue) as ErrorCode[]).map((code) => {
  const { status, message } = errorCatalogue[code];
  return [`\`${code}\``, String(status), message, ADVICE[code], operationsOf(code)];
});
const HEAD = ['code', 'status', 'message', 'what to do', 'declared by'];

const TABLE = [HEAD, HEAD.map(() => '---'), ...rows]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');

const PLACE = /(<!-- codes: npm run configuration -->\n)[\s\S]*?(\n<!-- end -->)/;

/** The page with its table as the code has it. */
export function withErrorCodes(page: string): string {
  if (!PLACE.test(page)) throw new Error('docs/ERRORS.md has no place for its table');
  return page.replace(PLACE, (_, start: string, end: string) => `${start}\n${TABLE}\n${end}`);
}
