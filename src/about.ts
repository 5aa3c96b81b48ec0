/** What the OpenAPI documents say of the API as a whole. Used where they are made, never in a Worker. */
import manifest from '../package.json' with { type: 'json' };
import type { OpenApiOptions } from './http/openapi.ts';

export const ABOUT = {
  title: 'Vestibule',
  version: manifest.version,
  license: 'MIT',
  tags: {
    application: 'What storefronts call, for shoppers and in their name.',
    platform: 'What operators call, for one application of their company.',
    service: 'Access tokens and the state of the service; not among the documented operations.',
  },
} satisfies OpenApiOptions;
