/** What the page of templates shows. */
import { previews } from '../../messages/preview.ts';
import type { ApplicationRecords, TemplateSources } from '../../ports/index.ts';

const SAMPLE_SHOP = 'Example Shop';

/** Previews in the built-in wording or in an application's own, and the applications that there are. */
export function templateSources(records: ApplicationRecords): TemplateSources {
  return {
    async previews(applicationId) {
      if (applicationId === undefined) return previews(SAMPLE_SHOP);
      const application = await records.find(applicationId);
      return application && previews(application.name, application.templates);
    },
    applications: async () => records.list(),
  };
}
