/** Fixed codes for app-store reviews and end-to-end tests (D-75). */
import { select, sql } from '../../adapters/d1/statements/query.ts';
import { identifiers } from '../../adapters/d1/schema/index.ts';
import { readEmail } from '../../values/email.ts';
import { readPhone } from '../../values/phone.ts';
import type { IdentifierRef } from '../../ports/index.ts';
import { readDay } from './application-flags.ts';
import { changeApplication, findApplication, shardOf } from './application-store.ts';
import { command, CommandError, table } from './command.ts';

function readIdentifier(text: string, callingCode: string): IdentifierRef {
  const found = text.includes('@') ? readEmail(text) : readPhone(text, callingCode);
  if (found) return found;
  throw new CommandError(`"${text}" is neither an email address nor a mobile number.`);
}

export const testIdentifierAdd = command({
  summary: 'Sets a fixed code for a number or address, until a date; nothing is sent to it.',
  words: ['application id', 'email or number'],
  flags: {
    otp: { value: 'CODE', about: 'six digits', required: true },
    until: { value: 'DATE', about: 'the last day (UTC) on which it works', required: true },
  },
  async run(context, { otp, until: day }, [id, text]) {
    const row = await findApplication(context, id);
    if (!/^\d{6}$/.test(otp)) throw new CommandError('--otp must be six digits.');
    const until = readDay('until', day);
    if (until <= context.now) throw new CommandError('--until must be a day to come.');
    const { kind, value } = readIdentifier(text, row.defaultCountryCode);
    const { owners } = await shardOf(context, row).read({
      owners: select({ userId: identifiers.userId })
        .from(identifiers)
        .where(
          sql`${identifiers.applicationId} = ${id} AND ${identifiers.kind} = ${kind}
            AND ${identifiers.value} = ${value} AND ${identifiers.verified} = 1`,
        ),
    });
    if (owners.length > 0) {
      throw new CommandError(
        'A customer has it: a fixed code would let anybody who knows it sign in there.',
      );
    }
    const others = row.testIdentifiers.filter((one) => one.kind !== kind || one.value !== value);
    const listed = [...others, { kind, value, otp, until }];
    await changeApplication(context, row, { testIdentifiers: listed });
    return {
      data: { id, kind, value, until: new Date(until).toISOString() },
      text: `${value} has the code ${otp} until the end of ${day}. In production it counts with TEST_IDENTIFIERS=on only.`,
    };
  },
});

export const testIdentifierRemove = command({
  summary: 'Removes the fixed code of a number or address.',
  words: ['application id', 'email or number'],
  async run(context, _flags, [id, text]) {
    const row = await findApplication(context, id);
    const { kind, value } = readIdentifier(text, row.defaultCountryCode);
    const listed = row.testIdentifiers;
    const left = listed.filter((one) => one.kind !== kind || one.value !== value);
    if (left.length === listed.length) throw new CommandError(`${value} has no fixed code.`);
    await changeApplication(context, row, { testIdentifiers: left });
    return { data: { id, kind, value }, text: `${value} has no fixed code any more.` };
  },
});

export const testIdentifierList = command({
  summary: 'Lists the fixed codes of an application.',
  words: ['application id'],
  async run(context, _flags, [id]) {
    const { testIdentifiers: listed } = await findApplication(context, id);
    const shown = listed.map((one) => ({ ...one, until: new Date(one.until).toISOString() }));
    const lines = shown.map(({ value, otp, until }) => [value, otp, until]);
    return {
      data: { test_identifiers: shown },
      text: table([['IDENTIFIER', 'CODE', 'UNTIL'], ...lines]),
    };
  },
});
