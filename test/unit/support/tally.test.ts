import { describe, expect, test } from 'vitest';
import { tally } from '../../support/tally.ts';
import { tallyLine } from '../../support/tally-line.ts';

describe('the tally of what was tried', () => {
  test('lies in the meta of the running test, added up by kind', ({ task }) => {
    tally('race');
    tally('fault', 3);
    tally('race', 2);
    const { race, fault } = task.meta.tally ?? {};
    expect({ race, fault }).toEqual({ race: 3, fault: 3 });
    // Nothing was tried here; the run's own count stays true.
    delete task.meta.tally;
  });

  test('is one line over all tests, and none when nothing was tried', () => {
    const tallies = [undefined, { attack: 1200, race: 1 }, { attack: 34 }];
    expect(tallyLine(tallies)).toBe('1,234 attacks, 1 race tried');
    expect(tallyLine([undefined, {}])).toBeUndefined();
  });
});
