/** Later operations: files of customers that come in and go out, by jobs behind the answer. */
import * as z from 'zod';
import { operation, tagged } from '../../http/operation.ts';
import { ApplicationPath, id, moment, text, wholeNumber } from '../../schemas/fields.ts';
import {
  BulkActionModel,
  BulkActionPaginationSchema,
  BulkUserExportSchema,
  CreateStoreFrontUsersPayload,
  JOB_KEYS,
} from '../../schemas/user-job.ts';

const JOBS =
  '/service/platform/user/v1.0/company/{company_id}/application/{application_id}/users/jobs';

const JobsQuery = z.object({
  page_no: wholeNumber(1, 100_000).meta({
    description: 'Page of the results, from 1; 1 if left out',
  }),
  page_size: wholeNumber(10, 100).meta({ description: 'Jobs on a page; 10 if left out' }),
  file_format: text(10).optional().meta({ description: 'Finds jobs on files of this format' }),
  search: text(100)
    .optional()
    .meta({ description: 'Finds jobs whose file name contains this text' }),
  start_date: moment.meta({ description: 'Finds jobs that were started then or later' }),
  end_date: moment.meta({ description: 'Finds jobs that were started then or earlier' }),
  status: text(20).optional().meta({
    description: 'Finds jobs of this status: `pending`, `processing`, `success` or `failed`',
  }),
});

const common = {
  file_format: 'csv',
  created_by: { name: 'dev-api-key', user_id: 'dev-api-key' },
  application_id: '000000000000000000000001',
  company_id: '1',
  created_at: '2026-11-26T09:30:00.000Z',
};
const imported = {
  ...common,
  _id: '6926c9b8c1f4a2d07e3b5a90',
  file_name: 'customers.csv',
  action_type: 'import',
  count: { total: 0, success: 0, error: 0, already_there: 0 },
  status: 'pending',
  links: {
    file: {
      absolute_url: 'https://files.example/customers.csv',
      relative_url: 'imports/customers.csv',
    },
  },
  updated_at: '2026-11-26T09:30:00.000Z',
};
const exported = {
  ...common,
  _id: '6926c9f4c1f4a2d07e3b5a91',
  file_name: 'users-2026-11-26.csv',
  action_type: 'export',
  count: { total: 0, success: 0, error: 0 },
  status: 'pending',
  links: {},
  updated_at: '2026-11-26T09:30:00.000Z',
};
const errorPath =
  '/files/company/1/application/000000000000000000000001/jobs/6926c9b8c1f4a2d07e3b5a90/errors?until=1795000000&key=5d41402abc4b2a76b9719d911017c592';
const finished = {
  ...imported,
  count: { total: 120, success: 118, error: 2, already_there: 3 },
  status: 'success',
  links: {
    ...imported.links,
    error: { absolute_url: `https://accounts.example${errorPath}`, relative_url: errorPath },
  },
  updated_at: '2026-11-26T09:30:04.000Z',
};
const page = { type: 'number', current: 1, size: 10, total: 1, item_total: 1, has_next: false };
const LIST_EXAMPLE = {
  page_no: 1,
  page_size: 10,
  file_format: 'csv',
  search: '.csv',
  start_date: '2026-11-01',
  end_date: '2026-11-30',
};

export const jobsPlatform = tagged('User jobs', {
  bulkImportStoreFrontUsers: operation({
    since: '1.6.4',
    method: 'post',
    path: `${JOBS}/import`,
    summary: 'Bulk import storefront customers',
    description:
      'Use this API to import the customers of a CSV or XLSX file. They are added afterwards; customers who are there already ' +
      'are passed over. The job tells how that went, and links to the lines that were refused.',
    answers: 'The new job, its file still to be read.',
    security: 'platform',
    scope: 'customers:write',
    // An empty `relative_url` is one.
    blank: 'keep',
    request: { params: ApplicationPath, body: CreateStoreFrontUsersPayload },
    response: { 200: BulkActionModel },
    always: JOB_KEYS,
    errors: ['validation_failed', 'job_limit'],
    example: {
      request: {
        body: {
          absolute_url: 'https://files.example/customers.csv',
          file_format: 'csv',
          relative_url: 'imports/customers.csv',
        },
      },
      response: imported,
    },
  }),
  getBulkImportUsersList: operation({
    since: '1.6.4',
    method: 'get',
    path: `${JOBS}/import`,
    summary: 'Get the list of imports',
    description:
      'Use this API to get the imports of customers matching the query, the newest first.',
    answers: 'A page of jobs, and where it stands among all of them.',
    security: 'platform',
    scope: 'customers:read',
    request: { params: ApplicationPath, query: JobsQuery },
    response: { 200: BulkActionPaginationSchema },
    always: ['items', 'page'],
    errors: ['validation_failed'],
    example: {
      request: { query: { ...LIST_EXAMPLE, status: 'success' } },
      response: { items: [finished], page },
    },
  }),
  createBulkExportUsers: operation({
    since: '1.6.4',
    method: 'post',
    path: `${JOBS}/export`,
    summary: 'Bulk export storefront customers',
    description:
      'Use this API to export all customers as a CSV or XLSX file, which an import reads again. When the job is done it links ' +
      'to the file, for an hour each time it is asked; the file is deleted a day after it was made.',
    answers: 'The new job, its file still to be made.',
    security: 'platform',
    scope: 'customers:read',
    request: { params: ApplicationPath, body: BulkUserExportSchema },
    response: { 200: BulkActionModel },
    always: JOB_KEYS,
    errors: ['validation_failed', 'job_limit', 'file_storage_missing'],
    example: { request: { body: { file_format: 'csv' } }, response: exported },
  }),
  getBulkExportUsersList: operation({
    since: '1.6.4',
    method: 'get',
    path: `${JOBS}/export`,
    summary: 'Get the list of exports',
    description:
      'Use this API to get the exports of customers matching the query, the newest first.',
    answers: 'A page of jobs, and where it stands among all of them.',
    security: 'platform',
    scope: 'customers:read',
    request: { params: ApplicationPath, query: JobsQuery },
    response: { 200: BulkActionPaginationSchema },
    always: ['items', 'page'],
    errors: ['validation_failed'],
    example: {
      request: { query: { ...LIST_EXAMPLE, status: 'pending' } },
      response: { items: [exported], page },
    },
  }),
  getUsersJobByJobId: operation({
    since: '1.6.4',
    method: 'get',
    path: `${JOBS}/{job_id}`,
    summary: 'Get a job by its ID',
    description:
      'Use this API to get an import or an export of customers: how far it is, and links to its files.',
    answers: 'The job as it is now.',
    security: 'platform',
    scope: 'customers:read',
    request: {
      params: ApplicationPath.extend({
        job_id: id.meta({
          description: 'ID of the job',
          examples: ['6926c9b8c1f4a2d07e3b5a90'],
        }),
      }),
    },
    response: { 200: BulkActionModel },
    always: JOB_KEYS,
    errors: ['not_found'],
    example: { response: finished },
  }),
});
