/** Every command by its name; help, flags and errors follow from the rows. */
import { applicationSet } from './application-set.ts';
import {
  applicationCreate,
  applicationList,
  applicationRotate,
  applicationShow,
} from './applications.ts';
import { applicationMove } from './application-move.ts';
import { auditShow } from './audit.ts';
import { checkData } from './check-data.ts';
import { clientCreate, clientDelete, clientList, clientRotate } from './clients.ts';
import { companyCreate, companyList } from './companies.ts';
import {
  endpointAdd,
  endpointDisable,
  endpointEnable,
  endpointList,
  endpointRemove,
  endpointRotate,
} from './events/endpoints.ts';
import { eventsList, eventsReplay } from './events/letters.ts';
import { eventsTest } from './events/test-event.ts';
import { configGet, configHistory, configSet, configUndo } from './config.ts';
import { groupsList, groupsMembers, groupsUpload } from './groups.ts';
import { keysRetire, keysRotate } from './keys.ts';
import { databaseList } from './databases.ts';
import type { Commands } from './read.ts';
import { testIdentifierAdd, testIdentifierList, testIdentifierRemove } from './test-identifiers.ts';
import { report } from './report.ts';
import { usersErase, usersFind, usersShow } from './users/person.ts';
import { usersExport, usersImport } from './users.ts';

export const commands: Commands = {
  'company create': companyCreate,
  'company list': companyList,
  'application create': applicationCreate,
  'application list': applicationList,
  'application show': applicationShow,
  'application set': applicationSet,
  'application move': applicationMove,
  'application rotate-token': applicationRotate,
  // The publishable key is this token, under the name that other services have for it.
  'application rotate-key': applicationRotate,
  'config get': configGet,
  'config set': configSet,
  'config history': configHistory,
  'config undo': configUndo,
  'test-identifier add': testIdentifierAdd,
  'test-identifier remove': testIdentifierRemove,
  'test-identifier list': testIdentifierList,
  'client create': clientCreate,
  'client list': clientList,
  'client rotate-secret': clientRotate,
  'client delete': clientDelete,
  'database list': databaseList,
  'keys rotate': keysRotate,
  'keys retire': keysRetire,
  'users find': usersFind,
  'users show': usersShow,
  'users erase': usersErase,
  'users import': usersImport,
  'users export': usersExport,
  'events endpoint add': endpointAdd,
  'events endpoint list': endpointList,
  'events endpoint remove': endpointRemove,
  'events endpoint rotate': endpointRotate,
  'events endpoint enable': endpointEnable,
  'events endpoint disable': endpointDisable,
  'events list': eventsList,
  'events replay': eventsReplay,
  'events test': eventsTest,
  'groups list': groupsList,
  'groups upload': groupsUpload,
  'groups members': groupsMembers,
  audit: auditShow,
  report,
  'check-data': checkData,
};
