/** A bar on a terminal; elsewhere, such as in a log, nothing. */
const WIDTH = 30;

/** @param stream where it moves; not the one that the result is printed to, if that may be read by a program */
export function createProgress(
  total: number,
  stream: { isTTY?: boolean; write(text: string): unknown } = process.stdout,
): (done: number) => void {
  return (done) => {
    if (!stream.isTTY) return;
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░');
    stream.write(`\r${bar} ${Math.floor(share * 100)} %${done >= total ? '\n' : ''}`);
  };
}
