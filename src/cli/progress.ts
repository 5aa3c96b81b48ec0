/** How far a command is, on a terminal; elsewhere, such as in a log, nothing. */
const WIDTH = 30;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 120;
const CLEAR_LINE = '\r\u001B[K';

interface Stream {
  isTTY?: boolean;
  write(text: string): unknown;
}

/** @param stream where it moves; not the one that the result is printed to, if that may be read by a program */
export function createProgress(
  total: number,
  stream: Stream = process.stdout,
): (done: number) => void {
  return (done) => {
    if (!stream.isTTY) return;
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const bar = '█'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '░');
    stream.write(`\r${bar} ${Math.floor(share * 100)} %${done >= total ? '\n' : ''}`);
  };
}

export interface Steps {
  /** Says what is being done now, with the seconds that it has all taken. */
  step(text: string): void;
  /** Takes the line away. */
  end(): void;
}

/** One line for work of unknown length, in steps. */
export function createSteps(stream: Stream = process.stderr, now: () => number = Date.now): Steps {
  if (!stream.isTTY) return { step: () => undefined, end: () => undefined };
  const started = now();
  let text = '';
  let frame = 0;
  const draw = (): void => {
    const seconds = Math.floor((now() - started) / 1000);
    stream.write(`${CLEAR_LINE}${FRAMES[frame % FRAMES.length]} ${text} ${seconds} s`);
    frame += 1;
  };
  const timer = setInterval(draw, FRAME_MS);
  return {
    step(next) {
      text = next;
      draw();
    },
    end() {
      clearInterval(timer);
      stream.write(CLEAR_LINE);
    },
  };
}
