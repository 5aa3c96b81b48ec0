import { actionsOf } from '../../domain/operators/audit-kinds.ts';
import { AUDIT_KINDS } from '../../shared/audit-kinds.ts';
import { makeReport } from '../../domain/operators/report.ts';
import { invalidField } from '../../shared/result.ts';
import type { Handlers } from '../../http/handler.ts';
import { eventView } from '../../views/audit.ts';
import type { auditService } from './service.contract.ts';

export const auditServiceHandlers = {
  async listAuditEvents({ input, ports, reply }) {
    const { kind, since, until, user_id: userId, actor, limit } = input.query;
    const actions = kind === undefined ? undefined : actionsOf(kind);
    if (kind !== undefined && !actions) {
      return invalidField('query.kind', `must be one of ${AUDIT_KINDS.join(', ')}`);
    }
    const times = { since: since?.at, until: until?.at };
    const events = await ports.audit.list({ actions, ...times, userId, actor, limit });
    return reply({ items: events.map(eventView) });
  },

  async getReport({ input, ports, reply }) {
    const report = await makeReport(ports, input.query.days);
    const iso = (at: number): string => new Date(at).toISOString();
    return reply({ ...report, since: iso(report.since), until: iso(report.until) });
  },
} satisfies Handlers<typeof auditService>;
