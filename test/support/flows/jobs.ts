/** Flows of jobs on users: a file of users that comes in, and one that goes out. */
import { env } from 'cloudflare:workers';
import { expect } from 'vitest';
import { FILES } from '../file-server.ts';
import { params } from '../operator.ts';
import type { Flow } from './stage.ts';

const userJobs: Flow['prepare'] = async ({ shop, operator, files, person }) => {
  const { phone } = person();
  const email = `import.${phone.replace('+', '')}@example.com`;
  const relative_url = `users-${phone.replace('+', '')}.csv`;
  files.files[`/${relative_url}`] = { content: `email\n${email}\n`, etag: '"1"' };
  const body = { absolute_url: `${FILES}/${relative_url}`, file_format: 'csv', relative_url };
  return {
    async run(ask) {
      const made = await ask(() => operator.bulkImportStoreFrontUsers({ params, body }));
      const path = { ...params, job_id: made.body._id };
      await ask(() => operator.getUsersJobByJobId({ params: path }));
      await ask(() => operator.getBulkImportUsersList({ params }));
      await ask(() => operator.createBulkExportUsers({ params, body: { file_format: 'csv' } }));
      await ask(() => operator.getBulkExportUsersList({ params }));
    },
    async reached() {
      // A message that got lost is sent again by the cron, once the job has stood still.
      await shop.runImports();
      shop.clock.advance(10 * 60_000);
      await shop.runtime.scheduled('*/5 * * * *');
      await shop.runImports();
      const open = await env.DB.prepare(
        `SELECT COUNT(*) AS n FROM user_jobs WHERE state NOT IN ('success', 'partial')`,
      ).first<{ n: number }>();
      expect(open?.n).toBe(0);
      const found = await env.DB.prepare(
        `SELECT COUNT(*) AS n FROM identifiers WHERE kind = 'email' AND value = ?`,
      )
        .bind(email)
        .first<{ n: number }>();
      return found?.n === 1;
    },
  };
};

/** Their flows. */
export const jobFlows: readonly Flow[] = [{ name: 'jobs on users', prepare: userJobs }];
