/** Requests as data points of Workers Analytics Engine. docs/OPERATIONS.md has the columns and queries. */
import type { Meter } from '../../ports/index.ts';

/** A blob cannot be left out between others. */
const NONE = '';

/**
 * @param dataset where points go; without one there is no meter, and nothing is made for it
 * @param report is told of the first point that could not be written; a request never is
 */
export function createMeter(
  dataset: AnalyticsEngineDataset | undefined,
  report: (error: unknown) => void,
): Meter | undefined {
  if (!dataset) return undefined;
  let isTold = false;
  return ({ operation = NONE, applicationId = NONE, status, code = NONE, waitMs }) => {
    try {
      dataset.writeDataPoint({
        // By it points are thinned out when there are many: a large shop does not hide a small one.
        indexes: [applicationId],
        blobs: [operation, code, applicationId],
        doubles: [status, waitMs],
      });
    } catch (error) {
      if (!isTold) report(error);
      isTold = true;
    }
  };
}
