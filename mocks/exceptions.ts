/**
 * The documented examples that break their own schema on purpose (D-7). The mock sends them as they are
 * documented, and the contract check accepts an answer equal to them; everything else must pass its row.
 */
export const EXCEPTIONS: ReadonlySet<string> = new Set([
  // `mobile_image` and `desktop_image` are null (D-9).
  'application.getPlatformConfig',
  // `items` holds strings instead of objects (D-7).
  'platform.getActiveSessions',
]);
