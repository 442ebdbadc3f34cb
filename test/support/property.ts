import * as fc from 'fast-check';

/** Checks a property that is decided synchronously; fast-check's own signature leaves open that it is not. */
export function checkProperty<T>(property: fc.IProperty<T>, parameters?: fc.Parameters<T>): void {
  const result: unknown = fc.assert(property, parameters);
  if (result instanceof Promise) throw new TypeError('an asynchronous property: await fc.assert instead');
}
