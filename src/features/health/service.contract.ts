/** Probes for monitoring. */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';

const Status = z.object({ status: z.string() }).meta({ id: 'Status' });

export const healthService = tagged('Service', {
  getHealth: operation({
    method: 'get',
    path: '/healthz',
    summary: 'Alive?',
    description: 'Answers without any I/O.',
    answers: 'The Worker runs.',
    security: 'none',
    request: {},
    response: { 200: Status },
    always: ['status'],
    errors: [],
    example: { response: { status: 'ok' } },
  }),
  getReadiness: operation({
    method: 'get',
    path: '/readyz',
    summary: 'Ready to serve?',
    description: 'One D1 and one KV round trip; a 503 names what failed in `meta.failed`.',
    answers: 'The Worker, D1 and KV answer.',
    security: 'none',
    request: {},
    response: { 200: Status },
    always: ['status'],
    errors: ['unavailable'],
    example: { response: { status: 'ok' } },
  }),
});
