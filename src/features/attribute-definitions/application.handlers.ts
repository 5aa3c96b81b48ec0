import { filterDefinitions } from '../../domain/attributes/definition-list.ts';
import type { Handlers } from '../../http/handler.ts';
import { definitionView } from '../../views/attribute.ts';
import { pageView, sliceOf } from '../../views/page.ts';
import type { attributeDefinitionsApplication } from './application.contract.ts';

export const attributeDefinitionsApplicationHandlers = {
  async getAttributesDefinition({ input, application, ports, reply }) {
    const { page_no: pageNo, page_size: pageSize, ...filter } = input.query;
    const visible = (await ports.attributes.definitions()).filter(
      ({ customerEditable, registration }) => customerEditable || registration.enabled,
    );
    const found = filterDefinitions(visible, filter);
    const { items, hasNext } = sliceOf(found, pageNo, pageSize);
    return reply({
      items: items.map((one) => definitionView(one, application)),
      page: pageView(pageNo, pageSize, found.length, hasNext),
    });
  },
} satisfies Handlers<typeof attributeDefinitionsApplication>;
