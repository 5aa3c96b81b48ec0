import {
  changeDefinition,
  createDefinition,
  deleteDefinition,
  findDefinition,
} from '../../domain/attributes/attributes.ts';
import { filterDefinitions } from '../../domain/attributes/definition-list.ts';
import { byOperator, type Handlers } from '../../http/handler.ts';
import { definitionDetailsView, definitionView } from '../../views/attribute.ts';
import { pageView, sliceOf } from '../../views/page.ts';
import type { attributeDefinitionsPlatform } from './platform.contract.ts';

export const attributeDefinitionsPlatformHandlers = {
  async createUserAttributeDefinition({ input, application, operator, caller, ports, reply }) {
    const by = byOperator(operator, caller);
    const created = await createDefinition(ports, application, input.body, by);
    return created.ok ? reply(definitionDetailsView(created.value, application)) : created;
  },

  async getUserAttributeDefinitions({ input, application, ports, reply }) {
    const { page_no: pageNo, page_size: pageSize, ...filter } = input.query;
    const found = filterDefinitions(await ports.attributes.definitions(), filter);
    const { items, hasNext } = sliceOf(found, pageNo, pageSize);
    return reply({
      items: items.map((one) => definitionView(one, application)),
      page: pageView(pageNo, pageSize, found.length, hasNext),
    });
  },

  async getUserAttributeDefinitionById({ input, application, ports, reply }) {
    const found = await findDefinition(ports, input.params.attribute_def_id);
    return found.ok ? reply(definitionView(found.value, application)) : found;
  },

  async updateUserAttributeDefinition({ input, application, operator, caller, ports, reply }) {
    const { attribute_def_id: id } = input.params;
    const by = byOperator(operator, caller);
    const changed = await changeDefinition(ports, application, id, input.body, by);
    return changed.ok ? reply(definitionView(changed.value, application)) : changed;
  },

  async deleteUserAttributeDefinitionById({ input, operator, caller, ports, reply }) {
    const by = byOperator(operator, caller);
    const gone = await deleteDefinition(ports, input.params.attribute_def_id, by);
    return gone.ok ? reply({ success: 'true' }) : gone;
  },
} satisfies Handlers<typeof attributeDefinitionsPlatform>;
