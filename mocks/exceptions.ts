/**
 * The documented examples that break their own schema on purpose (ruling 36). The mock sends them as they are
 * documented, and the contract check accepts an answer equal to them; everything else must pass its row.
 */
export const EXCEPTIONS: ReadonlySet<string> = new Set([
  // `mobile_image` and `desktop_image` are null (decision 9).
  'application.getPlatformConfig',
  // `items` holds strings instead of objects (decision 7).
  'platform.getActiveSessions',
]);
