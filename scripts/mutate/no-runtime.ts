/** Stands for the modules of the Workers runtime where there is none. */
const absent = (name: string) =>
  new Proxy(
    {},
    {
      get(_, property) {
        throw new Error(`${name}.${String(property)} needs the Workers runtime`);
      },
    },
  );

export const env = absent('env');
export const exports = absent('exports');
const missing = (): never => {
  throw new Error('needs the Workers runtime');
};
export const createMessageBatch = missing;
export const createExecutionContext = missing;
export const getQueueResult = missing;
export const reset = missing;
export const applyD1Migrations = missing;
export const SELF = absent('SELF');
export default absent('module');
