/** One operation: closed it is a row, open it has its fields, answers and a form to try it. */
import { html } from 'hono/html';
import { breakable, code, type Html } from '../ui/layout.ts';
import { nameOf, type Answer, type ShownDocument, type ShownOperation } from './document.ts';
import { inline, markdown } from './markdown.ts';
import { fieldTable, schemaFields } from './schema.ts';

export interface Shown {
  method: string;
  path: string;
  operation: ShownOperation;
}

const JSON_TYPE = 'application/json';
const pretty = (value: unknown): string => JSON.stringify(value, null, 2);

/** What the caller has to show, in the order of the document; the script sends it along. */
function accessOf({ security }: ShownOperation): { kind: string; text: string } {
  const scopes = security.flatMap(({ accessToken = [] }) => accessToken);
  if (security.some((one) => 'accessToken' in one)) {
    return { kind: 'operator', text: `An operator's access token, scope \`${scopes.join(' ')}\`` };
  }
  if (security.length === 0) return { kind: 'none', text: 'Nothing' };
  const withSession = security.filter((one) => 'session' in one).length;
  const session =
    withSession === 0
      ? ''
      : withSession === security.length
        ? ' and the session cookie'
        : ', and the session cookie if there is one';
  return { kind: 'storefront', text: `Application id and token${session}` };
}

const isError = (status: string): boolean => Number(status) >= 400;

/** `code`: text, one for each error of the status. */
const errorsOf = (status: string, { description = '' }: Answer): Html[] =>
  description.split('\n\n').map(
    (line) =>
      html`<tr>
        <th scope="row"><span class="status s${status.slice(0, 1)}">${status}</span></th>
        <td>${inline(line)}</td>
      </tr>`,
  );

function answers({ operationId, responses }: ShownOperation, document: ShownDocument): Html {
  const { schemas, responses: shared } = document.components;
  const resolved = Object.entries(responses).map(([status, answer]): [string, Answer] => [
    status,
    (answer.$ref === undefined ? undefined : shared[nameOf(answer.$ref)]) ?? answer,
  ]);
  const success = resolved.filter(([status]) => !isError(status));
  const errors = resolved.filter(([status]) => isError(status));
  return html`${success.map(([status, { description = '', content }]) => {
      const { schema, example } = content?.[JSON_TYPE] ?? {};
      return html`<h3>Answer <span class="status s${status.slice(0, 1)}">${status}</span></h3>
        <p>${inline(description)}</p>
        ${schema ? schemaFields(schema, schemas, `Answer of ${operationId}`) : ''}
        ${example === undefined ? '' : code(pretty(example), `Example answer of ${operationId}`)}`;
    })}
    <h3>Errors</h3>
    <table class="fields errors">
      <caption class="unseen">
        Errors of ${operationId}
      </caption>
      <tbody>
        ${errors.map(([status, answer]) => errorsOf(status, answer))}
      </tbody>
    </table>`;
}

function request(
  { operationId, requestBody, parameters = [] }: ShownOperation,
  document: ShownDocument,
): Html {
  const { schema, example } = requestBody?.content[JSON_TYPE] ?? {};
  const rows = parameters.map(({ in: place, required = false, ...one }) => ({
    ...one,
    place,
    required,
  }));
  return html`${
    rows.length > 0
      ? html`<h3>Parameters</h3>
          ${fieldTable(rows, `Parameters of ${operationId}`)}`
      : ''
  }
  ${
    schema
      ? html`<h3>Body</h3>
          ${schemaFields(schema, document.components.schemas, `Body of ${operationId}`)}
          ${example === undefined ? '' : code(pretty(example), `Example body of ${operationId}`)}`
      : ''
  }`;
}

/** What the page's script fills a form with. */
const formData = ({ parameters = [], requestBody }: ShownOperation): string =>
  JSON.stringify({
    parameters: parameters.map(({ name, in: place, required, example }) => ({
      name,
      place,
      required,
      example,
    })),
    body: requestBody && (requestBody.content[JSON_TYPE]?.example ?? {}),
  });

/** The row of an operation, and what it opens to. */
export function operationBlock({ method, path, operation }: Shown, document: ShownDocument): Html {
  const { operationId, summary, description = '', 'x-sdk-since': since } = operation;
  const access = accessOf(operation);
  const find = `${operationId} ${method} ${path} ${summary}`.toLowerCase();
  return html`<details
    class="op"
    id="${operationId}"
    data-method="${method}"
    data-path="${path}"
    data-access="${access.kind}"
    data-find="${find}"
    data-form="${formData(operation)}"
  >
    <summary>
      <span class="method m-${method}">${method.toUpperCase()}</span>
      <span class="path">${breakable(path)}</span>
      <span class="what">${summary}</span>
    </summary>
    <div class="open">
      <p class="hint">
        <a href="#${operationId}"><code>${operationId}</code></a>
        ${since === undefined ? '' : ` · since SDK ${since}`}
      </p>
      ${markdown(description)}
      <p><strong>Needs:</strong> ${inline(access.text)}</p>
      ${request(operation, document)}
      <div class="try-place"></div>
      ${answers(operation, document)}
    </div>
  </details>`;
}
