/** Name, version and groups of the API, for the OpenAPI documents. A test holds the version against package.json. */
import type { OpenApiOptions } from './http/openapi.ts';

export const ABOUT = {
  title: 'Vestibule',
  version: '0.2.0',
  license: 'MIT',
  tags: {
    application: 'What storefronts call, for shoppers and in their name.',
    platform: 'What operators call, for one application of their company.',
    service: 'Access tokens and the state of the service; not among the documented operations.',
  },
} satisfies OpenApiOptions;
