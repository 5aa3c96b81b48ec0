/** User attributes and their definitions in the shapes that the API documents. Times are ISO 8601. */
import { shownTo, type UserAttribute } from '../domain/attributes/attributes.ts';
import type { Application, AttributeDefinition } from '../ports/index.ts';

/** A definition as lists show it. */
export const definitionView = (definition: AttributeDefinition, application: Application) => ({
  _id: definition.id,
  name: definition.name,
  slug: definition.slug,
  description: definition.description,
  application_id: application.id,
  type: definition.type,
  icon: definition.icon,
  ordering_channels: definition.orderingChannels,
  masking: definition.masking,
  registration: definition.registration,
  is_multi_value: definition.isMultiValue,
  customer_editable: definition.customerEditable,
  encrypted: definition.encrypted,
  pinned: definition.pinned,
  pin_order: definition.pinOrder,
  default_value: definition.defaultValue,
  // The bounds were read by the type of the definition.
  validations: definition.validations.map(({ type, value }) => ({ type, value: value as string })),
  is_locked: false,
  created_at: new Date(definition.createdAt).toISOString(),
  modified_at: new Date(definition.modifiedAt).toISOString(),
});

/** The same with who made and who changed it. */
export const definitionDetailsView = (
  definition: AttributeDefinition,
  application: Application,
) => ({
  ...definitionView(definition, application),
  created_by: definition.createdBy,
  updated_by: definition.updatedBy,
});

/** The value of one user, masked for an operator who may not see it. */
export function attributeView(
  attribute: UserAttribute,
  application: Application,
  scopes: readonly string[],
) {
  const { definition, stored } = attribute;
  return {
    _id: stored.id,
    name: definition.name,
    user_id: stored.userId,
    application_id: application.id,
    user_attribute_definition_id: definition.id,
    type: definition.type,
    customer_overridden: stored.customerOverridden,
    attribute: { value: shownTo(attribute, scopes) },
    updated_by: stored.updatedBy,
    created_at: new Date(stored.createdAt).toISOString(),
    updated_at: new Date(stored.updatedAt).toISOString(),
  };
}
