/** What is wrong with a run as a whole, in sentences: a list of fifty breaches with one cause helps nobody. */
import type { Ledger } from './ledger.ts';
import type { Access } from './target.ts';
import { isGreen, summaryOf, type Checked } from './verdict.ts';

const names = (ids: Iterable<string>): string => {
  const all = [...ids];
  const shown = all.slice(0, 5).join(', ');
  return all.length > 5 ? `${shown} and ${all.length - 5} more` : shown;
};

function accessSentence({ reason = '', status }: Access): string {
  return status === 401 || status === 400 || status === 403
    ? `The server refuses the OAuth key and secret: its token endpoint answers as follows: ${reason}. Check --company, --oauth-key and --oauth-secret.`
    : `There is no access token, so no operation for operators was reached. The token endpoint was asked: ${reason}.`;
}

/** @param access what the token endpoint said; undefined when it was not asked */
export function findingsOf(
  ledger: Ledger,
  checked: readonly Checked[],
  access: Access | undefined,
): string[] {
  const summary = summaryOf(checked);
  const found: string[] = [];
  const answers = [...ledger.statuses.values()].reduce((sum, count) => sum + count, 0);
  const failing = [...ledger.statuses].filter(([status]) => status >= 500);
  const failures = failing.reduce((sum, [, count]) => sum + count, 0);
  const called = checked.filter(({ verdict }) => verdict !== 'not_reached');
  const { unserved, unauthorized, unguarded } = ledger;
  const nothingServed =
    unserved.size > 0 && called.every(({ operation }) => unserved.has(operation));
  if (nothingServed) {
    found.push(
      'Nothing of the API is served below this URL: every path is 404. Is the base path right?',
    );
  } else if (unserved.size > 0) {
    found.push(`${unserved.size} operations are not served at all: ${names(unserved)}.`);
  }
  if (answers > 0 && failures === answers) {
    const statuses = failing.map(([status]) => status).join(', ');
    found.push(
      `Every answer is a server error (${statuses}): the server does not work, whatever the contract says.`,
    );
  } else if (failures > 0) found.push(`${failures} of ${answers} answers are server errors.`);
  const open = [...unguarded].filter((id) => !unserved.has(id));
  if (open.length > 0 && failures < answers) {
    found.push(
      `${open.length} operations do not ask for credentials, or not for the right ones: ${names(open)}. A mock that answers from examples is checked with --static.`,
    );
  }
  const storefront = [...unauthorized].filter((id) => id.startsWith('application.'));
  if (storefront.length > 0) {
    found.push(
      `The server refuses the application and its token (401 unauthorized) in ${names(storefront)}. Check --application and --application-token.`,
    );
  }
  if (ledger.signedOut.size > 0) {
    found.push(
      `The server does not take the session cookie (401 not_authenticated) in ${names(ledger.signedOut)}: it has ended, or belongs to another application.`,
    );
  }
  const operator = [...unauthorized].filter((id) => id.startsWith('platform.'));
  if (operator.length > 0) {
    found.push(`The server refuses its own access token (401 unauthorized) in ${names(operator)}.`);
  }
  if (access && access.token === undefined && !nothingServed) found.push(accessSentence(access));
  if (ledger.gaveUp) found.push('The server stopped answering; the rest was not asked for.');
  if (summary.passed === 0) found.push('Nothing passed, so nothing is proven.');
  if (!isGreen(summary) && found.length === 0) {
    if (summary.breach > 0) found.push(`${summary.breach} operations are not as documented.`);
    if (summary.not_reached > 0) found.push(`${summary.not_reached} operations were not reached.`);
  }
  return found;
}
