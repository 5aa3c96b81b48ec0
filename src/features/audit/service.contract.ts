/** What happened in an application, and in what numbers: beyond the documented operations. */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { AUDIT_KINDS_TEXT } from '../../schemas/audit-kind.ts';
import { ApplicationPath, id, moment, text, wholeNumber } from '../../schemas/fields.ts';

const APPLICATION = '/service/platform/user/v1.0/company/{company_id}/application/{application_id}';

const AuditEntry = z
  .object({
    at: z.string(),
    action: z.string().meta({ description: 'What was done, such as `config.changed`' }),
    actor: z.string().meta({
      description: 'Key of an OAuth client, `cli`, `shopper` or `system`',
    }),
    person: z.string().optional().meta({ description: 'Who was behind the actor, where known' }),
    user_id: z.string().optional().meta({ description: 'Whom it was about' }),
    reason: z.string().optional(),
    request_id: z.string().optional(),
    session: z.string().optional(),
    detail: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'AuditEntry' });

const AuditList = z.object({ items: z.array(AuditEntry) }).meta({ id: 'AuditList' });

const counts = z.record(z.string(), z.number());
const CodeFigures = z
  .object({
    asked: z.number().meta({ description: 'Codes' }),
    sent: z.number().meta({ description: 'Messages that carried them' }),
    verified: z.number(),
    verified_percent: z.number().optional().meta({ description: 'Of the codes asked for' }),
  })
  .meta({ id: 'CodeFigures' });

const ApplicationReport = z
  .object({
    since: z.string(),
    until: z.string(),
    sign_ins: counts.meta({ description: 'By method' }),
    registrations: z.number(),
    codes: z.object({ sms: CodeFigures, email: CodeFigures }),
    sms: counts.meta({ description: 'SMS that providers took, by calling code' }),
    failures: counts.meta({ description: 'Sign-ins that failed, by method' }),
    locks: z.number().meta({ description: 'Accounts locked for a while' }),
    undelivered: z.number().meta({ description: 'Messages refused by the provider or given up' }),
  })
  .meta({ id: 'ApplicationReport' });

export const auditService = tagged('Audit', {
  listAuditEvents: operation({
    method: 'get',
    path: `${APPLICATION}/audit`,
    summary: 'List audit events',
    description:
      'What happened in an application, the newest first: sign-ins, changes of customers, configuration, clients, keys, imports. ' +
      'Go on with `until` as the time of the last one.',
    answers: 'The events, the newest first.',
    security: 'platform',
    scope: 'audit:read',
    request: {
      params: ApplicationPath,
      query: z.object({
        kind: text(20)
          .optional()
          .meta({ description: `One of ${AUDIT_KINDS_TEXT}` }),
        since: moment.meta({ description: 'A date or a time: then or later' }),
        until: moment.meta({ description: 'A date or a time: before it' }),
        user_id: id.optional().meta({ description: 'About this customer' }),
        actor: text(100).optional().meta({ description: 'By this client or person' }),
        limit: wholeNumber(100, 1_000).meta({ description: 'At most so many; 100 if left out' }),
      }),
    },
    response: { 200: AuditList },
    always: ['items'],
    errors: ['validation_failed'],
    example: {
      request: { query: { kind: 'accounts', limit: 10 } },
      response: {
        items: [
          {
            at: '2026-11-24T09:30:00.000Z',
            action: 'identifier.added',
            actor: 'shopper',
            user_id: '5e68af49cfa09bf7233022f1',
            request_id: '0f5f6c2e-2a3e-4a4c-9d55-0b1b5e6f7a80',
            detail: { kind: 'email' },
          },
        ],
      },
    },
  }),
  getReport: operation({
    method: 'get',
    path: `${APPLICATION}/report`,
    summary: 'Get the figures of an application',
    description:
      'Sign-ins by method, codes and how many were verified, SMS by country, failures and locks. Brought up to date each hour.',
    answers: 'The figures of the last days.',
    security: 'platform',
    scope: 'audit:read',
    request: {
      params: ApplicationPath,
      query: z.object({
        days: wholeNumber(7, 366).meta({ description: 'Days up to now; 7 if left out' }),
      }),
    },
    response: { 200: ApplicationReport },
    always: ['since', 'until', 'sign_ins', 'codes', 'sms', 'failures', 'locks'],
    errors: [],
    example: {
      request: { query: { days: 7 } },
      response: {
        since: '2026-11-20T10:00:00.000Z',
        until: '2026-11-27T10:00:00.000Z',
        sign_ins: { otp: 4120, password: 310, google: 95 },
        registrations: 640,
        codes: {
          sms: { asked: 4800, sent: 5150, verified: 4310, verified_percent: 89.8 },
          email: { asked: 210, sent: 214, verified: 180, verified_percent: 85.7 },
        },
        sms: { '91': 5100, '971': 50 },
        failures: { otp: 320, password: 41 },
        locks: 6,
        undelivered: 12,
      },
    },
  }),
});
