/** Figures of an application, counted by the hour. */
export interface Reports {
  /**
   * Sums by name over the hours from `since` to `until` (ms): actions of the audit, `sign_in.<method>`, `sign_in_failed.<method>`,
   * `code.<kind>.asked`, `.sent` and `.verified`, and `sms.<calling code>`.
   */
  totals(since: number, until: number): Promise<ReadonlyMap<string, number>>;
}
