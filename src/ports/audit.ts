/** What operators can look up later: append-only, without personal data. */
export interface AuditEvent {
  /** `<what>.<how it ended>` */
  action: 'delivery.rejected' | 'delivery.dead';
  /** Identifiers in it are masked. */
  detail: Record<string, unknown>;
  at: number;
}

export interface Audit {
  record(event: AuditEvent): Promise<void>;
}
