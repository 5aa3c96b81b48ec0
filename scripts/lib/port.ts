/** Whether a port can be listened on. */
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Why the port cannot be had (`EADDRINUSE`, `EACCES`), or undefined when it can. */
export async function portProblem(port: number, host = '127.0.0.1'): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    server.close();
  }
}
