/** How D1 would run a statement. Without ANALYZE the plan depends on schema and text alone, not on how many rows there are. */
import { env } from 'cloudflare:workers';

const OURS =
  /^SCAN (u|users|i|identifiers|user_words|counters|links|audit_events|e|ended_sessions|m|group_members|group_imports|group_import_errors|a|k|user_attributes|attribute_keys|attribute_definitions)\b/;

/** What SQLite does with the statement, step by step. */
export async function planOf(sql: string): Promise<string[]> {
  const parameters = Array.from({ length: sql.split('?').length - 1 }, () => '["1"]');
  const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...parameters)
    .all<{ detail: string }>();
  return plan.results.map(({ detail }) => detail);
}

/** The tables that the statement goes through from end to end, without an index. */
export const scansOf = async (sql: string): Promise<string[]> =>
  (await planOf(sql)).filter((detail) => OURS.test(detail) && !detail.includes('USING'));
